# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import re
import textwrap

from ansible_collections.aws_ml.permissions.plugins.doc_fragments.managed_policy import (
    ModuleDocFragment as ManagedPolicy,
)
from ansible_collections.aws_ml.permissions.plugins.doc_fragments.policy_attachment import (
    ModuleDocFragment as PolicyAttachment,
)
from ansible_collections.aws_ml.permissions.plugins.doc_fragments.role import ModuleDocFragment as Role
from ansible_collections.aws_ml.permissions.plugins.doc_fragments.trust_statement import (
    ModuleDocFragment as TrustStatement,
)


def _suboptions(option, item):
    """The options of one item, as the suboptions of a list of such items; O() names the item's own options."""
    own = re.sub(r"\bO\((?=\w+[=)])", f"O({option}[].", item.DOCUMENTATION.strip().removeprefix("options:\n"))
    return textwrap.indent(own, " " * 4)


_DECLARATION = rf"""
options:
  state:
    description:
      - V(present) uses the state of each item.
      - V(absent) uses absent for every item, regardless of its own state. The same declaration then removes what it
        added, and everything else stays.
    type: str
    choices: [present, absent]
    default: present
  managed_policies:
    description:
      - Customer managed policies of the account, each with the options of M(aws_ml.permissions.iam_managed_policy).
      - If omitted, none is declared, and nothing of this kind changes.
    type: list
    elements: dict
    default: []
    suboptions:
{_suboptions("managed_policies", ManagedPolicy)}
  roles:
    description:
      - Roles of the account, each with the options of M(aws_ml.permissions.iam_role).
      - If omitted, none is declared, and nothing of this kind changes.
    type: list
    elements: dict
    default: []
    suboptions:
{_suboptions("roles", Role)}
  attachments:
    description:
      - Policies on existing users, groups and roles, each with the options of
        M(aws_ml.permissions.iam_policy_attachment).
      - If omitted, none is declared, and nothing of this kind changes.
    type: list
    elements: dict
    default: []
    suboptions:
{_suboptions("attachments", PolicyAttachment)}
  trust_statements:
    description:
      - Statements in the trust policies of existing roles, each with the options of
        M(aws_ml.permissions.iam_trust_statement).
      - If omitted, none is declared, and nothing of this kind changes.
    type: list
    elements: dict
    default: []
    suboptions:
{_suboptions("trust_statements", TrustStatement)}
notes:
  - The account is read by one bulk read with C(iam:GetAccountAuthorizationDetails), for O(roles) by another with
    C(iam:ListRoles), and by C(iam:ListPolicyTags) for each declared policy that exists. If the caller is not allowed to
    make bulk reads, or the account is so large that a bulk read needs more calls, the declared objects are read one by
    one. The result is the same.
  - A role or policy must not be declared twice. A role can be in O(roles), O(attachments) and O(trust_statements) at
    the same time. They are applied to it in that order.
"""


class ModuleDocFragment:
    """Everything that one task declares for one account, composed of its parts like the argument spec."""

    def __init__(self):
        self.DOCUMENTATION = _DECLARATION
