# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """The options of statements in one trust policy, of the module and of an item of a baseline alike."""

    DOCUMENTATION = r"""
options:
  name:
    description:
      - Name of the role that the trust policy belongs to. It must exist, unless O(state=absent).
    type: str
    required: true
    aliases: [role_name]
  state:
    description:
      - V(present) replaces the statement with the same C(Sid) by each statement, or adds it at the end if there is no
        such statement. A statement without C(Sid) is not added if the trust policy already contains its content.
      - V(absent) removes each statement, found by its C(Sid) or, without a C(Sid), by its content. It fails before the
        first write if the trust policy would become empty, which IAM does not allow.
    type: str
    choices: [present, absent]
    default: present
  statements:
    description:
      - Statements of the trust policy with the elements of IAM, such as C(Sid), C(Effect), C(Principal), C(Action) and
        C(Condition). At least one is required.
      - With O(state=absent) the C(Sid) of a statement is enough.
      - An empty C(Sid) counts as no C(Sid).
    type: list
    elements: dict
    required: true
"""
