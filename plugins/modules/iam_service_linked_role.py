#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: iam_service_linked_role
version_added: 1.0.0
short_description: Delete a service-linked role, and say how that went
description:
  - Deletes the service-linked roles of a service, such as that of AWS Panorama. IAM does so by a task of its own,
    which asks the service whether it still uses the role.
  - Waits for that task and fails with the reason that IAM gives, and with what uses the role in which Region, where
    the role has to stay. Where an earlier task for the role is under way, it is waited for.
author: aws_ml.permissions contributors (@aws-ml)
options:
  aws_service_name:
    description:
      - The service that the role is linked to, as it stands in trust policies.
      - All its roles in the account are deleted, those with a suffix too, unless O(name) says which.
      - One of O(aws_service_name) and O(name) is needed.
    type: str
  name:
    description:
      - Name of the role.
    type: str
    aliases: [role_name]
  state:
    description:
      - V(absent) deletes. A service makes its role itself, so there is nothing else to ask for.
    type: str
    choices: [absent]
    required: true
  wait:
    description:
      - Whether to wait until the role is deleted.
    type: bool
    default: true
  wait_timeout:
    description:
      - How long to wait, in seconds. A task that takes longer goes on in IAM, and a later run waits for the same one.
    type: int
    default: 600
  wait_delay:
    description:
      - Seconds between two looks at the task.
    type: int
    default: 5
notes:
  - A service-linked role that was deleted cannot be put back from a backup; its service makes another when it needs
    one.
  - Whether a service that has ended still lets go of its role is not documented.
extends_documentation_fragment:
  - aws_ml.permissions.connection
  - aws_ml.permissions.approval
  - aws_ml.permissions.attributes
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: aws_ml.permissions.iam_retire
  - name: Deleting a service-linked role
    description: How IAM goes about it.
    link: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage_delete.html
"""

EXAMPLES = r"""
---
- name: What would go
  aws_ml.permissions.iam_service_linked_role:
    aws_service_name: panorama.amazonaws.com
    state: absent
  check_mode: true
  register: planned

- name: Delete the role that AWS Panorama made for itself
  aws_ml.permissions.iam_service_linked_role:
    aws_service_name: panorama.amazonaws.com
    state: absent
    approved_plan: "{{ planned.approval }}"
    approval_hours: 8

- name: Ask for the deletion of one role in another account and look after it later
  aws_ml.permissions.iam_service_linked_role:
    name: AWSServiceRoleForBatch
    state: absent
    wait: false
    wait_timeout: 60
    wait_delay: 2
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
account_id:
  description: The account that the task worked in.
  returned: success, or when the task fails after it has called AWS
  type: str
  sample: "123456789012"
api_calls:
  description: How often each action of AWS was called, retries included.
  returned: success, or when the task fails after it has called AWS
  type: dict
  sample: {ListRoles: 1, DeleteServiceLinkedRole: 1}
approval:
  description: The RV(plan_id) and when the plan was made, in UTC. What O(approved_plan) takes.
  returned: in check mode
  type: str
  sample: 4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945@2026-11-29T23:00:00Z
deleted:
  description: Always empty, because nobody can make a copy of a service-linked role.
  returned: when the task fails after it has called AWS
  type: list
  elements: dict
  sample: []
diff:
  description: The roles that go.
  returned: in diff mode
  type: dict
  contains:
    before:
      description: The service-linked roles that are there, a line each.
      returned: always
      type: str
    after:
      description: Empty.
      returned: always
      type: str
error_code:
  description: AWS's code of the error, the name of the SDK's exception, or the status of the deletion task.
  returned: when a call to AWS fails for good, or a role stays
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
  returned: when a call to AWS fails for good, or a role stays
  type: str
  sample: GetServiceLinkedRoleDeletionStatus
findings:
  description: Always empty; service-linked roles are what their service makes them.
  returned: success, or when the plan is not the approved one
  type: list
  elements: dict
plan:
  description: Every deletion that is asked for, or in check mode would be.
  returned: success, or when the plan is not the approved one
  type: list
  elements: dict
  contains:
    action:
      description: The action of IAM.
      returned: always
      type: str
      sample: DeleteServiceLinkedRole
    resource:
      description: The role.
      returned: always
      type: str
      sample: role/AWSServiceRoleForAWSPanorama
    reason:
      description: Why.
      returned: always
      type: str
      sample: declared absent
plan_id:
  description:
    - SHA-256 of the account, of every write of the plan with its parameters, and of the roles with their unique ids.
    - O(approved_plan) takes it, and RV(approval), which expires.
  returned: success, or when the plan is not the approved one
  type: str
  sample: 4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945
problems:
  description: Everything that is wrong with the options or stands against them in the account.
  returned: when the task fails before it writes because of its options
  type: list
  elements: str
  sample: ["name: worker is not a service-linked role (path /); iam_role deletes it"]
roles:
  description: The roles that were meant, the one of O(name) also where it does not exist.
  returned: success, or when a role stays
  type: list
  elements: dict
  contains:
    name:
      description: Name of the role, null where a service has none.
      returned: always
      type: str
      sample: AWSServiceRoleForAWSPanorama
    arn:
      description: ARN of the role, null where there is none.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:role/aws-service-role/panorama.amazonaws.com/AWSServiceRoleForAWSPanorama
    status:
      description:
        - One of V(deleted), V(deleting), which is under way, V(failed), which stays, and V(absent), which was not
          there.
      returned: always
      type: str
      sample: deleted
    deletion:
      description: The deletion task, null in check mode and where there was nothing to delete.
      returned: always
      type: dict
      contains:
        task_id:
          description: ID of the task in IAM.
          returned: always
          type: str
          sample: task/aws-service-role/panorama.amazonaws.com/AWSServiceRoleForAWSPanorama/6b6d1e20
        status:
          description: V(NOT_STARTED), V(IN_PROGRESS), V(SUCCEEDED) or V(FAILED).
          returned: always
          type: str
          sample: SUCCEEDED
        reason:
          description: Why the role stays, in the words of IAM; empty where it does not.
          returned: always
          type: str
        usage:
          description: What uses the role.
          returned: always
          type: list
          elements: dict
          contains:
            region:
              description: The Region.
              returned: always
              type: str
              sample: us-east-1
            resources:
              description: ARNs of the resources there.
              returned: always
              type: list
              elements: str
"""

from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.runner import run_module
from ansible_collections.aws_ml.permissions.plugins.module_utils.service_linked_role.task import ServiceLinkedRoleTask


def main():
    run_module("iam_service_linked_role", ServiceLinkedRoleTask)


if __name__ == "__main__":
    main()
