#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: iam_audit
version_added: 1.0.0
short_description: Report the IAM objects that AWS machine-learning services use or have left in an account
description:
  - Finds every role, customer managed policy, user and group that belongs to a service that this collection
    converges, or that it only knows because it has ended or takes no new customers, such as AWS RoboMaker. It finds
    them by their names regardless of case, by the services that they trust, by their policies, by what their documents
    grant, and by tags.
  - Reports for each object how it differs from AWS's guide, from least privilege, or from its declaration, who can
    assume it, when it was last used, what depends on it, and its findings.
  - Reports the privilege escalation paths through these objects.
  - Reads the account once, by one listing of C(GetAccountAuthorizationDetails) and one of C(ListRoles), with
    one call of C(ListPolicyTags) for each customer managed policy that is found. AWS's policy SecurityAudit
    allows all three.
  - Writes nothing.
options:
  services:
    description:
      - The services to look for, by their names, such as V(deeplens) and V(robomaker). The page
        R(of the audit,ansible_collections.aws_ml.permissions.docsite.audit.services) lists them.
      - If omitted, all services.
    type: list
    elements: str
    default: []
  whole_account:
    description:
      - Whether RV(findings) and RV(escalation_paths) are about the whole account. RV(objects) are those of the
        services in any case.
      - By default they are about what belongs to the services, and escalation paths also about whoever reaches it or is
        reached from it.
      - Roles that AWS manages, below C(/aws-service-role/) and C(/aws-reserved/), are not judged.
    type: bool
    default: false
attributes:
  check_mode:
    description: Can say what it would do without changing anything.
    support: full
    details: The module only reads, so the result is the same.
  diff_mode:
    description: Says in detail what changes, or in check mode would change.
    support: full
    details: Each object that differs has C(diff), its current state and desired state in YAML.
author: aws_ml.permissions contributors (@aws-ml)
extends_documentation_fragment:
  - aws_ml.permissions.service_paths
  - aws_ml.permissions.declared_services
  - aws_ml.permissions.waivers
  - aws_ml.permissions.connection
  - aws_ml.permissions.attributes
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: aws_ml.permissions.iam_baseline_info
  - module: aws_ml.permissions.iam_services
"""

EXAMPLES = r"""
---
- name: Report what services have left in an account
  aws_ml.permissions.iam_audit:
  register: left

- name: Show the roles of services that have ended and who can still assume them
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.trusted | map(attribute='principal') | join(', ') }}"
  loop: "{{ left.objects | selectattr('service_state', 'eq', 'ended') | selectattr('kind', 'eq', 'role') }}"
  loop_control:
    label: "{{ item.name }}"

- name: Report whether the equipment team's roles are as declared, in another account, with read-only access
  aws_ml.permissions.iam_audit:
    services:
      - lookout_equipment
      - lookout_vision
    whole_account: true
    waivers:
      - code: trusts_without_source
        accounts: ["123456789012"]
        resources: [role/l4e-*]
        severity: low
        evidence: ["service:sagemaker.amazonaws.com"]
        reason: The console creates this trust policy.
        owner: ml-platform
        until: "{{ end_of_quarter }}"
    service_paths: "{{ folders_of_our_services | default([]) }}"
    declared_services:
      - lookout_equipment
    account_id: "123456789012"
    call_rate:
      sts: 50
      iam: 25
    aws_config:
      connect_timeout: 5
      read_timeout: 40
      retries:
        mode: standard
        max_attempts: 4
    assume_role:
      role_arn: arn:aws:iam::123456789012:role/permissions-deployer
      external_id: "{{ deployer_external_id }}"
      session_name: audit
      duration_seconds: 900
      policy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action:
              - iam:GetAccountAuthorizationDetails
              - iam:ListRoles
              - iam:ListPolicyTags
            Resource: "*"
  vars:
    lookout_equipment_iam_profile: least_privilege
    lookout_equipment_iam_region: eu-west-1
    lookout_equipment_iam_input_bucket: sensors-<account_id>
    lookout_equipment_iam_output_bucket: findings-<account_id>
    lookout_equipment_iam_callers:
      groups: [equipment-engineers]
"""

RETURN = r"""
---
account_id:
  description: The account that was audited.
  returned: success, or when the task fails after it has called AWS
  type: str
  sample: "123456789012"
api_calls:
  description: How often each action of AWS was called, retries included.
  returned: success, or when the task fails after it has called AWS
  type: dict
  sample: {GetAccountAuthorizationDetails: 1, ListRoles: 1}
error_code:
  description: AWS's code of the error, or the name of the SDK's exception.
  returned: when a call to AWS fails for good
  type: str
  sample: AccessDenied
escalation_paths:
  description:
    - The privilege escalation paths that include one of the objects. A path leads from a user, a role, another account,
      an identity provider or anyone to an identity that is an administrator, or that can make itself one. At most 100,
      the most severe and the shortest first. The known steps are on a page
      R(of their own,ansible_collections.aws_ml.permissions.docsite.escalation).
    - Groups, permissions boundaries, V(Deny) statements and conditions are evaluated. Service control policies and
      policies of resources are not.
  returned: success
  type: list
  elements: dict
  contains:
    from:
      description:
        - Who can become an administrator. Outside of the account, V(account/111122223333), the ARN of a role, a user
          or an identity provider, or V(anyone).
      returned: always
      type: str
      sample: role/AWSDeepLensSageMakerRole
    to:
      description: The identity that is an administrator, or becomes one along the path.
      returned: always
      type: str
      sample: role/l4e-role
    steps:
      description: The steps of the path, in order. Each says which policy allows it.
      returned: always
      type: list
      elements: str
    severity:
      description:
        - V(critical); V(high) if a step depends on a condition, or on what happens to run; V(low) if only
          services that have ended can assume the role that it begins with.
      returned: always
      type: str
      sample: critical
    ids:
      description: For each step, its id in the list of known steps.
      returned: always
      type: list
      elements: str
      sample: [sagemaker-001]
    conditions:
      description: The condition keys that the path depends on, because not everybody can meet the condition.
      returned: always
      type: list
      elements: str
      sample: [aws:multifactorauthpresent]
    evidence:
      description: What a waiver of the path accepts, its steps, whom it leads through, and its conditions.
      returned: always
      type: list
      elements: str
      sample: ["step:sagemaker-001", "through:role/l4e-role"]
    waiver:
      description: The waiver of O(waivers) that accepts the path, as of a finding.
      returned: if a waiver accepts it
      type: dict
    expired_waiver:
      description: The waiver that accepted the path until its last day.
      returned: if a waiver of it has expired
      type: dict
    outgrown_waiver:
      description: The waiver that accepted less than what the path is now.
      returned: if the path became worse than what a waiver accepts
      type: dict
failed_at:
  description: The lines of this collection's code and of the SDK's that an unexpected error came through, no values.
  returned: when a task fails unexpectedly, with C(-vvv)
  type: list
  elements: str
  sample: ["runner.py:118 in converge", "reader.py:97 in quotas"]
failed_call:
  description: The call that AWS refused.
  returned: when a call to AWS fails for good
  type: str
  sample: GetAccountAuthorizationDetails
findings:
  description:
    - The findings about the objects, the most severe first. A role is checked completely. Of a user or group only what
      belongs to the services is checked. A role that is denied everything, such as a role in quarantine, has no
      permissions.
  returned: success
  type: list
  elements: dict
  contains:
    severity:
      description: One of V(critical), V(high), V(medium) and V(low).
      returned: always
      type: str
      sample: critical
    code:
      description: The code of the finding. The documentation of the collection lists all codes.
      returned: always
      type: str
      sample: service_administers_iam
    resource:
      description: Where it is.
      returned: always
      type: str
      sample: role/l4e-role
    message:
      description: What the risk is.
      returned: always
      type: str
    remedy:
      description: What resolves it.
      returned: always
      type: str
    evidence:
      description:
        - What the finding is based on, such as the accounts that are trusted, the policies that grant it, and the steps
          of a path. If an entry is added, the finding became worse.
      returned: always
      type: list
      elements: str
      sample: ["account:444455556666"]
    waiver:
      description: The waiver of O(waivers) that accepts the finding.
      returned: if a waiver accepts it
      type: dict
      sample: {reason: reviewed, owner: ml-platform, until: "2027-01-31", place: "waivers[0]"}
    expired_waiver:
      description: The waiver that accepted the finding until its last day, in the same form.
      returned: if a waiver of it has expired
      type: dict
    outgrown_waiver:
      description: The waiver that accepted less than what the finding is now, in the same form, with C(why).
      returned: if the finding became worse than what a waiver accepts
      type: dict
objects:
  description:
    - Everything that belongs to the services, by service, kind and name; then what is absent although a
      documented profile or a service of O(declared_services) declares it.
    - An object that belongs to two services is listed for each.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: V(role), V(policy) (a customer managed policy), V(user) or V(group).
      returned: always
      type: str
      sample: role
    name:
      description: Its name, as in IAM.
      returned: always
      type: str
      sample: AWSDeepLensServiceRole
    arn:
      description: Its ARN; null if it is absent.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:role/service-role/AWSDeepLensServiceRole
    path:
      description: Its path; null if it is absent.
      returned: always
      type: str
      sample: /service-role/
    service:
      description: The service that it belongs to.
      returned: always
      type: str
      sample: deeplens
    service_state:
      description: V(open), V(closed) to new customers, or V(ended).
      returned: always
      type: str
      sample: ended
    service_since:
      description: The day since which the service is in that state; null if AWS gives no day.
      returned: always
      type: str
      sample: "2024-01-31"
    found_by:
      description: Why it belongs to the service; empty if it is absent.
      returned: always
      type: list
      elements: dict
      contains:
        by:
          description:
            - V(name), V(trust_principal), V(attached_policy), V(inline_policy), V(tag), V(path), V(action) (a document
              grants an action that no other service has), V(resource) (the same for a resource), or V(linked) (a role
              that trusts this one).
          returned: always
          type: str
          sample: attached_policy
        value:
          description: The name, principal, ARN, action and so on.
          returned: always
          type: str
          sample: arn:aws:iam::aws:policy/AWSDeepLensLambdaFunctionAccessPolicy
        strength:
          description:
            - V(alone), which is sufficient by itself; V(with_principal), which is sufficient together with a trust
              principal; or V(supporting), which is not sufficient.
          returned: always
          type: str
          sample: alone
    left_over:
      description:
        - What belongs to the service in a role that others can assume too, and that grants more than the service
          needed. Only these parts are left over, not the role. Empty if the object itself belongs to the service.
      returned: always
      type: list
      elements: dict
      contains:
        place:
          description: Where, with the option names of M(aws_ml.permissions.iam_baseline).
          returned: always
          type: str
          sample: assume_role_policy_document
        value:
          description:
            - What it is, a service in the trust policy, the ARN of a policy, or the first action of a statement.
          returned: always
          type: str
          sample: robomaker.amazonaws.com
        remedy:
          description: What to do about it.
          returned: always
          type: str
          sample: remove its statement (iam_trust_statement)
    status:
      description:
        - V(in_sync) or V(drifted) against C(profile); V(unknown), which belongs to the service and is similar to no
          profile, for example a role for one device, of an application or under another name; V(left_in), which is a
          role that does not belong to the service but contains parts of it, see C(left_over); or V(absent).
      returned: always
      type: str
      sample: drifted
    profile:
      description:
        - What it was compared with, V(documented), V(least_privilege) or V(declared); null if the status is
          V(unknown) or V(left_in).
      returned: always
      type: str
      sample: documented
    drift:
      description: Where it differs from that. Documents are compared statement by statement, as IAM compares them.
      returned: always
      type: list
      elements: dict
      contains:
        place:
          description: Where, with the option names of M(aws_ml.permissions.iam_baseline).
          returned: always
          type: str
          sample: managed_policies.AWSLambdaFullAccess
        expected:
          description: The desired value; null for nothing.
          returned: always
          type: raw
        actual:
          description: The current value; null for nothing.
          returned: always
          type: raw
    diff:
      description: The object as it is, and as the profile has it.
      returned: in diff mode, for an object with drift
      type: dict
      contains:
        before:
          description: The object as it is, YAML.
          returned: always
          type: str
        after:
          description: The desired state, YAML; empty if the object should not exist.
          returned: always
          type: str
    quarantined:
      description: Since when and why a role is in quarantine; null if it is not.
      returned: always
      type: dict
      contains:
        since:
          description: Since when, UTC.
          returned: always
          type: str
          sample: "2026-11-22T10:00:00Z"
        reason:
          description: Why; empty if no reason was given.
          returned: always
          type: str
    service_linked:
      description: Whether it is a service-linked role, which only the service can change.
      returned: always
      type: bool
    trusted:
      description: Who can assume the role, according to its trust policy.
      returned: always
      type: list
      elements: dict
      contains:
        principal:
          description: The service, the account, or the ARN of a role or user.
          returned: always
          type: str
          sample: sagemaker.amazonaws.com
        kind:
          description:
            - V(service), V(account), V(role), V(user), V(federated), V(anyone), or V(deleted), an id whose user or role
              no longer exists.
          returned: always
          type: str
          sample: service
        conditions:
          description: The condition keys that apply to it.
          returned: always
          type: list
          elements: str
          sample: [aws:SourceAccount]
        state:
          description: Of a service that the collection knows, V(open), V(closed) or V(ended); else null.
          returned: always
          type: str
          sample: open
    last_used:
      description:
        - When and where a role was last used, as IAM reports it. IAM reports the last 400 days, up to four hours late,
          so empty does not mean never.
      returned: always
      type: dict
      contains:
        date:
          description: When, ISO 8601.
          returned: if the role was used
          type: str
          sample: "2026-11-01T08:00:00+00:00"
        region:
          description: In which Region.
          returned: if the role was used
          type: str
          sample: us-east-1
    created:
      description: When it was created, ISO 8601; null if it is absent.
      returned: always
      type: str
      sample: "2019-03-11T09:30:00+00:00"
    dangling:
      description: Ids in the trust policy of roles and users that were deleted.
      returned: always
      type: list
      elements: str
    depended_on_by:
      description:
        - What in the account needs a role or policy. IAM does not report other accounts, or resource policies such as
          those of buckets and keys.
      returned: always
      type: list
      elements: dict
      contains:
        resource:
          description: What needs it.
          returned: always
          type: str
          sample: role/gt-post-lambda
        how:
          description:
            - V(trust_policy), which names it; V(policy), which names it; V(instance_profile), which contains it;
              V(pass_role), which can pass it; V(attachment) or V(boundary), for a policy.
          returned: always
          type: str
          sample: trust_policy
        detail:
          description: The dependency in words, with the policy and statement.
          returned: always
          type: str
        by_name:
          description: V(false) if only a wildcard for every role reaches it.
          returned: always
          type: bool
    content:
      description:
        - The complete object, with the option names of M(aws_ml.permissions.iam_baseline); empty if it is absent.
      returned: always
      type: dict
problems:
  description: Everything that is wrong with the options, each with its place.
  returned: when the options are wrong
  type: list
  elements: str
services:
  description: The services that were looked for.
  returned: success
  type: list
  elements: str
  sample: [deeplens, panorama]
waivers:
  description:
    - The waivers of O(waivers), with the number of findings and privilege escalation paths that each is about.
    - Waivers that are about nothing are included only if the audit was for all services.
  returned: success
  type: list
  elements: dict
  contains:
    code:
      description: The code of the finding.
      returned: always
      type: str
      sample: trusts_anyone
    accounts:
      description: The patterns of accounts.
      returned: always
      type: list
      elements: str
    resources:
      description: The patterns of resources.
      returned: always
      type: list
      elements: str
    owner:
      description: Who answers for it.
      returned: always
      type: str
    until:
      description: Its last day.
      returned: always
      type: str
      sample: "2027-01-31"
    place:
      description: Where it is written.
      returned: always
      type: str
      sample: waivers[0]
    of_account:
      description: Whether the patterns match this account.
      returned: always
      type: bool
    expired:
      description: Whether its last day is over.
      returned: always
      type: bool
    matched:
      description: The number of findings and paths that it is about, accepted or not.
      returned: always
      type: int
      sample: 1
whole_account:
  description: Whether the findings are about the whole account.
  returned: success
  type: bool
"""

from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.work import AccountAudit
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.runner import run_module


def main():
    run_module("iam_audit", AccountAudit)


if __name__ == "__main__":
    main()
