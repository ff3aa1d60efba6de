# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """What modules take that write policies: which access a plan must not grant."""

    DOCUMENTATION = r"""
options:
  no_new_access:
    description:
      - What to do if RV(access_diff.wider) is true, which means that someone can do more after the plan than before.
      - With V(fail), the task fails before the first write, in check mode as well. With V(warn), it warns.
      - A change that cannot be decided counts as new access. Examples are an AWS managed policy that could not be read,
        and policies with too many statements to compare.
      - If omitted, RV(access_diff) tells the new access, and nothing is refused.
    type: str
    choices: [fail, warn]
  not_granted:
    description:
      - Actions that nobody may have after the plan, such as V(iam:PassRole) or V(iam:Create*). C(*) and C(?) are
        wildcards. The service must not be C(*) alone.
      - The task fails before the first write, in check mode as well, if an identity that it declares, or that has a
        policy that it declares, could do one of these actions on any resource under any condition. It does not matter
        whether the identity could do so before.
      - Deny statements, permissions boundaries and the groups of users count. To judge AWS managed policies, the task
        reads those documents that it has not read yet.
      - If there is nothing to write, nothing is refused.
    type: list
    elements: str
    default: []
"""
