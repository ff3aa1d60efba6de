# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """The options of statements in one trust policy, of the module and of an item of a baseline alike."""

    DOCUMENTATION = r"""
options:
  name:
    description:
      - Name of the role whose trust policy is meant. It has to exist, unless O(state=absent).
    type: str
    required: true
    aliases: [role_name]
  state:
    description:
      - V(present) puts each statement in the place of the one with the same C(Sid), or at the end where there is none.
        A statement without C(Sid) whose content is in the trust policy already is left as it is.
      - V(absent) removes each statement, found by its C(Sid) or, where it has none, by its content. It fails before the
        first write where the trust policy would be left empty, which IAM does not allow.
    type: str
    choices: [present, absent]
    default: present
  statements:
    description:
      - Statements of the trust policy, in the words of IAM, such as C(Sid), C(Effect), C(Principal), C(Action) and
        C(Condition). At least one.
      - With O(state=absent) a statement may be its C(Sid) alone.
      - An empty C(Sid) is no C(Sid).
    type: list
    elements: dict
    required: true
"""
