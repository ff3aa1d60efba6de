#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: iam_restore
version_added: 1.0.0
short_description: Put back what was taken away with a backup
description:
  - Restores roles, customer managed policies and attachments from the files that O(backup_dir) of the other modules
    made, all of them or chosen ones, in the account that they are from and in no other.
  - Puts back what the run took away, piece by piece. What others changed since is left as it is and told in
    RV(not_restored), unless it is chosen by its name or O(overwrite) is true. Nothing that came later is taken away.
  - Lifts the quarantine of a role that the run put into it. A quarantine that began later stays.
  - Does not give a role a customer managed policy that may grant more by now than at the backup, unless the role is
    chosen by its name or O(overwrite) is true.
  - Where a deleted role stood in the trust policy of another role of the account, IAM shows the id of the deleted one
    there. The ARN of the restored role takes its place; nothing else in that trust policy changes.
  - A file that is damaged, cut off, changed, of another account, no backup at all, or of a newer version of this
    collection is refused before AWS is asked for anything. So is one that is no regular file, or that anybody but this
    user and root could have written.
author: aws_ml.permissions contributors (@aws-ml)
options:
  src:
    description:
      - A backup, a folder of backups, or a pattern such as V(/var/backups/iam/123456789012-2026*.json).
      - Of a folder or a pattern, the files of O(account_id) count, without it those of the only account there is. Of
        each object its newest content wins; where the run before it had not come to its end, that one counts too, and
        so does the run that put a role into quarantine, out of which a later one deleted it. Files that this module
        made are left out, and so are those whose name begins with another account.
      - It is a path on the machine where the module runs. A relative one is in the folder that Ansible was started in,
        unless the connection leads to another machine.
    type: path
    required: true
  roles:
    description:
      - Names of the roles to restore, with their policies, and with customer managed policies that they need.
      - If omitted, and O(policies) and O(attachments) too, everything is restored.
    type: list
    elements: str
    default: []
  policies:
    description:
      - Names of the customer managed policies to restore. Users, groups and roles of the backup that held them, or had
        them as their boundary, get them again.
    type: list
    elements: str
    default: []
  attachments:
    description:
      - Users, groups and roles of which only policies are restored.
    type: list
    elements: dict
    default: []
    suboptions:
      iam_type:
        description:
          - What the policies were attached to.
        type: str
        required: true
        choices: [user, group, role]
      iam_name:
        description:
          - Name of that user, group or role. It has to exist.
        type: str
        required: true
      managed_policies:
        description:
          - Names or ARNs of the managed policies to attach again.
          - If omitted, and O(attachments[].inline_policies) too, all policies that it had.
        type: list
        elements: str
        aliases: [managed_policy]
      inline_policies:
        description:
          - Names of the inline policies to write again.
          - If omitted, and O(attachments[].managed_policies) too, all policies that it had.
        type: list
        elements: str
  overwrite:
    description:
      - Whether to put back objects that were changed since the backup, also where they are not chosen by their name.
    type: bool
    default: false
notes:
  - A second run finds nothing to do. One that was interrupted can be run again and ends in the same state.
  - Roles get new unique ids. What names a role outside of IAM, such as a bucket policy, shows the old id and has to be
    written again.
  - A policy that AWS has withdrawn cannot be attached again. Its document, where the backup has it, becomes a customer
    managed policy, which is attached in its place and told in RV(restored_as).
extends_documentation_fragment:
  - aws_ml.permissions.connection
  - aws_ml.permissions.approval
  - aws_ml.permissions.backup
  - aws_ml.permissions.attributes
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: aws_ml.permissions.iam_baseline
  - module: aws_ml.permissions.iam_role
  - module: aws_ml.permissions.iam_managed_policy
  - module: aws_ml.permissions.iam_policy_attachment
  - module: aws_ml.permissions.iam_trust_statement
"""

EXAMPLES = r"""
---
- name: Narrow a role and its policy, and keep what that replaces
  aws_ml.permissions.iam_baseline:
    roles:
      - name: warehouse-export
        assume_role_policy_document:
          Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Principal:
                Service: lambda.amazonaws.com
              Action: sts:AssumeRole
              Condition:
                StringEquals:
                  aws:SourceAccount: <account_id>
        inline_policies:
          Export:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: s3:PutObject
                Resource: arn:<partition>:s3:::warehouse-<account_id>/*
        boundary: MachineLearningBoundary
        description: Writes the inventory to its own bucket
        max_session_duration: 3600
        tags:
          stage: prod
    managed_policies:
      - name: DeepLensWarehouseInventory
        policy:
          Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Action: dynamodb:GetItem
              Resource: arn:<partition>:dynamodb:us-east-1:<account_id>:table/inventory
    backup_dir: "{{ playbook_dir }}/backups"
  register: narrowed

- name: Undo that
  aws_ml.permissions.iam_restore:
    src: "{{ narrowed.backup.path }}"
    roles:
      - warehouse-export
    policies:
      - DeepLensWarehouseInventory
    backup_dir: "{{ playbook_dir }}/backups"

- name: Put a role that DeepLens has left into quarantine
  aws_ml.permissions.iam_retire:
    services:
      - deeplens
    roles:
      - AWSDeepLensServiceRole
    allow:
      - depended_on
    backup_dir: "{{ playbook_dir }}/backups"
  register: retired

- name: Lift that quarantine
  aws_ml.permissions.iam_restore:
    src: "{{ retired.backup.path }}"

- name: Remove the DeepLens roles and what was granted, and keep it all
  aws_ml.permissions.iam_baseline:
    roles:
      - name: AWSDeepLensServiceRole
      - name: AWSDeepLensGreengrassRole
      - name: AWSDeepLensLambdaRole
    managed_policies:
      - name: DeepLensWarehouseInventory
    attachments:
      - iam_type: user
        iam_name: warehouse-operator
        managed_policies:
          - DeepLensWarehouseInventory
        inline_policies:
          ReadInventory: {}
      - iam_type: role
        iam_name: warehouse-export
        managed_policies:
          - DeepLensWarehouseInventory
    state: absent
    backup_dir: "{{ playbook_dir }}/backups"
  register: removed

- name: Say what a restore would write
  aws_ml.permissions.iam_restore:
    src: "{{ removed.backup.path }}"
  check_mode: true
  diff: true

- name: One role back, with the policies that it needs
  aws_ml.permissions.iam_restore:
    src: "{{ removed.backup.path }}"
    roles:
      - AWSDeepLensServiceRole

- name: Single policies back, on a user and on a role
  aws_ml.permissions.iam_restore:
    src: "{{ removed.backup.path }}"
    attachments:
      - iam_type: user
        iam_name: warehouse-operator
        managed_policies:
          - DeepLensWarehouseInventory
        inline_policies:
          - ReadInventory
      - iam_type: role
        iam_name: warehouse-export

- name: Say what it takes to put everything back as it was, whatever was changed since
  aws_ml.permissions.iam_restore:
    src: "{{ playbook_dir }}/backups"
    overwrite: true
  check_mode: true
  register: planned

- name: Do that and nothing else, and keep what it replaces
  aws_ml.permissions.iam_restore:
    src: "{{ playbook_dir }}/backups"
    overwrite: true
    backup_dir: "{{ playbook_dir }}/backups"
    approved_plan: "{{ planned.approval }}"
    approval_hours: 8

- name: Everything of another account back, which is entered through a role of its own
  aws_ml.permissions.iam_restore:
    src: "{{ playbook_dir }}/backups"
    account_id: "123456789012"
    call_rate:
      sts: 50
      iam: 25
    assume_role:
      role_arn: arn:aws:iam::123456789012:role/permissions-deployer
      external_id: "{{ deployer_external_id }}"
      session_name: restore-deeplens
      duration_seconds: 900
      policy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: iam:*
            Resource: "*"
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
attachments:
  description: The users and groups, and the roles of which only policies were chosen, as they are after the task.
  returned: success, where there are any
  type: list
  elements: dict
  contains:
    iam_type:
      description: One of V(user), V(group) and V(role).
      returned: always
      type: str
      sample: group
    name:
      description: Name of the user, group or role, as it is spelled in IAM.
      returned: always
      type: str
      sample: quality-inspectors
    arn:
      description: ARN of the user, group or role, predicted where it is yet to be created; null where there is none.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:group/quality-inspectors
    status:
      description:
        - One of V(created), V(updated), V(unchanged), V(deleted) and V(absent), which was not there before either.
      returned: always
      type: str
      sample: updated
    path:
      description: Path of the user, group or role.
      returned: unless it is deleted or absent
      type: str
      sample: /
    managed_policies:
      description: ARNs of all managed policies on the user, group or role, sorted.
      returned: unless it is deleted or absent
      type: list
      elements: str
      sample: [arn:aws:iam::aws:policy/AmazonLookoutVisionReadOnlyAccess]
    inline_policies:
      description:
        - All inline policies of the user, group or role, the document in canonical order under the name of each.
      returned: unless it is deleted or absent
      type: dict
    boundary:
      description: ARN of the permissions boundary, null where there is none.
      returned: unless it is deleted or absent
      type: str
      sample: arn:aws:iam::123456789012:policy/MachineLearningBoundary
    assume_role_policy_document:
      description: Trust policy of the role, in canonical order.
      returned: for a role, unless it is deleted or absent
      type: dict
    description:
      description: Description of the role, empty where there is none.
      returned: for a role, unless it is deleted or absent
      type: str
    max_session_duration:
      description: Maximum session duration of the role in seconds.
      returned: for a role, unless it is deleted or absent
      type: int
      sample: 3600
    tags:
      description: Tags of the role.
      returned: for a role, unless it is deleted or absent
      type: dict
      sample: {team: vision}
backup:
  description: The backup that was made before anything was taken away.
  returned: where O(backup_dir) is given and something is taken away, and it is not check mode
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
cannot_come_back:
  description: What nobody can bring back of what is restored.
  returned: success
  type: list
  elements: dict
  contains:
    resource:
      description: The object that it is about, kind and name.
      returned: always
      type: str
      sample: role/AWSDeepLensServiceRole
    what:
      description: What is lost, and what takes its place.
      returned: always
      type: str
deleted:
  description: >-
    A copy of all that the writes replaced, or in check mode would. Documents, versions that had to make room, former
    settings and tags.
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
      description: ARN of the managed policy that was detached, AWSDenyAll.
      returned: for the end of a quarantine
      type: str
      sample: arn:aws:iam::aws:policy/AWSDenyAll
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
    description:
      description: Description.
      returned: where it is replaced
      type: str
    tags:
      description: Tags.
      returned: where it is replaced
      type: dict
    assume_role_policy_document:
      description: Trust policy.
      returned: where it is replaced
      type: dict
    boundary:
      description: ARN of the permissions boundary, null where there was none.
      returned: where it is replaced
      type: str
    max_session_duration:
      description: Maximum session duration in seconds.
      returned: where it is replaced
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
  description:
    - What is dangerous in the declared objects as they are after the task, and trust policies that name deleted
      principals. The most severe first.
  returned: success, or when the plan is not the approved one
  type: list
  elements: dict
  contains:
    severity:
      description: One of V(critical), V(high), V(medium) and V(low).
      returned: always
      type: str
      sample: critical
    code:
      description: The kind of finding, such as V(grants_everything); the collection's page Findings lists all.
      returned: always
      type: str
      sample: grants_everything
    resource:
      description: The object that it is about, kind and name.
      returned: always
      type: str
      sample: role/l4e-role
    message:
      description: Why it is dangerous, in a sentence or two.
      returned: always
      type: str
    remedy:
      description: What resolves it.
      returned: always
      type: str
lifted_quarantines:
  description: The quarantines that end, those which the run of the backup began.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The role.
      returned: always
      type: str
      sample: AWSDeepLensServiceRole
    since:
      description: When it was quarantined, UTC, ISO 8601.
      returned: always
      type: str
      sample: "2026-11-22T10:00:00Z"
    reason:
      description: Why, empty where no reason was given.
      returned: always
      type: str
      sample: AWS DeepLens ended on 2024-01-31
managed_policies:
  description: The managed policies of the backup as they are after the task, and those that stand in for AWS's.
  returned: success, where there are any
  type: list
  elements: dict
  contains:
    name:
      description: Name of the policy, as it is spelled in IAM.
      returned: always
      type: str
      sample: DeepLensWarehouseInventory
    arn:
      description: ARN of the policy, predicted where it is yet to be created; null where there is none.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:policy/DeepLensWarehouseInventory
    status:
      description:
        - One of V(created), V(updated), V(unchanged), V(deleted) and V(absent), which was not there before either.
      returned: always
      type: str
      sample: created
    path:
      description: Path of the policy.
      returned: unless it is deleted or absent
      type: str
      sample: /
    description:
      description: Description of the policy, empty where there is none.
      returned: unless it is deleted or absent
      type: str
    policy:
      description: Document of the default version, in canonical order.
      returned: unless it is deleted or absent
      type: dict
    tags:
      description: Tags of the policy.
      returned: unless it is deleted or absent
      type: dict
      sample: {team: vision}
not_restored:
  description: What is in the backup and chosen, and is not restored.
  returned: success
  type: list
  elements: dict
  contains:
    resource:
      description: The object that it is about, kind and name.
      returned: always
      type: str
      sample: role/l4e-role
    reason:
      description: Why.
      returned: always
      type: str
      sample: "changed since the backup: trust policy"
    remedy:
      description: What helps.
      returned: always
      type: str
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
  description: What is wrong with the options or in the file, or stands against it in the account, each with its place.
  returned: when the task fails before it writes because of what was asked for
  type: list
  elements: str
  sample: ["roles[0]: l4e is not in the backup; did you mean l4e-role?"]
restored_as:
  description: Policies that AWS has withdrawn, and the customer managed policies with their content.
  returned: success
  type: list
  elements: dict
  contains:
    policy_arn:
      description: ARN of AWS's policy.
      returned: always
      type: str
      sample: arn:aws:iam::aws:policy/AWSLambdaFullAccess
    restored_as:
      description: ARN of the policy of the account.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:policy/AWSLambdaFullAccess-restored
roles:
  description: The roles of the backup as they are after the task.
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
      description: ARN of the role, predicted where it is yet to be created; null where there is none.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:role/service-role/AWSDeepLensServiceRole
    status:
      description:
        - One of V(created), V(updated), V(unchanged), V(deleted) and V(absent), which was not there before either.
        - V(quarantined) while it is in quarantine, whether or not the task changed it.
      returned: always
      type: str
      sample: created
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
      returned: unless it is deleted or absent
      type: str
      sample: /
    managed_policies:
      description: ARNs of all managed policies on the role, sorted.
      returned: unless it is deleted or absent
      type: list
      elements: str
      sample: [arn:aws:iam::aws:policy/service-role/AWSDeepLensServiceRolePolicy]
    inline_policies:
      description: All inline policies of the role, the document in canonical order under the name of each.
      returned: unless it is deleted or absent
      type: dict
    boundary:
      description: ARN of the permissions boundary, null where there is none.
      returned: unless it is deleted or absent
      type: str
      sample: arn:aws:iam::123456789012:policy/MachineLearningBoundary
    assume_role_policy_document:
      description: Trust policy of the role, in canonical order.
      returned: unless it is deleted or absent
      type: dict
    description:
      description: Description of the role, empty where there is none.
      returned: unless it is deleted or absent
      type: str
    max_session_duration:
      description: Maximum session duration of the role in seconds.
      returned: unless it is deleted or absent
      type: int
      sample: 3600
    tags:
      description: Tags of the role.
      returned: unless it is deleted or absent
      type: dict
      sample: {team: vision}
sources:
  description: The files that were read for this account.
  returned: success
  type: list
  elements: str
  sample: [/var/backups/iam/123456789012-20261122T100000Z-9f86d081884c.json]
trust_statements:
  description: Other roles, in whose trust policies ARNs of restored roles took the place of the ids of deleted ones.
  returned: success, where there are any
  type: list
  elements: dict
  contains:
    name:
      description: Name of the role, as it is spelled in IAM.
      returned: always
      type: str
      sample: gt-execution
    arn:
      description: ARN of the role, predicted where it is yet to be created; null where there is none.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:role/gt-execution
    status:
      description:
        - One of V(created), V(updated), V(unchanged), V(deleted) and V(absent), which was not there before either.
      returned: always
      type: str
      sample: updated
    path:
      description: Path of the role.
      returned: unless it is deleted or absent
      type: str
      sample: /
    managed_policies:
      description: ARNs of all managed policies on the role, sorted.
      returned: unless it is deleted or absent
      type: list
      elements: str
      sample: [arn:aws:iam::aws:policy/AmazonSageMakerGroundTruthExecution]
    inline_policies:
      description: All inline policies of the role, the document in canonical order under the name of each.
      returned: unless it is deleted or absent
      type: dict
    boundary:
      description: ARN of the permissions boundary, null where there is none.
      returned: unless it is deleted or absent
      type: str
      sample: arn:aws:iam::123456789012:policy/MachineLearningBoundary
    assume_role_policy_document:
      description: Trust policy of the role, in canonical order.
      returned: unless it is deleted or absent
      type: dict
    description:
      description: Description of the role, empty where there is none.
      returned: unless it is deleted or absent
      type: str
    max_session_duration:
      description: Maximum session duration of the role in seconds.
      returned: unless it is deleted or absent
      type: int
      sample: 3600
    tags:
      description: Tags of the role.
      returned: unless it is deleted or absent
      type: dict
      sample: {team: vision}
"""

from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.runner import run_module
from ansible_collections.aws_ml.permissions.plugins.module_utils.restore.source import restoring


def main():
    run_module("iam_restore", restoring)


if __name__ == "__main__":
    main()
