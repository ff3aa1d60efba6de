# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """The attributes of every module: its support of Ansible's features."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can say what it would do without changing anything.
    support: full
    details: >-
      The result is the same as that of a real run, with predicted ARNs. What does not exist in the account is assumed
      to be created by an earlier task, with a warning.
  diff_mode:
    description: Says in detail what changes, or in check mode would change.
    support: full
    details: Before and after of every object that changes, in YAML, with policy documents in canonical order.
  action_group:
    description: Takes defaults from C(module_defaults) of an action group.
    support: full
    membership:
      - aws_ml.permissions.aws
      - amazon.aws.aws
"""
