# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What a service has left in a role of another owner. Pure.

A role that another principal may assume too stays in use without the service. It belongs to the service nevertheless if
its name, its path or an inline policy shows that, or if it grants only what is the service's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ..errors import brief
from ..model import Role
from ..policy.document import is_principal_id
from ..resolve.quarantine import released
from .evidence import prefix
from .traces import ALONE, WITH_PRINCIPAL, Found, LeftOver, ServiceTraces, Trace

_TRUST = "trust_principal"


def with_left_over(found: Iterable[Found], services: Mapping[str, ServiceTraces], ended: frozenset[str]) -> list[Found]:
    """The found objects, with `left_over` for roles of other owners.

    `ended` are the principals of all services that have ended.
    """
    return [
        replace(one, left_over=tuple(_left_over(one.subject, one.traces, services[one.service], ended)))
        if isinstance(one.subject, Role)
        else one
        for one in found
    ]


def _left_over(role: Role, told: Sequence[Trace], traces: ServiceTraces, ended: frozenset[str]) -> Iterator[LeftOver]:
    if not _is_managed_by_others(role, ended | traces.own_principals):
        return
    role = released(role, recorded=True)  # a denial grants nothing
    kinds = traces.parts | {_TRUST}
    if any(one.strength == WITH_PRINCIPAL or (one.strength == ALONE and one.by not in kinds) for one in told):
        return
    trusts_it = any(one.by == _TRUST and one.strength == ALONE for one in told)
    attached = {one.value for one in told if one.by == "attached_policy" and one.strength == ALONE}
    inline = {one.value for one in told if one.by == "inline_policy" and one.strength == ALONE}
    statements = list(_own_statements(role, traces, inline))
    granting = sum(len(document.allowing) for name, document in role.inline.items() if name not in inline)
    if not trusts_it and role.managed <= attached and len(statements) == granting:
        return
    yield from _in_trust(role, traces.own_principals)
    for arn in sorted(attached):
        yield LeftOver("managed_policies", arn, "detach it")
    for name in sorted(inline):
        yield LeftOver(f"inline_policies.{name}", name, "delete this inline policy", name)
    yield from statements


def _is_managed_by_others(role: Role, dead: frozenset[str]) -> bool:
    """Whether a principal that is neither an ended service nor deleted may assume the role."""
    return any(
        statement.not_principals is not None
        or any(value not in dead and not is_principal_id(value) for _kind, value in statement.principals or ())
        for statement in role.trust.allowing
    )


def _in_trust(role: Role, own: frozenset[str]) -> Iterator[LeftOver]:
    """The service in the trust policy: whole statements, and its name in statements that trust others too."""
    for statement in role.trust.allowing:
        let_in = statement.principals or ()
        it = f"statement {brief(statement.sid)}" if statement.sid else "its statement"
        for name in sorted(own & {value for kind, value in let_in if kind == "Service"}):
            alone = all(kind == "Service" and value in own for kind, value in let_in)
            what = f"remove {it}" if alone else f"remove it from {it}, which also trusts others"
            yield LeftOver("assume_role_policy_document", name, f"{what} (iam_trust_statement)", trusted=True)


def _own_statements(role: Role, traces: ServiceTraces, inline: Collection[str]) -> Iterator[LeftOver]:
    """The Allow statements with only the service's actions, of all inline policies except these."""
    remedy = "remove this statement from the inline policy"
    for name in sorted(role.inline.keys() - inline):
        for index, statement in enumerate(role.inline[name].parsed):
            if statement.effect == "Allow":
                actions = statement.actions
                if actions and {prefix(action) for action in actions} <= traces.actions:
                    yield LeftOver(f"inline_policies.{name}.Statement[{index}]", actions[0], remedy, name)
