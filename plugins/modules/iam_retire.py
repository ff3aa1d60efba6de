#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: iam_retire
version_added: 1.0.0
short_description: Take away what ended machine-learning services have left, with care
description:
  - Finds the roles and customer managed policies of services that have ended, as M(aws_ml.permissions.iam_audit)
    does, puts the roles into quarantine, and deletes them in a later run, once they have been there for
    O(after_days).
  - A role in quarantine is whole but powerless, see O(aws_ml.permissions.iam_role#module:state). If something breaks,
    M(aws_ml.permissions.iam_role) with C(state=present) and the same O(backup_dir) gives it back as it was.
  - The days in quarantine count by the record that the module itself keeps, in O(backup_dir) or signed with
    O(record_key). Tags are for people, since whoever may tag a role can write them. A role that tags say is in
    quarantine and no record does is put there anew, and a role that nothing but its tags connects with a service stays.
  - A role of somebody else that a service has left something in stays as well, and a warning says what in it can go.
  - A customer managed policy goes as soon as nothing has it any more, which is as a rule with the last of its roles.
    Users and groups are never touched; a policy that one of them has stays, with a warning.
  - Keeps everything in O(backup_dir) before it writes, what goes into quarantine too.
  - Retires nothing at all in an account where something stands against it, and says all of it with what overrides it,
    in check mode too.
options:
  services:
    description:
      - The services to retire, by their names, such as V(deeplens) and V(robomaker). The page
        R(of the audit,ansible_collections.aws_ml.permissions.docsite.audit.services) lists them.
      - If omitted, all that have ended.
    type: list
    elements: str
    default: []
  roles:
    description:
      - Names of the roles to retire, or patterns with C(*) and C(?), whatever their case. Only roles that belong to
        O(services) are retired; a name without a pattern that is of no such role is refused.
      - If omitted, all roles that belong to the services; none if O(policies) is given.
    type: list
    elements: str
  policies:
    description:
      - Names of the customer managed policies to retire, or patterns, as O(roles).
      - If omitted, all that belong to the services; none if O(roles) is given.
    type: list
    elements: str
  except:
    description:
      - Names of roles and policies, or patterns, that are never retired.
      - An entry need not match in every account; a warning names it. Where it matches nothing and is a letter or two
        from something that would be retired, the account is refused; so it is with O(roles) and O(policies).
    type: list
    elements: str
    default: []
  unused_days:
    description:
      - A role that was used within so many days is refused, 0 to 400. IAM tells of uses in the last 400 days, up to
        about four hours late. A role without a use in that time counts as unused.
      - A role in quarantine is refused if it was used since it went there.
    type: int
    default: 90
  min_age_days:
    description:
      - A role or policy that was created within so many days is refused, 0 to 3650. It cannot have been used before, so
        that it was not says nothing. What a role in quarantine has had all the time is not refused.
      - If omitted, the same as O(unused_days).
    type: int
  after_days:
    description:
      - So many days in recorded quarantine come before a role is deleted.
    type: int
    default: 30
  at_once:
    description:
      - Whether to delete without quarantine, and without waiting for the end of one.
    type: bool
    default: false
  max_share:
    description:
      - The share of the account's roles, from 0 to 1, that may go into quarantine or away in one run. Service-linked
        roles and those of AWS do not count.
      - If omitted, a half; up to 20 roles go then even if they are more than that, so that small accounts can be
        retired.
    type: float
  allow:
    description:
      - What is retired although something stands against it. V(used), within O(unused_days); V(depended_on), by a
        trust policy, a policy or an instance profile; V(service_alive), of a service that has not ended; V(share),
        more than O(max_share); V(too_young), within O(min_age_days); V(declared_present), by the variables of
        O(declared_services).
    type: list
    elements: str
    choices: [used, depended_on, service_alive, share, too_young, declared_present]
    default: []
  quarantine_reason:
    description:
      - The reason in the tag of each role that goes into quarantine, at most 256 letters, digits, spaces and
        C(_.:/=+-@).
      - If omitted, which service ended when.
    type: str
notes:
  - The account is read by one sweep of C(iam:GetAccountAuthorizationDetails) and one of C(iam:ListRoles). Where the
    caller may not call them, nothing is known of last use, so the task fails.
  - Service-linked roles are refused; M(aws_ml.permissions.iam_service_linked_role) deletes them.
  - Policies of resources (buckets, keys, queues) and other accounts that name a role are not seen.
extends_documentation_fragment:
  - aws_ml.permissions.service_paths
  - aws_ml.permissions.declared_services
  - aws_ml.permissions.connection
  - aws_ml.permissions.approval
  - aws_ml.permissions.backup
  - aws_ml.permissions.record
  - aws_ml.permissions.attributes
  - amazon.aws.common.modules
  - amazon.aws.region.modules
author: aws_ml.permissions contributors (@aws-ml)
seealso:
  - module: aws_ml.permissions.iam_audit
  - module: aws_ml.permissions.iam_restore
  - module: aws_ml.permissions.iam_service_linked_role
  - module: aws_ml.permissions.iam_services
"""

EXAMPLES = r"""
---
- name: What would go into quarantine, and what stands against it
  aws_ml.permissions.iam_retire:
    backup_dir: "{{ playbook_dir }}/backups"
    record_key: "{{ quarantine_record_key }}"
  check_mode: true
  register: planned

- name: Put the roles of services that have ended into quarantine, and delete those that were there for 30 days
  aws_ml.permissions.iam_retire:
    backup_dir: "{{ playbook_dir }}/backups"
    record_key: "{{ quarantine_record_key }}"
    approved_plan: "{{ planned.approval }}"
    approval_hours: 8

- name: The same for DeepLens alone, slower, and never for the demo
  aws_ml.permissions.iam_retire:
    services:
      - deeplens
    service_paths: "{{ folders_of_our_services | default([]) }}"
    except:
      - "*demo*"
    unused_days: 180
    min_age_days: 365
    after_days: 60
    max_share: 0.75
    quarantine_reason: DeepLens has ended - ask the vision team
    backup_dir: "{{ playbook_dir }}/backups"

- name: Away with what the cameras had, in another account, whatever passes it on
  aws_ml.permissions.iam_retire:
    services:
      - deeplens
    declared_services:
      - deeplens
    roles:
      - AWSDeepLens*
      - camera-*
    policies:
      - deeplens-*
    at_once: true
    allow:
      - depended_on
    backup_dir: "{{ playbook_dir }}/backups"
    account_id: "123456789012"
    call_rate:
      sts: 50
      iam: 25
    assume_role:
      role_arn: arn:aws:iam::123456789012:role/permissions-deployer
      external_id: "{{ deployer_external_id }}"
      session_name: retire-deeplens
      duration_seconds: 900
      policy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: iam:*
            Resource: "*"
  vars:
    deeplens_iam_state: absent
    deeplens_iam_group_roles:
      - name: camera-runtime
"""

RETURN = r"""
---
account_id:
  description: The account that the task worked in.
  returned: success, or when the task fails after it has called AWS
  type: str
  sample: "123456789012"
api_calls:
  description: How often each action of AWS was called, retries included.
  returned: success, or when the task fails after it has called AWS
  type: dict
  sample: {GetAccountAuthorizationDetails: 1, ListRoles: 1, CreateRole: 5}
approval:
  description: The RV(plan_id) and when the plan was made, in UTC. What O(approved_plan) takes.
  returned: in check mode
  type: str
  sample: 4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945@2026-11-29T23:00:00Z
backup:
  description: The backup that was made before anything was written.
  returned: where something is written, and it is not check mode
  type: dict
  contains:
    path:
      description: The file. Later tasks of the same run for the same account add to it.
      returned: always
      type: str
      sample: /var/backups/iam/123456789012-20261122T100000Z-9f86d081884c.json
    objects:
      description: Every object in it, kind and name.
      returned: always
      type: list
      elements: str
      sample: [policy/DeepLensWarehouseInventory, role/AWSDeepLensServiceRole]
deleted:
  description: >-
    A copy of all that the writes took away, or in check mode would. Deleted objects, replaced and deleted
    documents, detached policies, former settings and tags.
  returned: success, or when a write fails
  type: list
  elements: dict
  contains:
    action:
      description: The write that takes it away.
      returned: always
      type: str
      sample: DeleteRole
    resource:
      description: What it was taken from, kind and name.
      returned: always
      type: str
      sample: role/l4e-role
    policy_arn:
      description: ARN of the managed policy that was detached.
      returned: for an attachment
      type: str
      sample: arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess
    policy_name:
      description: Name of the inline policy.
      returned: for an inline policy
      type: str
      sample: S3
    version_id:
      description: ID of the version.
      returned: for a version of a managed policy
      type: str
      sample: v1
    policy:
      description: The policy document.
      returned: for an inline policy, a managed policy or a version of one
      type: dict
    path:
      description: Path.
      returned: where it is taken away or a managed policy
      type: str
      sample: /
    description:
      description: Description.
      returned: where it is taken away or a managed policy
      type: str
    tags:
      description: Tags.
      returned: where it is taken away or a managed policy
      type: dict
    assume_role_policy_document:
      description: Trust policy.
      returned: where it is taken away
      type: dict
    boundary:
      description: ARN of the permissions boundary, null where there was none.
      returned: where it is taken away
      type: str
    max_session_duration:
      description: Maximum session duration in seconds.
      returned: where it is taken away
      type: int
      sample: 3600
diff:
  description: Every object that changes, before and after, documents in canonical order.
  returned: in diff mode
  type: dict
  contains:
    before:
      description: The objects as they were, YAML; empty where none was there or nothing changes.
      returned: always
      type: str
    after:
      description:
        - The objects as they are, or in check mode would be, YAML; empty where none is left or nothing changes.
      returned: always
      type: str
differences:
  description: What is not as the task has written it, because another run or person changed it meanwhile.
  returned: when the account is not as declared after the last write
  type: list
  elements: dict
  contains:
    resource:
      description: The object, kind and name.
      returned: always
      type: str
      sample: role/AWSDeepLensServiceRole
    what:
      description: What of the object differs; empty for the whole object.
      returned: always
      type: str
      sample: inline policy frames
    found:
      description: What is there, such as a document; null for nothing.
      returned: always
      type: raw
      sample: null
    expected:
      description: What was written or declared; null for nothing.
      returned: always
      type: raw
      sample: present
error_code:
  description: AWS's code of the error, or the name of the SDK's exception.
  returned: when a call to AWS fails for good
  type: str
  sample: AccessDenied
failed_at:
  description: The lines of this collection's code and of the SDK's that an unexpected error came through, no values.
  returned: when a task fails unexpectedly, with C(-vvv)
  type: list
  elements: str
  sample: ["runner.py:118 in converge", "reader.py:97 in quotas"]
failed_call:
  description: The action of AWS that failed.
  returned: when a call to AWS fails for good
  type: str
  sample: CreateRole
findings:
  description: Always empty. What the task leaves of what it writes to is powerless.
  returned: success, or when the plan is not the approved one
  type: list
  elements: dict
managed_policies:
  description: The customer managed policies that the task deletes.
  returned: success, where there are any
  type: list
  elements: dict
  contains:
    name:
      description: Name of the policy.
      returned: always
      type: str
      sample: deeplens-cameras
    arn:
      description: ARN of the policy.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:policy/deeplens-cameras
    status:
      description: V(deleted).
      returned: always
      type: str
      sample: deleted
plan:
  description:
    - Every write in its order; in check mode, every write that would be made. Empty where nothing differs.
    - When the task fails after it has called AWS, a dictionary of three such lists instead. Writes in C(done) were
      made, those in C(not_done) were not. Those in C(unknown) were sent, and neither a reply nor reading the account
      told what became of them.
  returned: success, when a write fails, or when the plan is not the approved one
  type: list
  elements: dict
  contains:
    action:
      description: The action of IAM.
      returned: always
      type: str
      sample: CreateRole
    resource:
      description: The object that is written, kind and name.
      returned: always
      type: str
      sample: role/AWSDeepLensServiceRole
    reason:
      description: Why, which is what differs.
      returned: always
      type: str
      sample: absent
plan_id:
  description:
    - >-
      SHA-256 of the account, of every write of the plan with its parameters, and of what they rely on. This is the
      unique ids, policies, trust policies and tags of the objects as they are, the documents of these policies, and
      the findings.
    - O(approved_plan) takes it, and RV(approval), which expires.
  returned: success, or when the plan is not the approved one
  type: str
  sample: 4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945
problems:
  description: Everything that is wrong with the options.
  returned: when the task fails because of its options
  type: list
  elements: str
  sample: ["unused_days: 500 is outside 0 to 400; IAM does not report an earlier use"]
refusals:
  description: Everything that stands against it. Nothing was written.
  returned: when the task refuses
  type: list
  elements: dict
  contains:
    resource:
      description: The object, kind and name, or V(account).
      returned: always
      type: str
      sample: role/AWSDeepLensLambdaRole
    code:
      description:
        - The kind of refusal. One of V(used), V(depended_on), V(service_alive), V(service_linked), V(reserved),
          V(template), V(own_role), V(share), V(no_backup_dir), V(foreign), V(other_service), V(too_young),
          V(declared_present), V(lives_on) and V(misspelled).
      returned: always
      type: str
      sample: used
    reason:
      description: Why, in words.
      returned: always
      type: str
      sample: was used on 2026-11-15 in us-east-1, 7 days ago; unused_days (aws_ml_retire_unused_days) is 90
    override:
      description: The option, and in the playbook the variable, that overrides it, or what else can be done.
      returned: always
      type: str
      sample: "allow: [used] (aws_ml_retire_allow)"
retired:
  description: Everything that is retired in the account, roles first.
  returned: success
  type: list
  elements: dict
  contains:
    resource:
      description: The object, kind and name.
      returned: always
      type: str
      sample: role/AWSDeepLensServiceRole
    services:
      description: The services that it belongs to.
      returned: always
      type: list
      elements: str
      sample: [deeplens]
    step:
      description:
        - V(quarantined) now, V(removed) now, V(waiting) for the end of its quarantine, or V(kept), which is a policy
          that somebody else has, a role that nothing but its tags connects with a service, or a role of somebody else
          that a service has left something in.
      returned: always
      type: str
      sample: quarantined
    until:
      description: When it is to be deleted, UTC, ISO 8601; null where it is deleted now or kept.
      returned: always
      type: str
      sample: "2026-12-22T10:00:00Z"
    reason:
      description: Why it is in quarantine, why it is kept, or what it waits for.
      returned: always
      type: str
      sample: AWS DeepLens ended on 2024-01-31
    note:
      description:
        - What there is to know besides, empty for nothing. It says so where tags tell of a quarantine that no record
          confirms, so that it starts now.
      returned: always
      type: str
      sample: ""
roles:
  description: The roles that the task writes to, as they are after it.
  returned: success, where there are any
  type: list
  elements: dict
  contains:
    name:
      description: Name of the role, as it is spelled in IAM.
      returned: always
      type: str
      sample: AWSDeepLensServiceRole
    arn:
      description: ARN of the role.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:role/service-role/AWSDeepLensServiceRole
    status:
      description:
        - V(quarantined) or V(deleted).
      returned: always
      type: str
      sample: quarantined
    quarantined:
      description: The quarantine that the role is in after the task, null where it is in none.
      returned: always
      type: dict
      sample: null
      contains:
        since:
          description: When it was quarantined, UTC, ISO 8601.
          returned: always
          type: str
          sample: "2026-11-22T10:00:00Z"
        reason:
          description: Why, empty where no reason was given.
          returned: always
          type: str
          sample: service ended
    path:
      description: Path of the role.
      returned: unless it is deleted
      type: str
      sample: /
    managed_policies:
      description: ARNs of all managed policies on the role, sorted.
      returned: unless it is deleted
      type: list
      elements: str
      sample: [arn:aws:iam::aws:policy/service-role/AWSDeepLensServiceRolePolicy]
    inline_policies:
      description: All inline policies of the role, the document in canonical order under the name of each.
      returned: unless it is deleted
      type: dict
    boundary:
      description: ARN of the permissions boundary, null where there is none.
      returned: unless it is deleted
      type: str
      sample: arn:aws:iam::123456789012:policy/MachineLearningBoundary
    assume_role_policy_document:
      description: Trust policy of the role, in canonical order.
      returned: unless it is deleted
      type: dict
    description:
      description: Description of the role, empty where there is none.
      returned: unless it is deleted
      type: str
    max_session_duration:
      description: Maximum session duration of the role in seconds.
      returned: unless it is deleted
      type: int
      sample: 3600
    tags:
      description: Tags of the role.
      returned: unless it is deleted
      type: dict
      sample: {team: vision}
"""

from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.runner import run_module
from ansible_collections.aws_ml.permissions.plugins.module_utils.retire.task import RetireTask


def main():
    run_module("iam_retire", RetireTask)


if __name__ == "__main__":
    main()
