#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: iam_service_linked_role
version_added: 1.0.0
short_description: Delete a service-linked role and report the result
description:
  - Deletes the service-linked roles of a service, such as AWS Panorama. IAM runs a deletion task, which asks the
    service whether it still uses the role.
  - Waits for the deletion task. If the role cannot be deleted, fails with IAM's reason and with the resources and
    Regions that use the role. If an earlier deletion task for the role is in progress, the module waits for that task.
author: aws_ml.permissions contributors (@aws-ml)
options:
  aws_service_name:
    description:
      - The service that the role is linked to, as written in trust policies.
      - All its roles in the account are deleted, including those with a suffix, unless O(name) is given.
      - One of O(aws_service_name) and O(name) is required.
    type: str
  name:
    description:
      - Name of the role.
    type: str
    aliases: [role_name]
  state:
    description:
      - V(absent) deletes the role. There is no other state, because a service creates its role itself.
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
      - How long to wait, in seconds. A deletion task that takes longer continues in IAM, and a later run waits for the
        same task.
    type: int
    default: 600
  wait_delay:
    description:
      - Seconds between two checks of the deletion task.
    type: int
    default: 5
notes:
  - A deleted service-linked role cannot be restored from a backup. Its service creates another when it needs one.
  - AWS does not document whether the service-linked role of a service that has ended can be deleted.
extends_documentation_fragment:
  - aws_ml.permissions.connection
  - aws_ml.permissions.approval
  - aws_ml.permissions.attributes
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: aws_ml.permissions.iam_retire
  - name: Deleting a service-linked role
    description: How IAM deletes a service-linked role.
    link: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage_delete.html
"""

EXAMPLES = r"""
---
- name: Show what would be deleted
  aws_ml.permissions.iam_service_linked_role:
    aws_service_name: panorama.amazonaws.com
    state: absent
  check_mode: true
  register: planned

- name: Delete the role that AWS Panorama created for itself
  aws_ml.permissions.iam_service_linked_role:
    aws_service_name: panorama.amazonaws.com
    state: absent
    approved_plan: "{{ planned.approval }}"
    approval_hours: 8

- name: Request the deletion of one role in another account without waiting
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
  description: The RV(plan_id) and when the plan was created, in UTC. What O(approved_plan) takes.
  returned: in check mode
  type: str
  sample: 4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945@2026-11-29T23:00:00Z
deleted:
  description: Always empty, because a service-linked role cannot be created from a copy.
  returned: when the task fails after it has called AWS
  type: list
  elements: dict
  sample: []
diff:
  description: The roles that are deleted.
  returned: in diff mode
  type: dict
  contains:
    before:
      description: The existing service-linked roles, one line each.
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
  description: Always empty. The service defines its service-linked roles.
  returned: success, or when the plan is not the approved one
  type: list
  elements: dict
plan:
  description: Every deletion that is requested, or in check mode would be requested.
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
  description: All problems of the options, and everything in the account that blocks the deletion.
  returned: when the task fails before it writes because of its options
  type: list
  elements: str
  sample: ["name: worker is not a service-linked role (path /); iam_role deletes it"]
roles:
  description: The selected roles, and the role of O(name) even if it does not exist.
  returned: success, or when a role stays
  type: list
  elements: dict
  contains:
    name:
      description: Name of the role, null if a service has none.
      returned: always
      type: str
      sample: AWSServiceRoleForAWSPanorama
    arn:
      description: ARN of the role, null if there is none.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:role/aws-service-role/panorama.amazonaws.com/AWSServiceRoleForAWSPanorama
    status:
      description:
        - One of V(deleted), V(deleting) (in progress), V(failed) (the role stays), and V(absent) (the role did not
          exist).
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
          description: Why the role stays, in the words of IAM; empty if it does not.
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
from ansible_collections.aws_ml.permissions.plugins.module_utils.service_linked_role.work import (
    ServiceLinkedRoleDeletion,
)


def main():
    run_module("iam_service_linked_role", ServiceLinkedRoleDeletion)


if __name__ == "__main__":
    main()
