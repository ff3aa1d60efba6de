# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """The options of policies on one identity, of the module and of an item of a baseline alike."""

    DOCUMENTATION = r"""
options:
  iam_type:
    description:
      - What the policies are attached to.
    type: str
    required: true
    choices: [user, group, role]
  iam_name:
    description:
      - Name of that user, group or role. It must exist, unless O(state=absent).
    type: str
    required: true
  state:
    description:
      - V(present) attaches the managed policies and writes the inline policies that are given.
      - V(absent) detaches and deletes them. If the user, group or role does not exist, there is nothing to do.
    type: str
    choices: [present, absent]
    default: present
  managed_policies:
    description:
      - Names or ARNs of managed policies. All others on the user, group or role stay.
      - If omitted, O(inline_policies) is required.
    type: list
    elements: str
    aliases: [managed_policy]
  inline_policies:
    description:
      - Inline policies, the policy document under the name of each. All others on the user, group or role stay.
      - With O(state=absent) only the names are used, and the documents can be empty.
      - If omitted, O(managed_policies) is required.
    type: dict
"""
