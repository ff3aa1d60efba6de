#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: iam_retire
version_added: 1.0.0
short_description: Retire the roles and policies of AWS machine-learning services that have ended, or release them
description:
  - Finds the roles and customer managed policies of services that have ended, as M(aws_ml.permissions.iam_audit)
    does, puts the roles into quarantine, and deletes them in a later run, once they have been there for
    O(quarantine_days).
  - A role in quarantine is complete but denied everything, see O(aws_ml.permissions.iam_role#module:state). If
    something breaks, M(aws_ml.permissions.iam_role) with C(state=present) and the same O(backup_dir) restores it as it
    was.
  - The days in quarantine are counted from the record that the module writes, in O(backup_dir) or signed with
    O(record_key). Tags are only information for readers, because everyone who can tag a role can write them. If tags
    say that a role is in quarantine but there is no record, its quarantine starts again. A role that only its tags
    connect with a service stays.
  - A role that does not belong to a service but contains parts of it stays too. A warning says which parts can be
    removed.
  - A customer managed policy is deleted as soon as it is attached to nothing, usually together with the last of its
    roles. Users and groups are never changed. A policy that is attached to one of them stays, with a warning.
  - Saves everything in O(backup_dir) before it writes, including roles that are put into quarantine.
  - Retires nothing in an account where a blocking check fails. It reports all blocking checks and the option that
    overrides each, in check mode too.
  - With O(state=released) it ends quarantines that it began. The roles are then as they were before, and later
    retirements leave them alone for O(release_days).
options:
  state:
    description:
      - With V(retired), roles and policies are put into quarantine or deleted.
      - With V(released), the roles in O(roles) are taken out of quarantine. The denial and the tags of the quarantine
        are removed, and nothing else changes. A role that this collection did not quarantine is refused. Only O(roles),
        O(exclude), O(release_reason), O(release_days) and the options that all modules have are used.
    type: str
    choices: [retired, released]
    default: retired
  release_reason:
    description:
      - Who needs the roles, and why. It is stored in a tag of each role, so the rules of O(quarantine_reason) apply.
      - It must be set if O(state=released).
    type: str
  release_days:
    description:
      - The number of days, 1 to 3650, in which retirements leave a released role alone. After them, a retirement puts
        it into quarantine again. O(exclude) keeps a role without an end.
      - The end is recorded in O(backup_dir) or signed with O(record_key). Tags alone do not keep a role.
    type: int
    default: 90
  first_wave:
    description:
      - What the accounts showed in which this retirement was tried first.
        M(aws_ml.permissions.retirement_wave) computes it.
      - If omitted, this account does not wait for other accounts.
    type: dict
    suboptions:
      state:
        description:
          - V(quiet) retires as usual. V(waiting) begins nothing new here and reports what it would begin as
            RV(retired[].step=kept). V(disturbed) refuses the account if anything would be written. V(untried) refuses
            it if something would be written to an object that was not in quarantine for O(quarantine_days).
        type: str
        required: true
        choices: [quiet, waiting, disturbed, untried]
      reasons:
        description:
          - Why, in words. They are part of the message.
        type: list
        elements: str
        default: []
  evidence_dir:
    description:
      - A folder for the record of the retirement for auditors. If the folder or its parents do not exist, they are
        created and only their owner can read and write them. A folder that other users can write to is refused.
      - Each run that writes something adds a JSON and a Markdown file for the account, with mode 0600. They contain who
        could assume each role, its last use, what depended on it, the approved plan, the checksum of the backup, and
        what the account showed after the last write. A run that fails is recorded as failed.
      - The record of a deletion contains what the record of the quarantine says, if that is in the folder.
      - It is a path on the machine where the module runs. A relative path starts from the folder that Ansible was
        started in, unless the connection leads to another machine.
      - If omitted, no record is written.
    type: path
  services:
    description:
      - The services to retire, by their names, such as V(deeplens) and V(robomaker). The page
        R(of the audit,ansible_collections.aws_ml.permissions.docsite.audit.services) lists them.
      - If omitted, all services that have ended.
    type: list
    elements: str
    default: []
  roles:
    description:
      - Names of the roles to retire, or patterns with C(*) and C(?), regardless of case. Only roles that belong to
        O(services) are retired. A name without a pattern that is not the name of such a role is refused.
      - If omitted, all roles that belong to the services; none if O(policies) is given.
    type: list
    elements: str
  policies:
    description:
      - Names or patterns of the customer managed policies to retire, as in O(roles).
      - If omitted, all that belong to the services; none if O(roles) is given.
    type: list
    elements: str
  exclude:
    description:
      - Names of roles and policies, or patterns, that are never retired.
      - An entry does not have to match in every account. If it does not, a warning names it. If it differs in one or
        two characters from something that would be retired, the account is refused. The same applies to O(roles) and
        O(policies).
    type: list
    elements: str
    default: []
  declared_objects:
    description:
      - Roles and customer managed policies that another task declares present, such as V(role/label-reader). They are
        refused with the code V(declared_present).
      - The playbook C(retire) gives those of C(aws_ml_baseline) and C(aws_ml_account_baseline).
    type: list
    elements: str
    default: []
  unused_days:
    description:
      - A role that was used within this number of days is refused, 0 to 400. IAM reports uses in the last 400 days, up
        to about four hours late. A role without a use in that time counts as unused.
      - A role in quarantine is refused if it was used since its quarantine began.
    type: int
    default: 90
  min_age_days:
    description:
      - A role or policy that was created within this number of days is refused, 0 to 3650. It could not be used before,
        so its unused days say nothing. A policy that a role in quarantine has had since its quarantine began is not
        refused.
      - If omitted, the same as O(unused_days).
    type: int
  quarantine_days:
    description:
      - The number of days that a role must be in recorded quarantine before it is deleted.
    type: int
    default: 30
  skip_quarantine:
    description:
      - Whether to delete without quarantine, and without waiting for the end of a quarantine.
    type: bool
    default: false
  max_role_fraction:
    description:
      - The maximum fraction of the account's roles, from 0 to 1, that one run puts into quarantine or deletes.
        Service-linked roles and roles of AWS do not count.
      - If omitted, 0.5, and up to 20 roles even if this is a larger fraction, so that small accounts can be retired.
    type: float
  allow:
    description:
      - The blocking checks to override. V(used), within O(unused_days); V(depended_on), by a trust policy, a policy or
        an instance profile; V(service_alive), of a service that has not ended; V(share), more than
        O(max_role_fraction); V(too_young), within O(min_age_days); V(declared_present), by the variables of
        O(declared_services); V(first_wave), by O(first_wave). V(released) retires roles that were released too.
    type: list
    elements: str
    choices: [used, depended_on, service_alive, share, too_young, declared_present, first_wave, released]
    default: []
  quarantine_reason:
    description:
      - The reason in the tag of each role that is put into quarantine. Must be at most 256 characters long. Letters,
        digits, spaces and C(_.:/=+-@) are allowed.
      - If omitted, the name of the service and the date when it ended.
    type: str
notes:
  - The account is read by one bulk read with C(iam:GetAccountAuthorizationDetails) and one with C(iam:ListRoles). If
    the caller cannot call them, the last use of roles is not known, so the task fails.
  - Service-linked roles are refused; M(aws_ml.permissions.iam_service_linked_role) deletes them.
  - Resource policies (of buckets, keys, queues) and other accounts that name a role are not checked.
extends_documentation_fragment:
  - aws_ml.permissions.service_paths
  - aws_ml.permissions.declared_services
  - aws_ml.permissions.connection
  - aws_ml.permissions.access_gates
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
- name: Show what would be put into quarantine, and the blocking checks
  aws_ml.permissions.iam_retire:
    backup_dir: "{{ playbook_dir }}/backups"
    record_key: "{{ quarantine_record_key }}"
  check_mode: true
  register: planned

- name: Put the roles of services that have ended into quarantine, and delete those that were in quarantine for 30 days
  aws_ml.permissions.iam_retire:
    backup_dir: "{{ playbook_dir }}/backups"
    evidence_dir: "{{ playbook_dir }}/evidence"
    record_key: "{{ quarantine_record_key }}"
    first_wave:
      state: quiet
      reasons: []
    approved_plan: "{{ planned.approval }}"
    approval_hours: 8

- name: Do the same for DeepLens only, with longer periods, and exclude the demo
  aws_ml.permissions.iam_retire:
    services:
      - deeplens
    service_paths: "{{ folders_of_our_services | default([]) }}"
    exclude:
      - "*demo*"
    declared_objects: [role/camera-reports]
    unused_days: 180
    min_age_days: 365
    quarantine_days: 60
    max_role_fraction: 0.75
    quarantine_reason: DeepLens has ended - ask the vision team
    no_new_access: fail
    not_granted:
      - organizations:LeaveOrganization
    backup_dir: "{{ playbook_dir }}/backups"

- name: Delete the roles and policies of the cameras in another account, even if something depends on them
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
    skip_quarantine: true
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

- name: Take a role out of quarantine that turned out to be needed, and leave it alone for half a year
  aws_ml.permissions.iam_retire:
    state: released
    roles:
      - robot-simulation
    release_reason: simulations of hall 3 - J. Doe
    release_days: 180
    backup_dir: "{{ playbook_dir }}/backups"
    record_key: "{{ quarantine_record_key }}"
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
          description:
            - What it can do only after the plan, with the same keys as RV(access_diff.principals[].loses). Empty unless
              O(state=released).
          returned: always
          type: list
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
          description: Always empty. The task does not change trust policies.
          returned: always
          type: list
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
backup:
  description: The backup that was created before anything was written.
  returned: if something is written, and it is not check mode
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
    - The findings about the roles that are released, as they are after the task. The most severe first.
    - Otherwise empty, because the roles that the task writes to are deleted or denied everything.
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
  description: The quarantines that end with O(state=released).
  returned: success, if there are any
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
  description: The customer managed policies that the task deletes.
  returned: success, if there are any
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
  description: All problems of the options.
  returned: when the task fails because of its options
  type: list
  elements: str
  sample: ["unused_days: 500 is outside 0 to 400; IAM does not report an earlier use"]
refusals:
  description: All blocking checks that failed. Nothing was written.
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
          V(declared_present), V(lives_on), V(first_wave) and V(misspelled). With O(state=released), one of
          V(not_in_quarantine), V(not_recorded), V(changed) and V(misspelled).
      returned: always
      type: str
      sample: used
    reason:
      description: Why, in words.
      returned: always
      type: str
      sample: was used on 2026-11-15 in us-east-1, 7 days ago; unused_days (aws_ml_retire_unused_days) is 90
    override:
      description: The option that overrides it, with the variable of the playbook, or what else to do.
      returned: always
      type: str
      sample: "allow: [used] (aws_ml_retire_allow)"
released:
  description: The roles in O(roles) that the account has and that are not in quarantine after the task.
  returned: success, if O(state=released)
  type: list
  elements: dict
  contains:
    resource:
      description: The role, kind and name.
      returned: always
      type: str
      sample: role/AWSDeepLensServiceRole
    step:
      description: V(released) now, or V(unchanged) if it was released before.
      returned: always
      type: str
      sample: released
    since:
      description: When its quarantine began, UTC, ISO 8601; null if an earlier run ended it.
      returned: always
      type: str
      sample: "2026-11-22T10:00:00Z"
    quarantine_reason:
      description: The reason of the quarantine according to its tag, empty if there is none.
      returned: always
      type: str
      sample: AWS DeepLens ended on 2024-01-31
    at:
      description: When it was released, UTC, ISO 8601.
      returned: always
      type: str
      sample: "2026-11-30T10:00:00Z"
    until:
      description: Until when retirements leave it alone, UTC, ISO 8601.
      returned: always
      type: str
      sample: "2027-02-28T10:00:00Z"
    reason:
      description: The O(release_reason).
      returned: always
      type: str
      sample: simulations of hall 3 - J. Doe
    note:
      description:
        - Additional information, empty for nothing. It says what was changed during the quarantine, or that this could
          not be compared.
      returned: always
      type: str
      sample: ""
disturbances:
  description:
    - What happened to the requested roles since their quarantine began. The first accounts of a retirement are quiet if
      there is nothing.
    - IAM reports uses up to about four hours late. It does not report a role that another person deleted.
  returned: success, if O(state=retired)
  type: list
  elements: dict
  contains:
    resource:
      description: The role, kind and name.
      returned: always
      type: str
      sample: role/AWSDeepLensServiceRole
    code:
      description:
        - V(used), used or tried in quarantine; V(denial_removed), the denial was removed by another person or tool;
          V(lifted), by a restore or a declaration; V(released), by O(state=released); V(not_recorded), its tags report
          a quarantine that is not recorded here.
      returned: always
      type: str
      sample: used
    message:
      description: What happened, in words.
      returned: always
      type: str
      sample: was used or tried on 2026-11-25 in us-east-1, after its quarantine began on 2026-11-22
    remedy:
      description: What to do.
      returned: always
      type: str
      sample: "aws_ml_retire_exclude: [AWSDeepLensServiceRole] keeps the role"
evidence:
  description: The record of the retirement for auditors.
  returned: if O(evidence_dir) is set and something was written
  type: dict
  contains:
    path:
      description: The JSON file. The Markdown file beside it has the same name with C(.md).
      returned: always
      type: str
      sample: /var/evidence/retirement-123456789012-20261122T100000Z-9f86d081884c.json
    checksum:
      description: The checksum over its content, SHA-256.
      returned: always
      type: str
      sample: 4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945
retired:
  description: Everything that is retired in the account, roles first.
  returned: success, if O(state=retired)
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
          that is attached to something else, a role that only its tags connect with a service, a role that does not
          belong to a service but contains parts of it, a role that was released, or an object that waits for
          O(first_wave).
      returned: always
      type: str
      sample: quarantined
    until:
      description: When it is to be deleted, UTC, ISO 8601; null if it is deleted now or kept.
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
        - Additional information, empty for nothing. It says if the tags report a quarantine that no record confirms, so
          that the quarantine starts now.
      returned: always
      type: str
      sample: ""
    quarantined:
      description: The quarantine of a role that is in one before or after the task, else null.
      returned: always
      type: dict
      contains:
        since:
          description: When it began, as recorded, UTC, ISO 8601.
          returned: always
          type: str
          sample: "2026-11-22T10:00:00Z"
        until:
          description: The time from which a retirement deletes the role, O(quarantine_days) later.
          returned: always
          type: str
          sample: "2026-12-22T10:00:00Z"
        reason:
          description: Why.
          returned: always
          type: str
          sample: AWS DeepLens ended on 2024-01-31
roles:
  description: The roles that the task writes to, as they are after it.
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
      description: ARN of the role.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:role/service-role/AWSDeepLensServiceRole
    status:
      description:
        - V(quarantined) or V(deleted), or V(updated) if it is released.
      returned: always
      type: str
      sample: quarantined
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
      description: ARN of the permissions boundary, null if there is none.
      returned: unless it is deleted
      type: str
      sample: arn:aws:iam::123456789012:policy/MachineLearningBoundary
    assume_role_policy_document:
      description: Trust policy of the role, in canonical order.
      returned: unless it is deleted
      type: dict
    description:
      description: Description of the role, empty if there is none.
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
from ansible_collections.aws_ml.permissions.plugins.module_utils.retire.work import retiring


def main():
    run_module("iam_retire", retiring)


if __name__ == "__main__":
    main()
