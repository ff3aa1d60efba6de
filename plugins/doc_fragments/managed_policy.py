# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """The options of one customer managed policy, of the module and of an item of a baseline alike."""

    DOCUMENTATION = r"""
options:
  name:
    description:
      - Name of the policy, 1 to 128 characters long. Letters, digits and C(_+=,.@-) are allowed.
    type: str
    required: true
    aliases: [policy_name]
  state:
    description:
      - V(present) creates the policy, or changes what differs from what is declared.
      - V(absent) deletes the policy with all its versions. It fails before the first write if the policy is attached to
        a user, group or role, or is the permissions boundary of one. The other options are ignored.
    type: str
    choices: [present, absent]
    default: present
  path:
    description:
      - Path of the policy; it begins and ends with V(/) and has at most 512 characters.
      - It is used when the policy is created. IAM cannot change the path of an existing policy. If the path differs,
        the task warns.
      - If omitted, a new policy is created under V(/).
    type: str
    aliases: [prefix, path_prefix]
  description:
    description:
      - Description of the policy, at most 1000 characters.
      - It is used when the policy is created. IAM cannot change the description of an existing policy. If the
        description differs, the task warns.
      - If omitted, a new policy has none.
    type: str
    aliases: [policy_description]
  policy:
    description:
      - The policy document, at most 6144 characters without white space.
      - If it differs from the default version, a new version is created and becomes the default. If the policy already
        has five versions, the oldest version that is not the default is deleted first. The result contains a copy of
        it.
      - If omitted, the document does not change. Required if the policy does not exist yet.
    type: json
  tags:
    description:
      - Tags of the policy, at most 50. Values become strings.
      - With O(purge_tags=true) an empty dictionary removes all of them.
      - If omitted, the tags of the policy do not change.
    type: dict
    aliases: [resource_tags]
  purge_tags:
    description:
      - Whether tags that are not in O(tags) are removed. It has an effect only if O(tags) is given.
    type: bool
    default: true
  only_version:
    description:
      - Whether all versions except the default version are deleted. The result contains a copy of each.
    type: bool
    default: false
"""
