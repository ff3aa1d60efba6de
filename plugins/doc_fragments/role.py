# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """The options of one role, of the module and of an item of a baseline alike."""

    DOCUMENTATION = r"""
options:
  name:
    description:
      - Name of the role, 1 to 64 characters long. Letters, digits and C(_+=,.@-) are allowed.
    type: str
    required: true
    aliases: [role_name]
  state:
    description:
      - V(present) creates the role, or changes what differs from what is declared.
      - V(present) also ends a quarantine, even if nothing is purged. The denial and the tags of the quarantine are
        removed, the denial as the last change. This requires a record of the quarantine, in the backups of the folder
        or signed with the key of the task. Without a record, another tool or person may have attached AWSDenyAll. It
        then stays attached, with a warning, unless O(managed_policies) is given without it.
      - V(quarantined) keeps the role and denies it everything. The AWS managed policy AWSDenyAll is attached. If the
        quota does not allow this, the inline policy C(AWSMLPermissionsDenyAll) with the same statement is written. Then
        the tags C(aws_ml_permissions:quarantined), with the time in UTC, and C(aws_ml_permissions:quarantine_reason)
        are added. Nothing else changes, including the trust policy, and the other options are ignored. A role that is
        already in quarantine does not change, so its date stays. A role that does not exist is not created. A role with
        50 tags gets no tags.
      - V(absent) deletes the role with its inline policies. Its managed policies are detached first, and the role is
        removed from its instance profiles, which stay. The other options are ignored.
    type: str
    choices: [present, quarantined, absent]
    default: present
  quarantine_reason:
    description:
      - Why the role is in quarantine. It is written to a tag, so it must be at most 256 characters long. Letters,
        digits, spaces and C(_.:/=+-@) are allowed.
      - Only with O(state=quarantined).
    type: str
  path:
    description:
      - Path of the role; it begins and ends with V(/) and has at most 512 characters.
      - It is used when the role is created. IAM cannot change the path of an existing role. If the path differs, the
        task warns.
      - If omitted, a new role is created under V(/).
    type: str
    aliases: [path_prefix, prefix]
  assume_role_policy_document:
    description:
      - The complete trust policy, which says who can assume the role. Statements that are not in it are removed. To
        manage only some statements of a trust policy, use M(aws_ml.permissions.iam_trust_statement).
      - A role or user of the account that it names must exist or be declared in the same task.
      - If omitted, the trust policy of the role does not change. Required if the role does not exist yet.
    type: json
    aliases: [trust_policy]
  managed_policies:
    description:
      - Names or ARNs of the managed policies on the role.
      - With O(purge_policies=true) an empty list detaches all of them.
      - If omitted, the managed policies of the role do not change.
    type: list
    elements: str
    aliases: [managed_policy]
  inline_policies:
    description:
      - Inline policies of the role, the policy document under the name of each.
      - With O(purge_inline_policies=true) an empty dictionary deletes all of them.
      - If omitted, the inline policies of the role do not change.
    type: dict
  boundary:
    description:
      - Name or ARN of the managed policy that is the role's permissions boundary.
      - An empty string removes the boundary.
      - If omitted, the boundary of the role does not change.
      - It replaces the existing boundary. A warning says if the new boundary may allow more.
    type: str
    aliases: [boundary_policy_arn]
  description:
    description:
      - Description of the role, at most 1000 characters. An empty string clears it.
      - If omitted, the description of the role does not change.
    type: str
  max_session_duration:
    description:
      - How long a session of the role may last, in seconds, from 3600 to 43200.
      - If omitted, a new role gets 3600, and the value of an existing role does not change.
    type: int
  tags:
    description:
      - Tags of the role, at most 50. Values become strings.
      - With O(purge_tags=true) an empty dictionary removes all of them.
      - If omitted, the tags of the role do not change.
    type: dict
    aliases: [resource_tags]
  purge_policies:
    description:
      - Whether managed policies that are not in O(managed_policies) are detached. It has an effect only if
        O(managed_policies) is given.
    type: bool
    default: true
    aliases: [purge_policy, purge_managed_policies]
  purge_inline_policies:
    description:
      - Whether inline policies that are not in O(inline_policies) are deleted. It has an effect only if
        O(inline_policies) is given. The result contains a copy of what is deleted.
    type: bool
    default: true
  purge_tags:
    description:
      - Whether tags that are not in O(tags) are removed. It has an effect only if O(tags) is given.
    type: bool
    default: true
"""
