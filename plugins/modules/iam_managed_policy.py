#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: iam_managed_policy
version_added: 1.0.0
short_description: Converge one customer managed policy
description:
  - Creates, changes or deletes one customer managed policy with its document and tags.
  - Writes only what differs. What is not declared does not change.
  - Deletes the oldest version if the policy already has five, and returns a copy of what it deletes.
author: aws_ml.permissions contributors (@aws-ml)
extends_documentation_fragment:
  - aws_ml.permissions.managed_policy
  - aws_ml.permissions.connection
  - aws_ml.permissions.access_gates
  - aws_ml.permissions.approval
  - aws_ml.permissions.backup
  - aws_ml.permissions.declaration
  - aws_ml.permissions.attributes
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: aws_ml.permissions.iam_baseline
  - module: aws_ml.permissions.iam_policy_attachment
  - module: amazon.aws.iam_managed_policy
"""

EXAMPLES = r"""
---
- name: Create the additional policy of the DeepLens devices in the warehouse
  aws_ml.permissions.iam_managed_policy:
    name: DeepLensWarehouseInventory
    path: /deeplens/
    description: Reads and writes the inventory table of the warehouse
    policy:
      Version: "2012-10-17"
      Statement:
        - Sid: WarehouseInventory
          Effect: Allow
          Action:
            - dynamodb:BatchGetItem
            - dynamodb:GetItem
            - dynamodb:PutItem
            - dynamodb:Query
            - dynamodb:UpdateItem
          Resource:
            - arn:<partition>:dynamodb:us-east-1:<account_id>:table/inventory
            - arn:<partition>:dynamodb:us-east-1:<account_id>:table/inventory/index/*
    tags:
      service: deeplens
      stage: prod

- name: Change the document, and delete all older versions
  aws_ml.permissions.iam_managed_policy:
    name: DeepLensWarehouseInventory
    policy: |
      {
        "Version": "2012-10-17",
        "Statement": [
          {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:Query"],
            "Resource": "arn:<partition>:dynamodb:us-east-1:<account_id>:table/inventory"
          }
        ]
      }
    only_version: true
    no_new_access: fail
    not_granted:
      - dynamodb:PutItem

- name: Add one tag, and keep the others
  aws_ml.permissions.iam_managed_policy:
    name: DeepLensWarehouseInventory
    tags:
      owner: logistics
    purge_tags: false

- name: Show the plan of deleting a policy
  aws_ml.permissions.iam_managed_policy:
    name: DeepLensWarehouseInventory
    state: absent
  check_mode: true
  register: planned

- name: Delete it if the plan has not changed, and save what is deleted
  aws_ml.permissions.iam_managed_policy:
    name: DeepLensWarehouseInventory
    state: absent
    backup_dir: "{{ playbook_dir }}/backups"
    approved_plan: "{{ planned.approval }}"
    approval_hours: 8
  register: retired

- name: Converge the inference policy of Lookout for Vision in another account, with a role of that account
  aws_ml.permissions.iam_managed_policy:
    name: LookoutVisionInference
    policy:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Action: lookoutvision:DetectAnomalies
          Resource: arn:aws:lookoutvision:us-east-1:<account_id>:model/bottle-caps/*
    account_id: "123456789012"
    call_rate:
      sts: 50
      iam: 25
    assume_role:
      role_arn: arn:aws:iam::123456789012:role/permissions-deployer
      external_id: "{{ deployer_external_id }}"
      session_name: vision-policies
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
          description: Always empty. The task writes no trust policy.
          returned: always
          type: list
        no_longer_assumed_by:
          description: Always empty. The task writes no trust policy.
          returned: always
          type: list
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
  sample: {ListPolicies: 1, CreatePolicy: 1}
approval:
  description: The RV(plan_id) and when the plan was created, in UTC. What O(approved_plan) takes.
  returned: in check mode
  type: str
  sample: 4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945@2026-11-29T23:00:00Z
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
deleted:
  description: >-
    A copy of everything that the writes removed, or in check mode would remove. Deleted objects, replaced and deleted
    documents, detached policies, former settings and tags.
  returned: success, or when a write fails
  type: list
  elements: dict
  contains:
    action:
      description: The write that removes it.
      returned: always
      type: str
      sample: DeletePolicyVersion
    resource:
      description: The object that it was removed from, kind and name.
      returned: always
      type: str
      sample: policy/DeepLensWarehouseInventory
    version_id:
      description: ID of the version.
      returned: for a version of a managed policy
      type: str
      sample: v1
    policy:
      description: The policy document.
      returned: for a policy or a version of one
      type: dict
    path:
      description: Path.
      returned: for a policy
      type: str
      sample: /
    description:
      description: Description.
      returned: for a policy
      type: str
    tags:
      description: Tags.
      returned: for a policy
      type: dict
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
  sample: CreatePolicy
findings:
  description:
    - The findings about the policy as it is after the task, the most severe first.
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
      description: The kind of finding, such as V(grants_everything).
      returned: always
      type: str
      sample: grants_everything
    resource:
      description: The object that it is about, kind and name.
      returned: always
      type: str
      sample: policy/l4e-everything
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
managed_policies:
  description: The policy, as the only item.
  returned: success
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
      sample: CreatePolicy
    resource:
      description: The object that is written, kind and name.
      returned: always
      type: str
      sample: policy/DeepLensWarehouseInventory
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
  description: All problems of the declaration, and everything in the account that blocks it, each with its place.
  returned: when the task fails before it writes because of what was declared
  type: list
  elements: str
  sample: ["policy.Statement[0].Action: missing"]
"""

from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.runner import run_module


def main():
    run_module("iam_managed_policy")


if __name__ == "__main__":
    main()
