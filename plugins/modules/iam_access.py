#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: iam_access
version_added: 1.0.0
short_description: Prove what roles and users of an account can do and what they cannot
description:
  - Judges assertions of access by the policies that the account has now, and fails with every assertion that is not
    met. Each failure names the statements that decide.
  - Reads the account once, by one listing of C(GetAccountAuthorizationDetails), and the documents of the AWS managed
    policies that decide about the named principals.
  - Writes nothing.
author: aws_ml.permissions contributors (@aws-ml)
attributes:
  check_mode:
    description: Can say what it would do without changing anything.
    support: full
    details: The module only reads, so the result is the same.
  diff_mode:
    description: Says in detail what changes, or in check mode would change.
    support: full
    details: The module changes nothing, so there is no difference to show.
extends_documentation_fragment:
  - aws_ml.permissions.expect.required
  - aws_ml.permissions.connection
  - aws_ml.permissions.attributes
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: aws_ml.permissions.iam_baseline
  - module: aws_ml.permissions.iam_services
  - name: Policy evaluation logic
    description: How AWS decides about a request.
    link: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

EXAMPLES = r"""
---
- name: Prove what the role of a labeling function can do
  aws_ml.permissions.iam_access:
    expect:
      - principal: role/label-writer
        action: s3:PutObject
        resource: arn:<partition>:s3:::labels-<account_id>/job-1/1.json
        result: allowed
        reason: The function writes labels.
      - principal: role/label-writer
        action: [s3:DeleteObject, s3:PutBucketPolicy]
        resource: "*"
        result: denied
      - principal: lambda.amazonaws.com
        action: sts:AssumeRole
        resource: <role_arn:label-writer>
        result: allowed
    simulate: true

- name: Prove it in another account, with read-only access
  aws_ml.permissions.iam_access:
    expect:
      - principal: user/analyst
        action: s3:GetObject
        resource: arn:<partition>:s3:::reports-<account_id>/2026.csv
        context:
          aws:ResourceAccount: <account_id>
          aws:MultiFactorAuthPresent: true
        result: allowed
      - principal: "999999999999"
        action: sts:AssumeRole
        resource: <role_arn:label-writer>
        result: denied
        reason: No other account uses this role.
    account_id: "123456789012"
    call_rate:
      sts: 50
      iam: 25
    assume_role:
      role_arn: arn:aws:iam::123456789012:role/permissions-deployer
      external_id: "{{ deployer_external_id }}"
      session_name: prove
      duration_seconds: 900
      policy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action:
              - iam:GetAccountAuthorizationDetails
              - iam:GetPolicy
              - iam:GetPolicyVersion
            Resource: "*"
"""

RETURN = r"""
---
account_id:
  description: The account whose policies decided.
  returned: success
  type: str
  sample: "123456789012"
api_calls:
  description: How often each action of AWS was called, retries included.
  returned: success, or when the task fails after it has called AWS
  type: dict
  sample: {GetCallerIdentity: 1, GetAccountAuthorizationDetails: 1}
assertions:
  description: The assertions of access, one for each action on each resource, and what was found.
  returned: success, or when assertions are not met
  type: list
  elements: dict
  contains:
    place:
      description: The entry, such as C(expect[1]), or that of the definition of a service.
      returned: always
      type: str
      sample: expect[1]
    service:
      description: The service whose definition has the entry, null for an entry of the task.
      returned: always
      type: str
      sample: deeplens
    principal:
      description: Who is to do it.
      returned: always
      type: str
      sample: role/label-writer
    action:
      description: The action.
      returned: always
      type: str
      sample: s3:DeleteObject
    resource:
      description: The resource.
      returned: always
      type: str
      sample: "*"
    context:
      description: The condition keys that the entry gives, each with a list of values, or null where it is absent.
      returned: always
      type: dict
      sample: {"aws:SourceAccount": ["123456789012"]}
    expected:
      description: The result that is asserted, V(allowed) or V(denied).
      returned: always
      type: str
      sample: denied
    result:
      description:
        - V(allowed) or V(denied). V(depends) if it depends on condition keys that the entry does not give. V(unknown)
          if it depends on a policy that was not read.
      returned: always
      type: str
      sample: denied
    reason:
      description: Why that is the result.
      returned: always
      type: str
      sample: no policy of the caller allows it
    statements:
      description: The statements that decided.
      returned: always
      type: list
      elements: str
      sample: ["inline policy labels (statement 2)"]
    text:
      description: The C(reason) of the entry.
      returned: always
      type: str
      sample: The function writes labels.
    proved:
      description: V(current), the state of the account that was judged. Null if the assertion is not met.
      returned: always
      type: str
      sample: current
    simulated:
      description: What C(SimulatePrincipalPolicy) answers, null for what it cannot be asked.
      returned: with O(simulate=true)
      type: str
      sample: denied
error_code:
  description: AWS's code of the error, or the name of the SDK's exception.
  returned: when a call to AWS fails for good
  type: str
  sample: AccessDenied
failed_call:
  description: The call that AWS refused.
  returned: when a call to AWS fails for good
  type: str
  sample: GetAccountAuthorizationDetails
problems:
  description: Every assertion that is not met, or every problem of the options, each with its place.
  returned: when assertions are not met, or the options have problems
  type: list
  elements: str
  sample:
    - "expect[1]: role/label-writer must not be allowed s3:DeleteObject; it is allowed by inline policy labels
      (statement 2)"
"""

from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.runner import run_module
from ansible_collections.aws_ml.permissions.plugins.module_utils.prove.work import AccessProof


def main():
    run_module("iam_access", AccessProof)


if __name__ == "__main__":
    main()
