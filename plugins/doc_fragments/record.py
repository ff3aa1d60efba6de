# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """The options of modules that begin or lift quarantines of roles."""

    DOCUMENTATION = r"""
options:
  record_key:
    description:
      - A secret of at least 32 characters that signs the records of quarantines. C(openssl rand -hex 32) creates one.
        Keep it in a vault. The task never shows it.
      - The collection does not trust the tags that say since when a role is in quarantine, because everyone who can tag
        the role can write them. It trusts the backups in O(backup_dir). With this key it also trusts the tag
        C(aws_ml_permissions:quarantine_record), which contains a signature of the account, the unique id of the role
        and the time.
      - It is needed if O(backup_dir) is not kept from one run to the next, for example in the container of an AWX job.
        All runs need the same key. With another key, quarantines start again.
      - If omitted, only the backups in O(backup_dir) count.
    type: str
"""
