# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """What modules take that put roles into quarantine or give them back."""

    DOCUMENTATION = r"""
options:
  record_key:
    description:
      - A secret of at least 32 characters that signs the records of quarantines. C(openssl rand -hex 32) makes one.
        Keep it in a vault; the task shows it nowhere.
      - The collection believes no tag that says since when a role is in quarantine, because whoever may tag the role
        can write it. It believes the backups in O(backup_dir), and with this key the tag
        C(aws_ml_permissions:quarantine_record) too, which holds a signature over the account, the unique id of the role
        and the time.
      - It is needed where O(backup_dir) does not last from one run to the next, such as in the container of a job of
        AWX. All runs need the same key; with another one, quarantines begin anew.
      - If omitted, only the backups in O(backup_dir) count.
    type: str
"""
