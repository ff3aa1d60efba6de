#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: security_hub_findings
version_added: 1.0.0
short_description: Keep the findings of an audit in AWS Security Hub
description:
  - Imports the findings and the privilege escalation paths of M(aws_ml.permissions.iam_audit) into AWS Security Hub,
    in the audited account and one Region, in the AWS Security Finding Format.
  - Archives findings of earlier audits that are gone. Findings of other products do not change.
  - Reads the active findings by C(GetFindings), and imports only what is new or changed by C(BatchImportFindings), 100
    findings in one call. If nothing has changed, it imports nothing.
  - An unchanged finding is imported again after 30 days, because Security Hub deletes findings that were not updated
    for 90 days.
  - A finding that a waiver accepts is not imported. If it is active, it is archived with the reason of the waiver.
    When the waiver has expired, it is imported again.
  - Never changes the workflow status, notes or other fields that the users of Security Hub keep there.
author: aws_ml.permissions contributors (@aws-ml)
options:
  audit:
    description:
      - The result of M(aws_ml.permissions.iam_audit) for the same account, as C(register) saved it.
    type: dict
    required: true
  services:
    description:
      - The services that the audit was limited to. Only findings of these services are archived.
      - If omitted, the audit was about all services, and every finding that is not in O(audit) is archived. Use
        the same C(whole_account) in each audit, because an audit without it does not find what one with it found.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: Can say what it would do without changing anything.
    support: full
    details: Reads the active findings, and returns what it would import and archive.
  diff_mode:
    description: Says in detail what changes, or in check mode would change.
    support: full
    details: Before and after of every finding that changes, a line each.
notes:
  - AWS Security Hub must be enabled in the account and the Region. IAM is global, so one Region is enough, for example
    the aggregation Region.
  - The task needs C(docs/permissions/security_hub.json) beside the permissions of an audit.
extends_documentation_fragment:
  - aws_ml.permissions.service_paths
  - aws_ml.permissions.connection
  - aws_ml.permissions.attributes
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: aws_ml.permissions.iam_audit
  - plugin: aws_ml.permissions.report
    plugin_type: callback
  - name: BatchImportFindings
    description: What Security Hub does with imported findings.
    link: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html
"""

EXAMPLES = r"""
---
- name: Audit the account
  aws_ml.permissions.iam_audit:
  register: left

- name: Keep its findings in Security Hub
  aws_ml.permissions.security_hub_findings:
    audit: "{{ left }}"
    region: eu-west-1

- name: Audit one service in another account
  aws_ml.permissions.iam_audit: &there
    services: [deeplens]
    service_paths: "{{ folders_of_our_services | default([]) }}"
    account_id: "123456789012"
    assume_role: &role
      role_arn: arn:aws:iam::123456789012:role/permissions-deployer
      external_id: "{{ deployer_external_id }}"
      session_name: evidence
      duration_seconds: 900
      policy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action:
              - iam:GetAccountAuthorizationDetails
              - iam:ListRoles
              - iam:ListPolicyTags
              - securityhub:GetFindings
              - securityhub:BatchImportFindings
            Resource: "*"
  register: of_deeplens

- name: Keep only the findings of that service up to date
  aws_ml.permissions.security_hub_findings:
    audit: "{{ of_deeplens }}"
    services: [deeplens]
    service_paths: "{{ folders_of_our_services | default([]) }}"
    region: us-east-1
    account_id: "123456789012"
    call_rate:
      sts: 50
      iam: 25
    assume_role: *role
"""

RETURN = r"""
---
account_id:
  description: The account whose findings they are.
  returned: success, or when the task fails after it has called AWS
  type: str
  sample: "123456789012"
api_calls:
  description: How often each action of AWS was called, retries included.
  returned: success, or when the task fails after it has called AWS
  type: dict
  sample: {GetFindings: 1, BatchImportFindings: 1}
archived:
  description: The findings that are archived, or in check mode would be.
  returned: success, or when Security Hub refuses findings
  type: list
  elements: dict
  contains:
    id:
      description: ID of the finding in Security Hub. It is the same in each run.
      returned: always
      type: str
      sample: aws_ml.permissions/123456789012/passes_any_role/0f343b0931126a20f133d67c2b018a3b
    code:
      description: The code of the finding.
      returned: always
      type: str
      sample: passes_any_role
    resource:
      description: Where it was.
      returned: always
      type: str
      sample: role/l4e-role
    why:
      description: V(gone), or V(accepted) by a waiver.
      returned: always
      type: str
      sample: gone
diff:
  description: The findings that change, by severity and title.
  returned: in diff mode
  type: dict
  contains:
    before:
      description: Those that were active, one line each.
      returned: always
      type: str
      sample: "CRITICAL Service administers IAM: role/l4e-role\n"
    after:
      description: Those that are active then, one line each.
      returned: always
      type: str
error_code:
  description: AWS's code of the error, or the name of the SDK's exception.
  returned: when a call to AWS fails for good
  type: str
  sample: InvalidAccessException
failed_at:
  description: The lines of this collection's code and of the SDK's that an unexpected error came through, no values.
  returned: when a task fails unexpectedly, with C(-vvv)
  type: list
  elements: str
  sample: ["runner.py:118 in converge", "reader.py:97 in quotas"]
failed_call:
  description: The call that AWS refused.
  returned: when a call to AWS fails for good, or Security Hub refuses findings
  type: str
  sample: BatchImportFindings
imported:
  description: The findings that are imported, or in check mode would be.
  returned: success, or when Security Hub refuses findings
  type: list
  elements: dict
  contains:
    id:
      description: ID of the finding in Security Hub. It is the same in each run.
      returned: always
      type: str
      sample: aws_ml.permissions/123456789012/passes_any_role/0f343b0931126a20f133d67c2b018a3b
    code:
      description: The code of the finding.
      returned: always
      type: str
      sample: passes_any_role
    resource:
      description: Where it is.
      returned: always
      type: str
      sample: role/l4e-role
    why:
      description: V(new), V(changed), or V(refreshed) after 30 days.
      returned: always
      type: str
      sample: new
problems:
  description: All problems of the options.
  returned: when the task fails because of its options
  type: list
  elements: str
  sample: ["services[0]: \"deep-lens\" is not known; it is one of deeplens, panorama"]
region:
  description: The Region of Security Hub.
  returned: success, or when Security Hub refuses findings
  type: str
  sample: eu-west-1
unchanged:
  description: The number of findings that Security Hub already has.
  returned: success, or when Security Hub refuses findings
  type: int
  sample: 12
"""

from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.runner import run_module
from ansible_collections.aws_ml.permissions.plugins.module_utils.security_hub.work import SecurityHubFindings


def main():
    run_module("security_hub_findings", SecurityHubFindings)


if __name__ == "__main__":
    main()
