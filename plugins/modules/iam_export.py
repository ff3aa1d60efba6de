#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: iam_export
version_added: 1.0.0
short_description: Return the IAM objects of an account as declarations of this collection
description:
  - Reads an account and returns its roles, customer managed policies, attached policies and trust statements as data
    that this collection converges.
  - Where a service explains objects, RV(services) has the variables of that service, such as C(deeplens_iam_profile).
    They are recovered from the documents of the account, and count only if the service, evaluated with them, makes
    exactly these objects.
  - Everything else is in RV(baseline), as options of M(aws_ml.permissions.iam_baseline). An object that is almost as a
    service would declare it is there too, and RV(unexplained) says in what it differs.
  - A converge of what is exported changes nothing in the account, and makes the same objects in an empty one. The
    module checks the first with the plan of a converge. It leaves out what cannot be declared.
  - The ID of the account becomes C(<account_id>), and the partition of an ARN C(<partition>), so that other accounts
    can use the declarations. IDs of other accounts stay.
  - External IDs in trust policies are in the result, as they are in the account. If there is one, Ansible does not show
    the result of the task at any verbosity.
  - Reads the account as M(aws_ml.permissions.iam_audit) does, with one call of C(ListPolicyTags) for each customer
    managed policy that is exported. Writes nothing.
options:
  names:
    description:
      - Names or patterns of roles, customer managed policies, users and groups to export, with the wildcards V(*) and
        V(?). Case does not count.
      - An identity that is not selected and has a selected policy gets an attachment with that policy.
      - Without O(names) and O(services), everything in the account is exported.
    type: list
    elements: str
    default: []
  services:
    description:
      - Services whose objects to export, by their names, such as V(deeplens), in addition to O(names). Objects are
        found as M(aws_ml.permissions.iam_audit) finds them. Of a role that another owner uses too, only the policies of
        the service are exported.
    type: list
    elements: str
    default: []
  exclude:
    description:
      - Names or patterns that are never exported.
    type: list
    elements: str
    default: []
  managed_elsewhere:
    description:
      - Names or patterns of roles that another tool manages. Their policies become attachments, and the statements of
        their trust policies become trust statements, so that a converge does not remove what that tool adds.
      - Users and groups are always exported in this way.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: Can say what it would do without changing anything.
    support: full
    details: The module only reads, so the result is the same.
  diff_mode:
    description: Says in detail what changes, or in check mode would change.
    support: full
    details: The module changes nothing, so there is nothing to show.
author: aws_ml.permissions contributors (@aws-ml)
extends_documentation_fragment:
  - aws_ml.permissions.service_paths
  - aws_ml.permissions.connection
  - aws_ml.permissions.attributes
  - amazon.aws.common.modules
  - amazon.aws.region.modules
seealso:
  - module: aws_ml.permissions.adopted_inventory
  - module: aws_ml.permissions.iam_baseline
  - module: aws_ml.permissions.iam_services
"""

EXAMPLES = r"""
---
- name: Export the objects of DeepLens
  aws_ml.permissions.iam_export:
    services: [deeplens]
  register: exported

- name: Show the variables that declare them
  ansible.builtin.debug:
    var: exported.services.deeplens

- name: Export the labeling team's roles, in another account, with read-only access
  aws_ml.permissions.iam_export:
    names:
      - label-*
    exclude:
      - label-old
    managed_elsewhere:
      - label-pipeline-*
    service_paths: "{{ folders_of_our_services | default([]) }}"
    account_id: "123456789012"
    call_rate:
      sts: 50
      iam: 25
    aws_config:
      connect_timeout: 5
      read_timeout: 40
      retries:
        mode: standard
        max_attempts: 4
    assume_role:
      role_arn: arn:aws:iam::123456789012:role/permissions-deployer
      external_id: "{{ deployer_external_id }}"
      session_name: export
      duration_seconds: 900
      policy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action:
              - iam:GetAccountAuthorizationDetails
              - iam:ListRoles
              - iam:ListPolicyTags
            Resource: "*"
"""

RETURN = r"""
---
account_id:
  description: The account that was read.
  returned: success, or when the task fails after it has called AWS
  type: str
  sample: "123456789012"
api_calls:
  description: How often each action of AWS was called, retries included.
  returned: success, or when the task fails after it has called AWS
  type: dict
  sample: {GetAccountAuthorizationDetails: 1, ListRoles: 1}
baseline:
  description:
    - What no service explains, in the options of M(aws_ml.permissions.iam_baseline). A section without items is
      left out.
    - Managed policies are given by their ARNs, which leave no doubt which one is meant.
  returned: success
  type: dict
  contains:
    managed_policies:
      description: Customer managed policies.
      returned: if there are any
      type: list
      elements: dict
      contains:
        name:
          description: Its name.
          returned: always
          type: str
        path:
          description: Its path.
          returned: if it is not V(/)
          type: str
        description:
          description: Its description.
          returned: if it has one
          type: str
        tags:
          description: Its tags.
          returned: if it has any
          type: dict
        policy:
          description: The document of its default version.
          returned: always
          type: dict
    roles:
      description: Whole roles.
      returned: if there are any
      type: list
      elements: dict
      contains:
        name:
          description: Its name.
          returned: always
          type: str
        path:
          description: Its path.
          returned: if it is not V(/)
          type: str
        description:
          description: Its description.
          returned: if it has one
          type: str
        max_session_duration:
          description: Its maximum session duration, in seconds.
          returned: if it is not 3600
          type: int
        tags:
          description: Its tags.
          returned: if it has any
          type: dict
        boundary:
          description: The ARN of its permissions boundary.
          returned: if it has one
          type: str
        assume_role_policy_document:
          description: Its trust policy.
          returned: always
          type: dict
        managed_policies:
          description: The ARNs of its managed policies.
          returned: always
          type: list
          elements: str
        inline_policies:
          description: Its inline policies by name.
          returned: always
          type: dict
    attachments:
      description: Policies of users, groups, and roles that are managed elsewhere.
      returned: if there are any
      type: list
      elements: dict
      contains:
        iam_type:
          description: What it is, V(user), V(group) or V(role).
          returned: always
          type: str
        iam_name:
          description: Its name.
          returned: always
          type: str
        managed_policies:
          description: The ARNs of its managed policies.
          returned: if it has any
          type: list
          elements: str
        inline_policies:
          description: Its inline policies by name.
          returned: if it has any
          type: dict
    trust_statements:
      description: Statements of the trust policies of roles that are managed elsewhere.
      returned: if there are any
      type: list
      elements: dict
      contains:
        name:
          description: The name of the role.
          returned: always
          type: str
        statements:
          description: The statements.
          returned: always
          type: list
          elements: dict
          contains:
            Sid:
              description: Sid of the statement.
              returned: if the statement has it
              type: raw
            Effect:
              description: Effect of the statement.
              returned: if the statement has it
              type: raw
            Principal:
              description: Principal of the statement.
              returned: if the statement has it
              type: raw
            Action:
              description: Action of the statement.
              returned: if the statement has it
              type: raw
            Condition:
              description: Condition of the statement.
              returned: if the statement has it
              type: raw
  sample:
    roles:
      - name: label-reader
        assume_role_policy_document:
          Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Principal: {Service: lambda.amazonaws.com}
              Action: sts:AssumeRole
        managed_policies: ["arn:<partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]
        inline_policies: {}
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
  description: The call that AWS refused.
  returned: when a call to AWS fails for good
  type: str
  sample: GetAccountAuthorizationDetails
left_out:
  description:
    - Objects that are selected and not exported. These are service-linked roles, roles that are reserved for AWS or
      created from a role template, roles in quarantine, excluded objects, and objects that AWS would not accept again
      as they are.
  returned: success
  type: list
  elements: dict
  contains:
    resource:
      description: The object, such as V(role/AWSServiceRoleForSupport).
      returned: success
      type: str
    reason:
      description: Why it is left out.
      returned: success
      type: str
  sample:
    - resource: role/AWSServiceRoleForSupport
      reason: it is a service-linked role; only its service can change it
problems:
  description: Every problem of the options, each with its place.
  returned: when options are refused
  type: list
  elements: str
  sample: ['services[0]: "deep-lens" is not known; it is one of deeplens, panorama']
services:
  description: The variables of each service that explains objects of the account, by the name of the service.
  returned: success
  type: dict
  sample: {deeplens: {deeplens_iam_profile: least_privilege, deeplens_iam_region: us-east-1}}
unexplained:
  description:
    - What declarations do not contain of objects that are exported, such as instance profiles and older versions.
    - In what objects differ from the service that almost explains them.
  returned: success
  type: list
  elements: dict
  contains:
    resource:
      description: The object.
      returned: success
      type: str
    reason:
      description: What is not declared, or where the object differs.
      returned: success
      type: str
    service:
      description: The service that almost explains the object.
      returned: if it is about a service
      type: str
  sample:
    - resource: role/AWSDeepLensLambdaRole
      service: deeplens
      reason: AWS DeepLens with the defaults of its variables differs from it in description
"""

from ansible_collections.aws_ml.permissions.plugins.module_utils.export.work import AccountExport
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.runner import run_module


def main():
    run_module("iam_export", AccountExport)


if __name__ == "__main__":
    main()
