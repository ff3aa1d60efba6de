# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """The options of one customer managed policy, of the module and of an item of a baseline alike."""

    DOCUMENTATION = r"""
options:
  name:
    description:
      - Name of the policy, 1 to 128 letters, digits and C(_+=,.@-).
    type: str
    required: true
    aliases: [policy_name]
  state:
    description:
      - V(present) creates the policy, or changes what differs from what is declared.
      - V(absent) deletes the policy with all its versions. It fails before the first write while a user, group or role
        still has the policy attached or as its boundary. The other options are ignored.
    type: str
    choices: [present, absent]
    default: present
  path:
    description:
      - Path of the policy; it begins and ends with V(/) and has at most 512 characters.
      - It counts when the policy is created. IAM cannot move a policy, so one that exists keeps its path; where that
        differs the task warns.
      - If omitted, a new policy is created under V(/).
    type: str
    aliases: [prefix, path_prefix]
  description:
    description:
      - Description of the policy, at most 1000 characters.
      - It counts when the policy is created. IAM cannot change it later, so a policy that exists keeps its own, and
        where that differs the task warns.
      - If omitted, a new policy has none.
    type: str
    aliases: [policy_description]
  policy:
    description:
      - The policy document, at most 6144 characters without white space.
      - Where it differs from the default version, a new version is made and becomes the default. If the policy has five
        versions already, the oldest that is not the default is deleted first; the result holds a copy of it.
      - If omitted, the document stays as it is. A policy that does not exist yet needs it.
    type: json
  tags:
    description:
      - Tags of the policy, at most 50. Values become strings.
      - With O(purge_tags=true) an empty dictionary removes all of them.
      - If omitted, the tags of the policy stay as they are.
    type: dict
    aliases: [resource_tags]
  purge_tags:
    description:
      - Whether tags that are not in O(tags) are removed. It counts only where O(tags) is given.
    type: bool
    default: true
  only_version:
    description:
      - Whether every version but the default one is deleted. The result holds a copy of each.
    type: bool
    default: false
"""
