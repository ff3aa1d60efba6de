# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """What every module takes that takes things away."""

    DOCUMENTATION = r"""
options:
  backup_dir:
    description:
      - A folder in which the task keeps what it takes away, before it does. It is made if it is not there, for its
        owner alone, like the folders above it that are not there. One that others can write is refused.
      - Every object that the plan writes to is kept whole, as it was, in one JSON file for each account and run of
        Ansible, with mode 0600. M(aws_ml.permissions.iam_restore) puts it back.
      - Where it cannot be written, nothing is written to IAM either. A plan that only adds needs no backup and makes
        none, unless it puts a role into quarantine, of which the backup then is the record.
      - It is a path on the machine where the module runs. A relative one is in the folder that Ansible was started in,
        unless the connection leads to another machine.
      - If omitted, no backup is made; RV(deleted) still holds a copy of what the writes took away.
    type: path
notes:
  - After the last write, the declared objects are read again. Where they are not as they were written and do not become
    so within a minute, another run or person changed them meanwhile, and the task fails with RV(differences).
"""
