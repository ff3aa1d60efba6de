# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What IAM may refuse in a trust policy, where the sources differ or are silent: warnings. Pure.

The doubts themselves are in `principal`, `identity_provider` and `policy.sts_actions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..declare.parser import within
from ..errors import Problem, shown
from ..model import Declarations
from ..policy.document import PolicyDocument, principals
from ..policy.sts_actions import trust_action_doubt
from .identity_provider import provider_doubts
from .principal import service_doubt


def trust_warnings(declarations: Declarations) -> list[str]:
    """A warning for each declared value that is to be written and that IAM may refuse."""
    found: list[Problem] = []
    for role in declarations.roles:
        if role.present and role.trust is not None:
            found += _doubts(role.trust, within(role.place, "assume_role_policy_document.Statement"))
    for trust in declarations.trust_statements:
        if trust.present:
            found += _doubts(PolicyDocument({"Statement": list(trust.statements)}), within(trust.place, "statements"))
    return [str(doubt) for doubt in found]


def _doubts(document: PolicyDocument, place: str) -> Iterator[Problem]:
    for index, statement in enumerate(document.statements):
        if isinstance(statement, Mapping):
            yield from _statement_doubts(statement, f"{place}[{index}]")


def _statement_doubts(statement: Mapping[str, Any], where: str) -> Iterator[Problem]:
    actions = statement.get("Action", [])
    for action in actions if isinstance(actions, list) else [actions]:
        doubt = trust_action_doubt(action) if isinstance(action, str) else None
        if doubt:
            yield Problem(f"{where}.Action", f"{shown(action)} {doubt}")
    for kind, entry in principals(statement):
        doubt = service_doubt(entry) if kind == "Service" else None
        if doubt:
            yield Problem(f"{where}.Principal.Service", f"{shown(entry)} {doubt}")
    for doubt in provider_doubts(statement):
        yield Problem(where, doubt)
