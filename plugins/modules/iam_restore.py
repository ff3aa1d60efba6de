#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: iam_restore
version_added: 1.0.0
short_description: Restore IAM objects from a backup
description:
  - Restores roles, customer managed policies and attachments from the files that the other modules wrote to their
    O(backup_dir), all of them or selected ones, only in the account that they come from.
  - Restores exactly what the run removed. What was changed by others since then is not restored and is reported in
    RV(not_restored), unless it is selected by its name or O(overwrite) is true. Nothing that was added later is
    removed.
  - Lifts the quarantine of a role that the run put into it. A quarantine that began later stays.
  - Does not attach a customer managed policy that may now grant more than at the time of the backup, unless the role is
    selected by its name or O(overwrite) is true.
  - If another role of the account trusted a deleted role, IAM shows the id of the deleted role in its trust policy. The
    ARN of the restored role replaces this id. Nothing else in that trust policy changes.
  - A file that is damaged, truncated, changed, of another account, not a backup, or of a newer version of this
    collection is refused before the first call to AWS. A file that is not a regular file, or that users other than this
    user and root can write to, is refused too.
author: aws_ml.permissions contributors (@aws-ml)
options:
  src:
    description:
      - A backup, a folder of backups, or a pattern such as V(/var/backups/iam/123456789012-2026*.json).
      - Of a folder or a pattern, the files of O(account_id) are used. Without O(account_id), all files must be of one
        account. For each object the newest content is used. If the run before it was interrupted, its file is used too.
        If a role was deleted from quarantine, the file of the run that put it into quarantine is used too. Files that
        this module wrote, and files whose name begins with another account, are ignored.
      - It is a path on the machine where the module runs. A relative path starts from the folder that Ansible was
        started in, unless the connection leads to another machine.
    type: path
    required: true
  roles:
    description:
      - Names of the roles to restore, with their policies and the customer managed policies that they need.
      - If omitted, and O(policies) and O(attachments) too, everything is restored.
    type: list
    elements: str
    default: []
  policies:
    description:
      - Names of the customer managed policies to restore. They are attached again to the users, groups and roles of the
        backup that had them, and set again as their permissions boundary.
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
          - Name of that user, group or role. It must exist.
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
      - Whether to restore objects that were changed since the backup, even if they are not selected by their name.
    type: bool
    default: false
notes:
  - A second run finds nothing to do. An interrupted run can be run again and ends in the same state.
  - Restored roles get new unique ids. Policies outside of IAM that name a role, such as a bucket policy, show the old
    id and must be written again.
  - An AWS managed policy that AWS has withdrawn cannot be attached again. If the backup contains its document, a
    customer managed policy with this document is attached instead and reported in RV(restored_as).
extends_documentation_fragment:
  - aws_ml.permissions.connection
  - aws_ml.permissions.access_gates
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
- name: Narrow a role and its policy, and save what is replaced
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

- name: Put a remaining role of DeepLens into quarantine
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

- name: Remove the DeepLens roles and what was granted, and save everything
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

- name: Show the plan of a restore
  aws_ml.permissions.iam_restore:
    src: "{{ removed.backup.path }}"
  check_mode: true
  diff: true

- name: Restore one role, with the policies that it needs
  aws_ml.permissions.iam_restore:
    src: "{{ removed.backup.path }}"
    roles:
      - AWSDeepLensServiceRole
    no_new_access: warn
    not_granted:
      - organizations:LeaveOrganization

- name: Restore single policies, on a user and on a role
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

- name: Show the plan of restoring everything, including what was changed since
  aws_ml.permissions.iam_restore:
    src: "{{ playbook_dir }}/backups"
    overwrite: true
  check_mode: true
  register: planned

- name: Apply exactly that plan, and save what it replaces
  aws_ml.permissions.iam_restore:
    src: "{{ playbook_dir }}/backups"
    overwrite: true
    backup_dir: "{{ playbook_dir }}/backups"
    approved_plan: "{{ planned.approval }}"
    approval_hours: 8

- name: Restore everything of another account, with a role of that account
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
access_diff:
  description:
    - What access the plan changes, or in check mode would change. What the policies allow in effect is compared, so a
      document that is written differently and allows the same is no change. The page What access a plan changes of this
      collection has the details.
  returned: success, or when the plan is refused
  type: dict
  contains:
    wider:
      description: Whether someone can do more after the plan, or may be able to.
      returned: always
      type: bool
      sample: true
    summary:
      description: The changes in short lines, at most 200.
      returned: always
      type: list
      elements: str
      sample: [role/label-writer gains s3:PutObject on labels-1/*]
    principals:
      description: The changes of each user, group and role, and of policies for the identities that have them.
      returned: always
      type: list
      elements: dict
      contains:
        principal:
          description: The user, group, role or policy, kind and name.
          returned: always
          type: str
          sample: role/label-writer
        gains:
          description: What it can do only after the plan.
          returned: always
          type: list
          elements: dict
          contains:
            action:
              description: The action, or a pattern of actions.
              returned: always
              type: str
              sample: s3:PutObject
            except_actions:
              description: The actions that NotAction leaves out.
              returned: always
              type: list
              elements: str
              sample: []
            resource:
              description: The resource, or a pattern of resources.
              returned: always
              type: str
              sample: arn:aws:s3:::labels-1/*
            except_resources:
              description: The resources that NotResource leaves out.
              returned: always
              type: list
              elements: str
              sample: []
            conditions:
              description: The conditions, as in a policy.
              returned: always
              type: dict
            certain:
              description: Whether an example of a request was found that is allowed on one side only.
              returned: always
              type: bool
              sample: true
        loses:
          description: What it can do only before the plan.
          returned: always
          type: list
          elements: dict
          contains:
            action:
              description: The action, or a pattern of actions.
              returned: always
              type: str
              sample: s3:PutObject
            except_actions:
              description: The actions that NotAction leaves out.
              returned: always
              type: list
              elements: str
              sample: []
            resource:
              description: The resource, or a pattern of resources.
              returned: always
              type: str
              sample: arn:aws:s3:::labels-1/*
            except_resources:
              description: The resources that NotResource leaves out.
              returned: always
              type: list
              elements: str
              sample: []
            conditions:
              description: The conditions, as in a policy.
              returned: always
              type: dict
            certain:
              description: Whether an example of a request was found that is allowed on one side only.
              returned: always
              type: bool
              sample: true
        gains_policies:
          description: Policies that it gets and that could not be read.
          returned: always
          type: list
          elements: str
          sample: []
        loses_policies:
          description: Policies that it loses and that could not be read.
          returned: always
          type: list
          elements: str
          sample: []
        no_longer_limited_by:
          description: Permissions boundaries that it loses and that could not be read.
          returned: always
          type: list
          elements: str
          sample: []
        newly_limited_by:
          description: Permissions boundaries that it gets and that could not be read.
          returned: always
          type: list
          elements: str
          sample: []
        newly_assumed_by:
          description: Who can assume the role only after the plan.
          returned: always
          type: list
          elements: dict
          contains:
            principal:
              description: The principal, as in a trust policy.
              returned: always
              type: dict
              sample: {Service: sagemaker.amazonaws.com}
            action:
              description: The action of STS, or a pattern of actions.
              returned: always
              type: str
              sample: sts:AssumeRole
            conditions:
              description: The conditions, as in a policy.
              returned: always
              type: dict
        no_longer_assumed_by:
          description: Who can assume the role only before the plan.
          returned: always
          type: list
          elements: dict
          contains:
            principal:
              description: The principal, as in a trust policy.
              returned: always
              type: dict
              sample: {Service: sagemaker.amazonaws.com}
            action:
              description: The action of STS, or a pattern of actions.
              returned: always
              type: str
              sample: sts:AssumeRole
            conditions:
              description: The conditions, as in a policy.
              returned: always
              type: dict
        denied:
          description: Whether the plan denies it everything, as a quarantine does.
          returned: always
          type: bool
          sample: false
        too_many:
          description: Whether its policies have too many statements to compare. Gains and losses are not known then.
          returned: always
          type: bool
          sample: false
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
  description: The RV(plan_id) and when the plan was created, in UTC. What O(approved_plan) takes.
  returned: in check mode
  type: str
  sample: 4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945@2026-11-29T23:00:00Z
attachments:
  description: The users and groups, and the roles of which only policies were chosen, as they are after the task.
  returned: success, if there are any
  type: list
  elements: dict
  contains:
    iam_type:
      description: One of V(user), V(group) and V(role).
      returned: always
      type: str
      sample: group
    name:
      description: Name of the user, group or role, as in IAM.
      returned: always
      type: str
      sample: quality-inspectors
    arn:
      description: ARN of the user, group or role, predicted if it is yet to be created; null if there is none.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:group/quality-inspectors
    status:
      description:
        - One of V(created), V(updated), V(unchanged), V(deleted) and V(absent), which did not exist before either.
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
      description: ARN of the permissions boundary, null if there is none.
      returned: unless it is deleted or absent
      type: str
      sample: arn:aws:iam::123456789012:policy/MachineLearningBoundary
    assume_role_policy_document:
      description: Trust policy of the role, in canonical order.
      returned: for a role, unless it is deleted or absent
      type: dict
    description:
      description: Description of the role, empty if there is none.
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
  description: The backup that was created before anything was removed.
  returned: if O(backup_dir) is given and something is removed, and it is not check mode
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
  description: What cannot be restored of the restored objects.
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
    A copy of everything that the writes replaced, or in check mode would replace. Documents, versions deleted for a new
    one, former settings and tags.
  returned: success, or when a write fails
  type: list
  elements: dict
  contains:
    action:
      description: The write that removes it.
      returned: always
      type: str
      sample: DeleteRole
    resource:
      description: The object that it was removed from, kind and name.
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
      returned: if it is replaced
      type: str
    tags:
      description: Tags.
      returned: if it is replaced
      type: dict
    assume_role_policy_document:
      description: Trust policy.
      returned: if it is replaced
      type: dict
    boundary:
      description: ARN of the permissions boundary, null if there was none.
      returned: if it is replaced
      type: str
    max_session_duration:
      description: Maximum session duration in seconds.
      returned: if it is replaced
      type: int
      sample: 3600
diff:
  description: Every object that changes, before and after, documents in canonical order.
  returned: in diff mode
  type: dict
  contains:
    before:
      description: The objects as they were, YAML; empty if none existed or nothing changes.
      returned: always
      type: str
    after:
      description:
        - The objects as they are, or in check mode would be, YAML; empty if none is left or nothing changes.
      returned: always
      type: str
differences:
  description: What is not as the task wrote it, because another run or person changed it.
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
      description: Which part of the object differs; empty for the whole object.
      returned: always
      type: str
      sample: inline policy frames
    found:
      description: The current value, such as a document; null for nothing.
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
    - The findings about the declared objects as they are after the task, including trust policies that name deleted
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
      description: What the risk is, in one or two sentences.
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
      description: Why, empty if no reason was given.
      returned: always
      type: str
      sample: AWS DeepLens ended on 2024-01-31
managed_policies:
  description: The managed policies of the backup as they are after the task, and those that replace AWS managed
    policies.
  returned: success, if there are any
  type: list
  elements: dict
  contains:
    name:
      description: Name of the policy, as in IAM.
      returned: always
      type: str
      sample: DeepLensWarehouseInventory
    arn:
      description: ARN of the policy, predicted if it is yet to be created; null if there is none.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:policy/DeepLensWarehouseInventory
    status:
      description:
        - One of V(created), V(updated), V(unchanged), V(deleted) and V(absent), which did not exist before either.
      returned: always
      type: str
      sample: created
    path:
      description: Path of the policy.
      returned: unless it is deleted or absent
      type: str
      sample: /
    description:
      description: Description of the policy, empty if there is none.
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
  description: What is selected and in the backup, and is not restored.
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
      description: What to do.
      returned: always
      type: str
plan:
  description:
    - Every write in its order; in check mode, every write that would be done. Empty if nothing differs.
    - When the task fails after it has called AWS, a dictionary of three such lists instead. Writes in C(done) were
      done, those in C(not_done) were not. Those in C(unknown) were sent, and neither a reply nor reading the account
      showed whether they were done.
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
      SHA-256 of the account, of every write of the plan with its parameters, and of what they rely on. They rely on the
      unique ids, policies, trust policies and tags of the objects as they are, on the documents of these policies, on
      the access that changes, and on the findings.
    - O(approved_plan) takes it, and RV(approval), which expires.
  returned: success, or when the plan is refused
  type: str
  sample: 4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945
problems:
  description: All problems of the options or the file, and everything in the account that blocks the restore, each with
    its place.
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
  returned: success, if there are any
  type: list
  elements: dict
  contains:
    name:
      description: Name of the role, as in IAM.
      returned: always
      type: str
      sample: AWSDeepLensServiceRole
    arn:
      description: ARN of the role, predicted if it is yet to be created; null if there is none.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:role/service-role/AWSDeepLensServiceRole
    status:
      description:
        - One of V(created), V(updated), V(unchanged), V(deleted) and V(absent), which did not exist before either.
        - V(quarantined) while it is in quarantine, whether or not the task changed it.
      returned: always
      type: str
      sample: created
    quarantined:
      description: The quarantine that the role is in after the task, null if it is in none.
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
          description: Why, empty if no reason was given.
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
      description: ARN of the permissions boundary, null if there is none.
      returned: unless it is deleted or absent
      type: str
      sample: arn:aws:iam::123456789012:policy/MachineLearningBoundary
    assume_role_policy_document:
      description: Trust policy of the role, in canonical order.
      returned: unless it is deleted or absent
      type: dict
    description:
      description: Description of the role, empty if there is none.
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
  description: Other roles, whose trust policies now have ARNs of restored roles instead of the ids of deleted ones.
  returned: success, if there are any
  type: list
  elements: dict
  contains:
    name:
      description: Name of the role, as in IAM.
      returned: always
      type: str
      sample: gt-execution
    arn:
      description: ARN of the role, predicted if it is yet to be created; null if there is none.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:role/gt-execution
    status:
      description:
        - One of V(created), V(updated), V(unchanged), V(deleted) and V(absent), which did not exist before either.
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
      description: ARN of the permissions boundary, null if there is none.
      returned: unless it is deleted or absent
      type: str
      sample: arn:aws:iam::123456789012:policy/MachineLearningBoundary
    assume_role_policy_document:
      description: Trust policy of the role, in canonical order.
      returned: unless it is deleted or absent
      type: dict
    description:
      description: Description of the role, empty if there is none.
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
