# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """The options of one role, of the module and of an item of a baseline alike."""

    DOCUMENTATION = r"""
options:
  name:
    description:
      - Name of the role, 1 to 64 letters, digits and C(_+=,.@-).
    type: str
    required: true
    aliases: [role_name]
  state:
    description:
      - V(present) creates the role, or changes what differs from what is declared.
      - V(present) ends a quarantine too, also where nothing is purged. Its denial and its tags go, the denial last of
        all that changes. That takes a record of the quarantine, in the backups of the folder or signed with the key
        that the task is given. Without one, AWSDenyAll may be somebody else's and stays, with a warning, unless
        O(managed_policies) leaves it out.
      - V(quarantined) keeps the role and makes it powerless. AWS's policy AWSDenyAll is attached (where the quota
        leaves no room, an inline policy C(AWSMLPermissionsDenyAll) that says the same is put), then the tags
        C(aws_ml_permissions:quarantined), the time in UTC, and C(aws_ml_permissions:quarantine_reason). All else stays
        as it is, the trust policy included, and the other options are ignored. A role in quarantine is left alone, so
        its date stays; one that does not exist is not created. A role with 50 tags gets none of them.
      - V(absent) deletes the role with its inline policies. Its managed policies are detached first, and it is taken
        out of its instance profiles, which stay. The other options are ignored.
    type: str
    choices: [present, quarantined, absent]
    default: present
  quarantine_reason:
    description:
      - Why the role is quarantined, for those who find it so. It goes into a tag, so it has at most 256 letters,
        digits, spaces and C(_.:/=+-@).
      - Only with O(state=quarantined).
    type: str
  path:
    description:
      - Path of the role; it begins and ends with V(/) and has at most 512 characters.
      - It counts when the role is created. IAM cannot move a role, so one that exists keeps its path, and where that
        differs the task warns.
      - If omitted, a new role is created under V(/).
    type: str
    aliases: [path_prefix, prefix]
  assume_role_policy_document:
    description:
      - The trust policy whole, which says who may assume the role. Statements that are not in it are removed; to share
        a trust policy with others use M(aws_ml.permissions.iam_trust_statement).
      - A role or user of the account that it names has to exist or to be declared in the same task.
      - If omitted, the trust policy of the role stays as it is. A role that does not exist yet needs it.
    type: json
    aliases: [trust_policy]
  managed_policies:
    description:
      - Names or ARNs of the managed policies on the role.
      - With O(purge_policies=true) an empty list detaches all of them.
      - If omitted, the managed policies of the role stay as they are.
    type: list
    elements: str
    aliases: [managed_policy]
  inline_policies:
    description:
      - Inline policies of the role, the policy document under the name of each.
      - With O(purge_inline_policies=true) an empty dictionary deletes all of them.
      - If omitted, the inline policies of the role stay as they are.
    type: dict
  boundary:
    description:
      - Name or ARN of the managed policy that is the role's permissions boundary.
      - An empty string removes the boundary.
      - If omitted, the boundary of the role stays as it is.
      - It replaces the boundary that is there. A warning says where it is not known to be at least as narrow.
    type: str
    aliases: [boundary_policy_arn]
  description:
    description:
      - Description of the role, at most 1000 characters. An empty string clears it.
      - If omitted, the description of the role stays as it is.
    type: str
  max_session_duration:
    description:
      - How long a session of the role may last, in seconds, from 3600 to 43200.
      - If omitted, a new role gets 3600, and a role that exists keeps what it has.
    type: int
  tags:
    description:
      - Tags of the role, at most 50. Values become strings.
      - With O(purge_tags=true) an empty dictionary removes all of them.
      - If omitted, the tags of the role stay as they are.
    type: dict
    aliases: [resource_tags]
  purge_policies:
    description:
      - Whether managed policies that are not in O(managed_policies) are detached. It counts only where
        O(managed_policies) is given.
    type: bool
    default: true
    aliases: [purge_policy, purge_managed_policies]
  purge_inline_policies:
    description:
      - Whether inline policies that are not in O(inline_policies) are deleted. It counts only where
        O(inline_policies) is given. The result holds a copy of what is deleted.
    type: bool
    default: true
  purge_tags:
    description:
      - Whether tags that are not in O(tags) are removed. It counts only where O(tags) is given.
    type: bool
    default: true
"""
