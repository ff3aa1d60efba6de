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
      - V(present) goes by the state of each item.
      - V(absent) takes every item as absent, whatever its own state says. So what a declaration put there is taken away
        by the same declaration, and what others own stays.
    type: str
    choices: [present, absent]
    default: present
  managed_policies:
    description:
      - Customer managed policies of the account, each with the options of M(aws_ml.permissions.iam_managed_policy).
      - If omitted, none is declared, and what is in the account stays.
    type: list
    elements: dict
    default: []
    suboptions:
{_suboptions("managed_policies", ManagedPolicy)}
  roles:
    description:
      - Roles of the account, each with the options of M(aws_ml.permissions.iam_role).
      - If omitted, none is declared, and what is in the account stays.
    type: list
    elements: dict
    default: []
    suboptions:
{_suboptions("roles", Role)}
  attachments:
    description:
      - Policies on users, groups and roles that someone else owns, each with the options of
        M(aws_ml.permissions.iam_policy_attachment).
      - If omitted, none is declared, and what is in the account stays.
    type: list
    elements: dict
    default: []
    suboptions:
{_suboptions("attachments", PolicyAttachment)}
  trust_statements:
    description:
      - Statements in the trust policies of roles that someone else owns, each with the options of
        M(aws_ml.permissions.iam_trust_statement).
      - If omitted, none is declared, and what is in the account stays.
    type: list
    elements: dict
    default: []
    suboptions:
{_suboptions("trust_statements", TrustStatement)}
notes:
  - The account is read by one sweep of C(iam:GetAccountAuthorizationDetails), for O(roles) by one of C(iam:ListRoles)
    too, and by C(iam:ListPolicyTags) for each declared policy that exists. Where the caller may not sweep, or the
    account is so large that it costs more than it saves, the declared objects are read one by one; the result is the
    same.
  - No role and no policy may be declared twice. A role may stand in O(roles), O(attachments) and O(trust_statements) at
    once; they are laid over each other in that order.
"""


class ModuleDocFragment:
    """Everything that one task declares for one account, composed like the argument spec from its parts."""

    def __init__(self):
        self.DOCUMENTATION = _DECLARATION
