# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """What ought to be in an account, for the modules that look for what belongs to services."""

    DOCUMENTATION = r"""
options:
  declared:
    description:
      - What ought to be there, as the service roles of this collection declare it. An object that is found is compared
        with its own declaration where there is one, else with the nearest profile.
      - The playbooks C(aws_ml.permissions.audit) and C(aws_ml.permissions.retire) fill this from the variables of the
        host.
    type: list
    elements: dict
    default: []
    suboptions:
      service:
        description: The service that it is declared for.
        type: str
        required: true
      profile:
        description: The profile that it was made from. It is for people to read.
        type: str
      state:
        description: V(absent) says that nothing of it ought to be there.
        type: str
        choices: [present, absent]
        default: present
      managed_policies:
        description: Customer managed policies, as O(aws_ml.permissions.iam_baseline#module:managed_policies).
        type: list
        elements: dict
        default: []
      roles:
        description: Roles, as O(aws_ml.permissions.iam_baseline#module:roles).
        type: list
        elements: dict
        default: []
      attachments:
        description: Policies on users, groups and roles, as O(aws_ml.permissions.iam_baseline#module:attachments).
        type: list
        elements: dict
        default: []
      trust_statements:
        description: Statements in trust policies, as O(aws_ml.permissions.iam_baseline#module:trust_statements).
        type: list
        elements: dict
        default: []
"""
