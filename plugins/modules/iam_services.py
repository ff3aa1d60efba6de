#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: iam_services
version_added: 1.0.0
short_description: Converge the IAM permissions of AWS machine-learning services in an account in one task
description:
  - Reads the variables that the host has for each service, such as C(deeplens_iam_profile), and converges the account
    to what they declare. The role of each service documents its variables.
  - Reads the account once, makes one plan for all services, and writes only what differs. What no service declares does
    not change.
  - Values are converted to the type of their variable, because Ansible, surveys and C(-e) can pass text. Wrong, missing
    and misspelled variables of all services fail the task before it calls AWS, all in one message. Misspelled variables
    are reported first.
  - Two services that declare one object differently are refused.
options:
  services:
    description:
      - The services, by the names of their roles without C(_iam), such as V(deeplens).
    type: list
    elements: str
    required: true
  service_profile:
    description:
      - The profile for all of the services.
      - If omitted, each service has the profile that its own variable says.
    type: str
    choices: [documented, least_privilege]
author: aws_ml.permissions contributors (@aws-ml)
notes:
  - The task reads the variables of the host that it runs for, even if it is delegated to the account of another host.
  - Never writes to service-linked roles, roles under C(/aws-reserved/) and roles created from an AWS template.
extends_documentation_fragment:
  - aws_ml.permissions.service_paths
  - aws_ml.permissions.expect
  - aws_ml.permissions.waivers
  - aws_ml.permissions.connection
  - aws_ml.permissions.access_gates
  - aws_ml.permissions.approval
  - aws_ml.permissions.backup
  - aws_ml.permissions.record
  - aws_ml.permissions.attributes
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: aws_ml.permissions.iam_baseline
  - module: aws_ml.permissions.iam_audit
"""

EXAMPLES = r"""
---
- name: Converge one service and remove another in the account of the host
  aws_ml.permissions.iam_services:
    services:
      - deeplens
      - lookout_equipment
    no_new_access: warn
    not_granted: [iam:CreateUser, iam:*AccessKey]
    backup_dir: "{{ playbook_dir }}/backups"
    service_paths: "{{ folders_of_our_services | default([]) }}"
    record_key: "{{ quarantine_record_key }}"
  vars:
    deeplens_iam_state: absent
    lookout_equipment_iam_profile: least_privilege
    lookout_equipment_iam_region: eu-west-1
    lookout_equipment_iam_input_bucket: sensors-<account_id>
    lookout_equipment_iam_output_bucket: findings-<account_id>
    lookout_equipment_iam_callers:
      groups: [equipment-engineers]
      roles: [equipment-notebook]

- name: Show what least privilege would change
  aws_ml.permissions.iam_services:
    services: [deeplens]
    service_profile: least_privilege
    record_key: "{{ quarantine_record_key }}"
    expect:
      - principal: role/AWSDeepLensLambdaRole
        action: s3:GetObject
        resource: "*"
        result: denied
        reason: Functions in the cloud read no models.
    waivers:
      - code: trusts_ended_service
        accounts: ["123456789012"]
        resources: [role/AWSDeepLens*]
        severity: low
        evidence: "*"
        reason: The last devices are returned this quarter.
        owner: ml-platform
        until: "{{ end_of_quarter }}"
  check_mode: true
  diff: true
  register: planned

- name: Apply exactly that plan
  aws_ml.permissions.iam_services:
    services: [deeplens]
    service_profile: least_privilege
    approved_plan: "{{ planned.approval }}"
    approval_hours: 8
    simulate: true
    record_key: "{{ quarantine_record_key }}"

- name: Do the same in another account, with a role of that account
  aws_ml.permissions.iam_services:
    services: [deeplens]
    account_id: "123456789012"
    call_rate:
      sts: 50
      iam: 25
    assume_role:
      role_arn: arn:aws:iam::123456789012:role/permissions-deployer
      external_id: "{{ deployer_external_id }}"
      session_name: deeplens
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
      description: The changes in short lines, at most 200. In the order of the services.
      returned: always
      type: list
      elements: str
      sample: ["deeplens: role/label-writer gains s3:PutObject on labels-1/*"]
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
        service:
          description: The services that declare it, with a comma between them.
          returned: where a service declares it
          type: str
          sample: deeplens
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
assertions:
  description: The assertions of access, one for each action on each resource, and what was found.
  returned: success if there are any, or when assertions are not met
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
      description:
        - The state that was judged, V(planned) in check mode or if nothing was written, or V(read_back) after the last
          write. Null if the assertion is not met.
      returned: always
      type: str
      sample: read_back
    simulated:
      description: What C(SimulatePrincipalPolicy) answers, null for what it cannot be asked.
      returned: with O(simulate=true), after a write
      type: str
      sample: denied
attachments:
  description: The complete users, groups and roles as they are after the task, in the order of their declaration.
  returned: success, if the services declare any
  type: list
  elements: dict
  contains:
    service:
      description: The service that declares it.
      returned: always
      type: str
      sample: deeplens
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
    service:
      description: The services that declare the object, with a comma between them; empty if no service declares it.
      returned: always
      type: str
      sample: deeplens
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
managed_policies:
  description: The managed policies as they are after the task, in the order of their declaration.
  returned: success, if the services declare any
  type: list
  elements: dict
  contains:
    service:
      description: The service that declares it.
      returned: always
      type: str
      sample: deeplens
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
    - When the task fails after it has called AWS, a dictionary of two such lists instead, C(done) and C(not_done).
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
    service:
      description: The services that declare the object, with a comma between them.
      returned: always
      type: str
      sample: deeplens
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
  sample: ["roles[2].max_session_duration: 60 is outside 3600 to 43200 seconds (1 to 12 hours)"]
roles:
  description: The roles as they are after the task, in the order of their declaration.
  returned: success, if the services declare any
  type: list
  elements: dict
  contains:
    service:
      description: The service that declares it.
      returned: always
      type: str
      sample: deeplens
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
      returned: always
      type: str
      sample: created
    quarantined:
      description: Null, because a declared role is not in quarantine after the task.
      returned: always
      type: dict
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
services:
  description: The services of the task, in the order of O(services).
  returned: success, or when the task fails after the variables of its services were read
  type: list
  elements: dict
  contains:
    service:
      description: Name of the service.
      returned: always
      type: str
      sample: deeplens
    profile:
      description: The profile that its variables ask for.
      returned: always
      type: str
      sample: least_privilege
    state:
      description: V(present) or V(absent), as its variables ask for.
      returned: always
      type: str
      sample: present
trust_statements:
  description: The complete roles as they are after the task, in the order of their declaration.
  returned: success, if the services declare any
  type: list
  elements: dict
  contains:
    service:
      description: The service that declares it.
      returned: always
      type: str
      sample: deeplens
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
waivers:
  description:
    - The waivers of O(waivers), with the number of findings and privilege escalation paths that each is about.
    - Waivers that are about nothing are not included.
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
"""

from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.runner import run_module
from ansible_collections.aws_ml.permissions.plugins.module_utils.prove.prover import proving_services


def main():
    run_module("iam_services", proving_services)


if __name__ == "__main__":
    main()
