# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The findings of an audit: from the rules of `findings`, services that have ended, and privilege escalation paths.
Pure.

A role is checked completely. Of a user or group, only what shows that it belongs to a service is checked; of a role
that is not the service's own, only what a service has left in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from ..analyze.aws_facts import AwsFacts, TrustsServices
from ..analyze.finding import (
    ESCALATION_PATH,
    REACHED_BY_ESCALATION,
    Finding,
    Severity,
    evidence,
    most_severe_first,
)
from ..analyze.findings import OUTLIVED, all_findings, outlived
from ..model import (
    AttachmentDeclaration,
    CurrentState,
    Declarations,
    Identity,
    ManagedPolicy,
    Role,
    RoleDeclaration,
)
from ..resolve.desired_state import DesiredState
from .escalation import EscalationPath
from .traces import NO_SERVICE, Found

_RETIRE = "retire it with the playbook aws_ml.permissions.retire"
_TAKE_OUT = "remove what left_over of each role names"
_MOST_NAMES = 5


def audit_findings(
    knowledge: AwsFacts, state: CurrentState, found: Sequence[Found], paths: Sequence[EscalationPath]
) -> list[Finding]:
    """The findings, each once, the most severe first."""
    told = all_findings(knowledge, _declared_as_found(state, found), state, _desired(state, found))
    out, ways_in = list(_paths_out(paths, found)), list(_paths_in(paths, found))
    # An escalation path reports the same with more detail, if it is at least as severe.
    paths_out = {item.resource: item.severity for item in out}
    told = [
        item
        for item in told
        if item.code != "escalation_chain" or paths_out.get(item.resource, Severity.LOW) > item.severity
    ]
    for service in dict.fromkeys(one.service for one in found if one.service != NO_SERVICE):
        of_service = [one for one in found if one.service == service]
        remedy = _TAKE_OUT if all(one.left_over for one in of_service) else _RETIRE
        life = outlived(knowledge, service, _desired(state, of_service), {OUTLIVED: remedy})
        told += [life] if life else []
    told += _trusting(knowledge, found)
    return most_severe_first([*told, *out, *ways_in])


def _trusting(knowledge: AwsFacts, found: Iterable[Found]) -> Iterable[Finding]:
    """A finding for each service that has ended and that a role which is not its own trusts."""
    rules = [rule for rule in knowledge.findings if isinstance(rule.condition, TrustsServices) and rule.condition.ended]
    for one in found:
        for item in one.left_over:
            for rule in rules if item.trusted and item.value in knowledge.ended_principals() else ():
                message = rule.message.format(services=item.value)
                based_on = evidence(service=[item.value])
                yield Finding(rule.severity, rule.code, one.subject.resource, message, item.remedy, evidence=based_on)


def _desired(state: CurrentState, found: Iterable[Found]) -> DesiredState:
    subjects = [one.subject for one in found]
    return DesiredState(
        identities={one.key: state.identities[one.key] for one in subjects if isinstance(one, Identity)},
        policies={one.name.lower(): one for one in subjects if isinstance(one, ManagedPolicy)},
    )


def _declared_as_found(state: CurrentState, found: Iterable[Found]) -> Declarations:
    roles: dict[str, RoleDeclaration] = {}
    attachments: list[AttachmentDeclaration] = []
    for one in found:
        identity = state.identities.get(one.subject.key) if isinstance(one.subject, Identity) else None
        if isinstance(identity, Role) and one.left_over:
            attachments.append(_attached(identity, one, [item.policy for item in one.left_over if item.policy]))
        elif isinstance(identity, Role):
            roles[identity.key] = RoleDeclaration("", identity.name, True)
        elif identity is not None:
            attachments.append(_attached(identity, one, identity.inline))
    return Declarations(roles=tuple(roles.values()), attachments=tuple(attachments))


def _attached(identity: Identity, found: Found, names: Iterable[str]) -> AttachmentDeclaration:
    """The policies that show the service, and the inline policies of these names; all where it is of no service."""
    given = tuple(trace.value for trace in found.traces if trace.by == "attached_policy")
    if found.service == NO_SERVICE:
        given = tuple(sorted(identity.managed))
    inline = {name: identity.inline[name] for name in names if name in identity.inline}
    return AttachmentDeclaration("", identity.kind, identity.name, True, given, inline)


def _paths_out(paths: Iterable[EscalationPath], found: Sequence[Found]) -> Iterable[Finding]:
    """A finding for each found identity that can become an administrator, with its shortest path.

    Its evidence is that of all its paths.
    """
    concerned = {one.subject.key for one in found if isinstance(one.subject, Identity) and not one.left_over}
    ways: dict[str, list[EscalationPath]] = {}
    for path in paths:
        if path.start.key in concerned:
            ways.setdefault(path.start.key, []).append(path)
    for first, *others in ways.values():
        way = "; ".join(step.text for step in first.steps)
        way += "; only services that have ended may assume it" if first.severity is Severity.LOW else ""
        based_on = [path.based_on() for path in (first, *others)]
        yield Finding(
            first.severity,
            ESCALATION_PATH,
            first.start.resource,
            f"It can become an administrator of the account: {way}.",
            "remove the permission that the first step uses, or restrict the role that the last step reaches",
            evidence=evidence(**{kind: chain.from_iterable(one[kind] for one in based_on) for kind in based_on[0]}),
        )


def _paths_in(paths: Iterable[EscalationPath], found: Sequence[Found]) -> Iterable[Finding]:
    """A finding for each found role through which others become administrators; these can be any identities."""
    concerned = {
        one.subject.key: one.subject for one in found if isinstance(one.subject, Identity) and not one.left_over
    }
    ways: dict[str, list[EscalationPath]] = {}
    for path in paths:
        for key in sorted(path.through & concerned.keys() - {path.start.key}):
            ways.setdefault(key, []).append(path)
    for key, leading in ways.items():
        names = sorted({path.start.resource for path in leading})
        rows = {step.id for path in leading for step in path.steps}
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        yield Finding(
            min(path.severity for path in leading),
            REACHED_BY_ESCALATION,
            concerned[key].resource,
            f"Others can act as this {concerned[key].kind} and so become administrators of the account:"
            f" {', '.join(names[:_MOST_NAMES])}{more}; escalation_paths shows how.",
            f"retire or restrict the {concerned[key].kind}, or remove the permissions through which it is reached",
            evidence=evidence(**{"from": names, "step": rows}),
        )
