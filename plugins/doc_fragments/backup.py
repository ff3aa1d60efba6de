# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """The options of every module that removes something."""

    DOCUMENTATION = r"""
options:
  backup_dir:
    description:
      - A folder in which the task saves what it removes, before it removes it. If the folder or its parents do not
        exist, they are created and only their owner can read and write them. A folder that other users can write to is
        refused.
      - Every object that the plan writes to is saved completely, as it was, in one JSON file for each account and run
        of Ansible, with mode 0600. M(aws_ml.permissions.iam_restore) restores it.
      - If the backup cannot be written, the task writes nothing to IAM. A plan that only adds creates no backup, unless
        it puts a role into quarantine. The backup is then the record of the quarantine.
      - It is a path on the machine where the module runs. A relative path starts from the folder that Ansible was
        started in, unless the connection leads to another machine.
      - If omitted, no backup is created. RV(deleted) still contains a copy of what the writes removed.
    type: path
notes:
  - After the last write, the task reads the declared objects again. If they are not as written within a minute, another
    run or person changed them, and the task fails with RV(differences).
"""
