#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: iam_role
version_added: 1.0.0
short_description: Converge one complete IAM role
description:
  - Creates, changes or deletes one IAM role with its trust policy, managed and inline policies, permissions
    boundary, description, session duration and tags.
  - Writes only what differs. What is not declared does not change.
  - The options are those of M(amazon.aws.iam_role), and inline policies in addition.
author: aws_ml.permissions contributors (@aws-ml)
notes:
  - Never writes to service-linked roles, roles under C(/aws-reserved/) and roles created from an AWS template.
extends_documentation_fragment:
  - aws_ml.permissions.role
  - aws_ml.permissions.connection
  - aws_ml.permissions.access_gates
  - aws_ml.permissions.approval
  - aws_ml.permissions.backup
  - aws_ml.permissions.record
  - aws_ml.permissions.declaration
  - aws_ml.permissions.attributes
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: aws_ml.permissions.iam_baseline
  - module: aws_ml.permissions.iam_policy_attachment
  - module: aws_ml.permissions.iam_trust_statement
  - module: amazon.aws.iam_role
"""

EXAMPLES = r"""
---
- name: Converge the role that a Ground Truth labeling job runs as
  aws_ml.permissions.iam_role:
    name: gt-execution
    path: /ground-truth/
    description: Runs the labeling jobs of the vision team
    assume_role_policy_document:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal:
            Service: sagemaker.amazonaws.com
          Action: sts:AssumeRole
          Condition:
            StringEquals:
              aws:SourceAccount: <account_id>
    managed_policies:
      - AmazonSageMakerGroundTruthExecution
    inline_policies:
      AnnotationFunctions:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: lambda:InvokeFunction
            Resource:
              - arn:<partition>:lambda:us-east-1:<account_id>:function:gt-pre-annotation
              - arn:<partition>:lambda:us-east-1:<account_id>:function:gt-post-annotation
    boundary: MachineLearningBoundary
    max_session_duration: 28800
    tags:
      team: vision
      stage: prod

- name: Replace the withdrawn policy of the DeepLens Lambda role, and keep its other policies
  aws_ml.permissions.iam_role:
    name: AWSDeepLensLambdaRole
    path: /service-role/
    assume_role_policy_document:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal:
            Service: lambda.amazonaws.com
          Action: sts:AssumeRole
    managed_policies:
      - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
    purge_policies: false
    inline_policies:
      DeviceModels:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: s3:GetObject
            Resource: arn:aws:s3:::deeplens-sagemaker-models/*
    purge_inline_policies: false
    tags:
      service: deeplens
    purge_tags: false
    not_granted:
      - iam:*

- name: Remove everything except the trust policy from a role that will be retired
  aws_ml.permissions.iam_role:
    name: l4e-role
    managed_policies: []
    inline_policies: {}
    boundary: ""
    no_new_access: fail
    backup_dir: "{{ playbook_dir }}/backups"

- name: Put a role that seems unused into quarantine
  aws_ml.permissions.iam_role:
    name: l4e-role
    state: quarantined
    quarantine_reason: Lookout for Equipment has ended
    backup_dir: "{{ playbook_dir }}/backups"

- name: End the quarantine of the same role
  aws_ml.permissions.iam_role:
    name: l4e-role
    backup_dir: "{{ playbook_dir }}/backups"

- name: Put a role into quarantine with a signed tag as record, without a lasting folder
  aws_ml.permissions.iam_role:
    name: AWSPanoramaApplianceRole
    state: quarantined
    record_key: "{{ quarantine_record_key }}"

- name: Show the plan of a change
  aws_ml.permissions.iam_role:
    name: l4e-role
    description: Retired. Kept because its name is in use
    max_session_duration: 3600
  check_mode: true
  register: planned

- name: Apply the change if the plan is still the same
  aws_ml.permissions.iam_role:
    name: l4e-role
    description: Retired. Kept because its name is in use
    max_session_duration: 3600
    approved_plan: "{{ planned.approval }}"
    approval_hours: 8

- name: Delete the Panorama appliance role in another account, with a role of that account
  aws_ml.permissions.iam_role:
    name: AWSPanoramaApplianceRole
    state: absent
    account_id: "123456789012"
    call_rate:
      sts: 50
      iam: 25
    assume_role:
      role_arn: arn:aws:iam::123456789012:role/permissions-deployer
      external_id: "{{ deployer_external_id }}"
      session_name: retire-panorama
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
  sample: {GetRole: 1, CreateRole: 1}
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
      sample: DeleteRole
    resource:
      description: The object that it was removed from, kind and name.
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
    policy:
      description: The policy document.
      returned: for an inline policy
      type: dict
    path:
      description: Path.
      returned: if it is removed
      type: str
      sample: /
    description:
      description: Description.
      returned: if it is removed
      type: str
    tags:
      description: Tags.
      returned: if it is removed
      type: dict
    assume_role_policy_document:
      description: Trust policy.
      returned: if it is removed
      type: dict
    boundary:
      description: ARN of the permissions boundary, null if there was none.
      returned: if it is removed
      type: str
    max_session_duration:
      description: Maximum session duration in seconds.
      returned: if it is removed
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
  description:
    - The quarantines that the task ends, or in check mode would end, by name of the role. A warning names each as well.
  returned: if a quarantine ends
  type: list
  elements: dict
  contains:
    name:
      description: Name of the role.
      returned: always
      type: str
      sample: AWSDeepLensLambdaRole
    since:
      description: Since when it is in quarantine according to its record, or else to its tags, UTC, ISO 8601.
      returned: always
      type: str
      sample: "2026-11-22T10:00:00Z"
    reason:
      description: Why, according to its tags; empty if they give no reason.
      returned: always
      type: str
      sample: service ended
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
  description: All problems of the declaration, and everything in the account that blocks it, each with its place.
  returned: when the task fails before it writes because of what was declared
  type: list
  elements: str
  sample: ["max_session_duration: 60 is outside 3600 to 43200 seconds (1 to 12 hours)"]
roles:
  description: The complete role, as the only item.
  returned: success
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
"""

from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.runner import run_module


def main():
    run_module("iam_role")


if __name__ == "__main__":
    main()
