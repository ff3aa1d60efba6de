# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What a declaration makes of an account, compared with the account. Pure.

A declaration reproduces the objects that it declares if it changes nothing in the account, and if it makes the same
objects where they do not exist. The second is more: a converge leaves what is not declared as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..declare.parser import DeclarationParser, named_roles
from ..declare.placeholders import Placeholders
from ..declare.policy_references import policy_name, policy_references
from ..errors import Problem
from ..limits import Quotas
from ..model import Account, CurrentState, Declarations, Identity, ManagedPolicy, Role, resource_name
from ..plan.planner import plan
from ..policy.document import PolicyDocument
from ..resolve.account_problems import state_problems
from ..resolve.desired_state import desired_state_of
from ..validate.declaration import problems

Options = Mapping[str, Any]


@dataclass(frozen=True)
class Deviation:
    """A place in which an object is not as it is declared. `place` is an option of `iam_baseline`, or `state`."""

    resource: str
    place: str


def declarations_of(state: CurrentState, options: Options) -> tuple[Declarations, list[Problem]]:
    """What options of `iam_baseline` declare in an account, and what is wrong with them in any account."""
    parser = DeclarationParser(Placeholders(state.account, _role_arns(state, options)))
    declarations = parser.baseline(options)
    return declarations, [*parser.problems, *problems(declarations)]


def differences(state: CurrentState, declarations: Declarations) -> list[Deviation]:
    """Where the declared objects, made in the account without them, would differ from those that exist."""
    roles = {role.key for role in declarations.roles}
    names = {policy.name.lower() for policy in declarations.policies}
    emptied = replace(
        state,
        identities={key: identity for key, identity in state.identities.items() if key not in roles},
        policies={name: policy for name, policy in state.policies.items() if name not in names},
    )
    desired = desired_state_of(declarations, emptied)
    found = [Deviation(problem.place, "") for problem in desired.problems]
    found += [Deviation(place, "managed_policies") for place in _doubtful_names(state, declarations, names)]
    for key, identity in desired.identities.items():
        found += _of_identity(key, identity, state.identities.get(key))
    for name, policy in desired.policies.items():
        found += _of_policy(name, policy, state.policies.get(name))
    return found


def changes(state: CurrentState, declarations: Declarations) -> dict[str, str]:
    """What a converge would change, and why it would be refused, by resource. Empty if it would do nothing."""
    desired = desired_state_of(declarations, state)
    found = state_problems(declarations, state, desired)
    changed = {problem.place: str(problem) for problem in found}
    if not changed:
        changed = {step.resource: step.reason for step in plan(state, desired, Quotas()).steps}
    return changed


def _doubtful_names(state: CurrentState, declarations: Declarations, declared: set[str]) -> Iterator[str]:
    """Names without a path that a policy of the account has, and perhaps one of AWS."""
    for reference in policy_references(declarations):
        name = reference.text.lower()
        if reference.wanted and name in state.policies and name not in declared:
            yield reference.identity


def _of_identity(key: str, wanted: Identity | None, there: Identity | None) -> Iterator[Deviation]:
    if wanted is None or there is None:
        yield from [] if wanted is there else [Deviation(key, "state")]
        return
    for place, of in (("name", "name"), ("path", "path"), ("boundary", "boundary")):
        if getattr(wanted, of) != getattr(there, of):
            yield Deviation(there.resource, place)
    for arn in sorted(wanted.managed ^ there.managed):
        yield Deviation(there.resource, f"managed_policies.{policy_name(arn)}")
    for name in sorted({*wanted.inline, *there.inline}):
        place = f"inline_policies.{name}"
        yield from _of_document(there.resource, place, wanted.inline.get(name), there.inline.get(name))
    if isinstance(wanted, Role) and isinstance(there, Role):
        yield from _of_document(there.resource, "assume_role_policy_document", wanted.trust, there.trust)
        for of in ("description", "max_session_duration", "tags"):
            if getattr(wanted, of) != getattr(there, of):
                yield Deviation(there.resource, of)


def _of_policy(name: str, wanted: ManagedPolicy | None, there: ManagedPolicy | None) -> Iterator[Deviation]:
    if wanted is None or there is None:
        yield from [] if wanted is there else [Deviation(resource_name("policy", name), "state")]
        return
    yield from _of_document(there.resource, "policy", wanted.document, there.document)
    for of in ("name", "path", "description", "tags"):
        if getattr(wanted, of) != getattr(there, of):
            yield Deviation(there.resource, of)


def _of_document(
    resource: str, place: str, wanted: PolicyDocument | None, there: PolicyDocument | None
) -> Iterator[Deviation]:
    """A difference for each statement that only one of the two has, at least one if they differ."""
    if wanted == there:
        return
    ours, theirs = ({one.canonical for one in document.parsed} if document else set() for document in (wanted, there))
    for _statement in ours ^ theirs or {""}:
        yield Deviation(resource, place)


def _role_arns(state: CurrentState, options: Options) -> dict[str, str]:
    arns: dict[str, str] = {}
    for name, path in named_roles(None, options):
        there = state.role(name)
        arns.setdefault(name.lower(), there.arn if there else _arn(state.account, path, name))
    return arns


def _arn(account: Account, path: str, name: str) -> str:
    return account.arn("role", path, name)
