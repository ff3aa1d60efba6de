#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: iam_baseline_info
version_added: 1.0.0
short_description: Report how the IAM permissions of an account differ from what is declared
description:
  - Accepts the options of M(aws_ml.permissions.iam_baseline) and writes nothing.
  - Reports drift, when each role was last used, and findings.
author: aws_ml.permissions contributors (@aws-ml)
extends_documentation_fragment:
  - aws_ml.permissions.baseline
  - aws_ml.permissions.connection
  - aws_ml.permissions.declaration
  - aws_ml.permissions.attributes
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: aws_ml.permissions.iam_baseline
"""

EXAMPLES = r"""
---
- name: Report how an account differs from what Ground Truth needs
  aws_ml.permissions.iam_baseline_info:
    managed_policies:
      - name: GroundTruthLabelingData
        path: /ground-truth/
        description: Data of the labeling jobs
        policy:
          Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Action:
                - s3:GetObject
                - s3:PutObject
              Resource: arn:<partition>:s3:::labeling-<account_id>/*
              Condition:
                StringEquals:
                  aws:ResourceAccount: <account_id>
        only_version: true
        tags:
          team: vision
        purge_tags: false
      - name: GroundTruthEverything
        state: absent
    roles:
      - name: gt-post-lambda
        path: /ground-truth/
        description: Runs the post-annotation function
        assume_role_policy_document:
          Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Principal:
                Service: lambda.amazonaws.com
              Action: sts:AssumeRole
        managed_policies:
          - AWSLambdaBasicExecutionRole
        inline_policies:
          AssumeLabelingRole:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: sts:AssumeRole
                Resource: <role_arn:gt-execution>
        boundary: MachineLearningBoundary
        max_session_duration: 3600
        tags:
          team: vision
      - name: gt-execution
        path: /ground-truth/
        assume_role_policy_document:
          Version: "2012-10-17"
          Statement:
            - Sid: SageMaker
              Effect: Allow
              Principal:
                Service: sagemaker.amazonaws.com
              Action: sts:AssumeRole
            - Sid: PostAnnotationLambda
              Effect: Allow
              Principal:
                AWS: <role_arn:gt-post-lambda>
              Action: sts:AssumeRole
        managed_policies:
          - GroundTruthLabelingData
        purge_policies: false
        purge_inline_policies: false
        purge_tags: false
      - name: gt-console-role
        state: absent
      - name: gt-first-trial
        state: quarantined
        quarantine_reason: gt-execution runs the jobs now
    attachments:
      - iam_type: group
        iam_name: labeling-managers
        managed_policies:
          - AmazonSageMakerReadOnly
        inline_policies:
          PassExecutionRole:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: iam:PassRole
                Resource: <role_arn:gt-execution>
                Condition:
                  StringEquals:
                    iam:PassedToService: sagemaker.amazonaws.com
      - iam_type: user
        iam_name: labeling-developer
        managed_policies:
          - AWSLambda_FullAccess
        state: absent
    trust_statements:
      - name: analytics-export
        statements:
          - Sid: LabelingResults
            Effect: Allow
            Principal:
              AWS: <role_arn:gt-post-lambda>
            Action: sts:AssumeRole
      - name: l4e-role
        statements:
          - Sid: SageMaker
        state: absent
  register: labeling

- name: Show the findings
  ansible.builtin.debug:
    msg:
      in_sync: "{{ labeling.in_sync }}"
      drifted: "{{ labeling.roles | rejectattr('status', 'eq', 'in_sync') | map(attribute='name') }}"
      findings: "{{ labeling.findings | map(attribute='message') }}"

- name: Report whether the DeepLens roles of another account are still used, with read-only access
  aws_ml.permissions.iam_baseline_info:
    roles:
      - name: AWSDeepLensServiceRole
      - name: AWSDeepLensSageMakerRole
    state: absent
    account_id: "123456789012"
    call_rate:
      sts: 50
      iam: 25
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
              - iam:Get*
              - iam:List*
            Resource: "*"
  register: deeplens
  failed_when: deeplens.roles | selectattr('last_used.date', 'defined') | length > 0
"""

RETURN = r"""
---
access_diff:
  description:
    - What access the plan would change if it were applied. What the policies allow in effect is compared, so a
      document that is written differently and allows the same is no change. The page What access a plan changes of this
      collection has the details.
  returned: success
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
  description: The account that the task looked at.
  returned: success, or when the task fails after it has called AWS
  type: str
  sample: "123456789012"
api_calls:
  description: How often each action of AWS was called, retries included.
  returned: success, or when the task fails after it has called AWS
  type: dict
  sample: {GetAccountAuthorizationDetails: 1, ListRoles: 1}
approval:
  description:
    - The RV(plan_id) and when the plan was created, in UTC.
    - What O(aws_ml.permissions.iam_baseline#module:approved_plan) takes.
  returned: success
  type: str
  sample: 4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945@2026-11-29T23:00:00Z
attachments:
  description:
    - The complete users, groups and roles as declared, in the order of their declaration; C(status) says how the
      account differs.
  returned: success, if O(attachments) contains any
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
      description: ARN of the user, group or role, predicted if it is missing; null if there is none.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:group/quality-inspectors
    status:
      description:
        - One of V(in_sync), V(drifted), V(missing) (declared but does not exist), V(unwanted) (exists but declared
          absent), and V(absent) (does not exist and declared absent).
      returned: always
      type: str
      sample: in_sync
    path:
      description: Path of the user, group or role.
      returned: unless it is unwanted or absent
      type: str
      sample: /
    managed_policies:
      description: ARNs of all managed policies on the user, group or role, sorted.
      returned: unless it is unwanted or absent
      type: list
      elements: str
      sample: [arn:aws:iam::aws:policy/AmazonLookoutVisionReadOnlyAccess]
    inline_policies:
      description:
        - All inline policies of the user, group or role, the document in canonical order under the name of each.
      returned: unless it is unwanted or absent
      type: dict
    boundary:
      description: ARN of the permissions boundary, null if there is none.
      returned: unless it is unwanted or absent
      type: str
      sample: arn:aws:iam::123456789012:policy/MachineLearningBoundary
    assume_role_policy_document:
      description: Trust policy of the role, in canonical order.
      returned: for a role, unless it is unwanted or absent
      type: dict
    description:
      description: Description of the role, empty if there is none.
      returned: for a role, unless it is unwanted or absent
      type: str
    max_session_duration:
      description: Maximum session duration of the role in seconds.
      returned: for a role, unless it is unwanted or absent
      type: int
      sample: 3600
    tags:
      description: Tags of the role.
      returned: for a role, unless it is unwanted or absent
      type: dict
      sample: {team: vision}
deleted:
  description: >-
    A copy of everything that the writes would remove. Deleted objects, replaced and deleted documents, detached
    policies, former settings and tags.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: The write that would delete it.
      returned: always
      type: str
      sample: DeleteRole
    resource:
      description: The object that it would be removed from, kind and name.
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
      returned: if it is removed or a managed policy
      type: str
      sample: /
    description:
      description: Description.
      returned: if it is removed or a managed policy
      type: str
    tags:
      description: Tags.
      returned: if it is removed or a managed policy
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
  description: Every object that differs, as it is and as declared, documents in canonical order.
  returned: in diff mode
  type: dict
  contains:
    before:
      description: The objects as they are, YAML; empty if none exists or nothing differs.
      returned: always
      type: str
    after:
      description: The objects as declared, YAML; empty if all are to be absent or nothing differs.
      returned: always
      type: str
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
  sample: GetAccountAuthorizationDetails
findings:
  description:
    - The findings about the objects as declared, including trust policies that name deleted principals. The most severe
      first.
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
in_sync:
  description: Whether the account is as declared, so that RV(plan) is empty.
  returned: success
  type: bool
  sample: true
managed_policies:
  description:
    - The managed policies as declared, in the order of their declaration; C(status) says how the account differs.
  returned: success, if O(managed_policies) contains any
  type: list
  elements: dict
  contains:
    name:
      description: Name of the policy, as in IAM.
      returned: always
      type: str
      sample: DeepLensWarehouseInventory
    arn:
      description: ARN of the policy, predicted if it is missing; null if there is none.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:policy/DeepLensWarehouseInventory
    status:
      description:
        - One of V(in_sync), V(drifted), V(missing) (declared but does not exist), V(unwanted) (exists but declared
          absent), and V(absent) (does not exist and declared absent).
      returned: always
      type: str
      sample: in_sync
    path:
      description: Path of the policy.
      returned: unless it is unwanted or absent
      type: str
      sample: /
    description:
      description: Description of the policy, empty if there is none.
      returned: unless it is unwanted or absent
      type: str
    policy:
      description: Document of the default version, in canonical order.
      returned: unless it is unwanted or absent
      type: dict
    tags:
      description: Tags of the policy.
      returned: unless it is unwanted or absent
      type: dict
      sample: {team: vision}
plan:
  description:
    - Every write, in its order, that M(aws_ml.permissions.iam_baseline) would make. Empty if nothing differs.
  returned: success
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
    - O(aws_ml.permissions.iam_baseline#module:approved_plan) takes it, and RV(approval), which expires.
  returned: success
  type: str
  sample: 4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945
problems:
  description: All problems of the declaration, and everything in the account that blocks it, each with its place.
  returned: when the task fails because of what was declared
  type: list
  elements: str
  sample: ["roles[2].max_session_duration: 60 is outside 3600 to 43200 seconds (1 to 12 hours)"]
roles:
  description: The roles as declared, in the order of their declaration; C(status) says how the account differs.
  returned: success, if O(roles) contains any
  type: list
  elements: dict
  contains:
    name:
      description: Name of the role, as in IAM.
      returned: always
      type: str
      sample: AWSDeepLensServiceRole
    arn:
      description: ARN of the role, predicted if it is missing; null if there is none.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:role/service-role/AWSDeepLensServiceRole
    status:
      description:
        - One of V(in_sync), V(drifted), V(missing) (declared but does not exist), V(unwanted) (exists but declared
          absent), V(quarantined) (in quarantine as declared), and V(absent) (does not exist and not declared present).
      returned: always
      type: str
      sample: in_sync
    quarantined:
      description: The quarantine that the role is in, null if it is in none.
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
      returned: unless it is unwanted or absent
      type: str
      sample: /
    managed_policies:
      description: ARNs of all managed policies on the role, sorted.
      returned: unless it is unwanted or absent
      type: list
      elements: str
      sample: [arn:aws:iam::aws:policy/service-role/AWSDeepLensServiceRolePolicy]
    inline_policies:
      description: All inline policies of the role, the document in canonical order under the name of each.
      returned: unless it is unwanted or absent
      type: dict
    boundary:
      description: ARN of the permissions boundary, null if there is none.
      returned: unless it is unwanted or absent
      type: str
      sample: arn:aws:iam::123456789012:policy/MachineLearningBoundary
    assume_role_policy_document:
      description: Trust policy of the role, in canonical order.
      returned: unless it is unwanted or absent
      type: dict
    description:
      description: Description of the role, empty if there is none.
      returned: unless it is unwanted or absent
      type: str
    max_session_duration:
      description: Maximum session duration of the role in seconds.
      returned: unless it is unwanted or absent
      type: int
      sample: 3600
    tags:
      description: Tags of the role.
      returned: unless it is unwanted or absent
      type: dict
      sample: {team: vision}
    last_used:
      description: When the role was last used, empty if IAM reports no use in the last 400 days.
      returned: always
      type: dict
      contains:
        date:
          description: Time of the last use, ISO 8601. IAM can report it some hours late.
          returned: if IAM reports a use
          type: str
          sample: "2026-11-01T08:00:00+00:00"
        region:
          description: The Region that the role was used in.
          returned: if IAM reports a use
          type: str
          sample: us-east-1
trust_statements:
  description:
    - The complete roles as declared, in the order of their declaration; C(status) says how the account differs.
  returned: success, if O(trust_statements) contains any
  type: list
  elements: dict
  contains:
    name:
      description: Name of the role, as in IAM.
      returned: always
      type: str
      sample: gt-execution
    arn:
      description: ARN of the role, predicted if it is missing; null if there is none.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:role/gt-execution
    status:
      description:
        - One of V(in_sync), V(drifted), V(missing) (declared but does not exist), V(unwanted) (exists but declared
          absent), and V(absent) (does not exist and declared absent).
      returned: always
      type: str
      sample: in_sync
    path:
      description: Path of the role.
      returned: unless it is unwanted or absent
      type: str
      sample: /
    managed_policies:
      description: ARNs of all managed policies on the role, sorted.
      returned: unless it is unwanted or absent
      type: list
      elements: str
      sample: [arn:aws:iam::aws:policy/AmazonSageMakerGroundTruthExecution]
    inline_policies:
      description: All inline policies of the role, the document in canonical order under the name of each.
      returned: unless it is unwanted or absent
      type: dict
    boundary:
      description: ARN of the permissions boundary, null if there is none.
      returned: unless it is unwanted or absent
      type: str
      sample: arn:aws:iam::123456789012:policy/MachineLearningBoundary
    assume_role_policy_document:
      description: Trust policy of the role, in canonical order.
      returned: unless it is unwanted or absent
      type: dict
    description:
      description: Description of the role, empty if there is none.
      returned: unless it is unwanted or absent
      type: str
    max_session_duration:
      description: Maximum session duration of the role in seconds.
      returned: unless it is unwanted or absent
      type: int
      sample: 3600
    tags:
      description: Tags of the role.
      returned: unless it is unwanted or absent
      type: dict
      sample: {team: vision}
"""

from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.inspection import inspecting
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.runner import run_module


def main():
    run_module("iam_baseline_info", inspecting)


if __name__ == "__main__":
    main()
