# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""From the current state and the desired state of an account to the plan between them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ..access.trust_intersection import intersection
from ..limits import Quotas
from ..model import CurrentState, Identity, ManagedPolicy, Role, identity_key
from ..policy.document import PolicyDocument
from ..policy.trust_policy import own_principals
from ..resolve.desired_state import DesiredState
from .boundaries import widened_boundaries
from .change import Change
from .ordering import ordered
from .permission_changes import IdentityWriter, permission_changes
from .plan import Plan, Step
from .policy_changes import policy_changes
from .quota_swaps import Shortage, shortages_of
from .role_changes import role_created, role_deleted, role_updated
from .tag_changes import TestedTags, changes_tags
from .writes import Element


def identity_changes(
    before: Identity | None,
    after: Identity | None,
    *,
    state: CurrentState,
    new_documents: Mapping[str, PolicyDocument],
    quotas: Quotas,
    tested_tags: TestedTags,
    deferred: frozenset[str] = frozenset(),
) -> Iterator[Change]:
    """Everything that has to be written for one identity.

    `new_documents` contains, by ARN, the documents of policies that the same plan creates or replaces. `deferred`
    contains ARNs of principals that do not exist when a new role is created; the trust policy gets them at the end.
    `tested_tags` says which tags decide what an identity may do.
    """
    owner = before or after
    if owner is None:
        return
    writer = IdentityWriter(owner, state, new_documents, quotas, tested_tags)
    if isinstance(after, Role) and before is None:
        yield from role_created(writer, after, deferred)
    elif isinstance(before, Role) and isinstance(after, Role):
        yield from role_updated(writer, before, after)
    yield from permission_changes(writer, before, after)
    if isinstance(before, Role) and after is None:
        yield from role_deleted(writer, before)


OTHERS = "others in the account"
"""Represents every identity that uses a policy and was not read."""


def plan(state: CurrentState, desired: DesiredState, quotas: Quotas) -> Plan:
    """Every write that is needed, in an order that is safe at each step (see `ordering`)."""
    changes = list(_changes(state, desired, quotas))
    shortages: list[Shortage] = []
    warnings: list[str] = []
    for key, after in desired.identities.items():
        before = state.identities.get(key)
        if before is None:
            continue
        warnings += _irreversible(before, after, state)
        if after is not None:
            shortages += shortages_of(before, after, changes, quotas)
    order = ordered(changes, [pair for shortage in shortages for pair in shortage.pairs()])
    warnings += [warning for shortage in shortages for warning in shortage.warnings()]
    warnings += order.warnings
    warnings += _left_out_of_trust(state, desired, order.steps)
    warnings += widened_boundaries(state, desired)
    return Plan(state.account, tuple(order.steps), (*desired.warnings, *warnings))


def _changes(state: CurrentState, desired: DesiredState, quotas: Quotas) -> Iterator[Change]:
    new_documents = {policy.arn: policy.document for policy in desired.policies.values() if policy}
    for name, after_policy in desired.policies.items():
        before_policy = state.policies.get(name)
        yield from policy_changes(
            before_policy,
            after_policy,
            granted_to=_holding(before_policy, state, desired) if before_policy else frozenset(),
            bounding=_bounded_by(before_policy, state, desired) if before_policy else frozenset(),
            only_version=name in desired.only_version,
            quotas=quotas,
        )
    deferred = _created_too_late(state, desired)
    writes_tags = any(changes_tags(state.identities.get(key), after) for key, after in desired.identities.items())
    tested_tags = TestedTags.of(state, desired) if writes_tags else TestedTags()
    for key, after in desired.identities.items():
        before = state.identities.get(key)
        if before != after:
            yield from identity_changes(
                before,
                after,
                state=state,
                new_documents=new_documents,
                quotas=quotas,
                deferred=deferred.get(key, frozenset()),
                tested_tags=tested_tags,
            )


def _holding(policy: ManagedPolicy, state: CurrentState, desired: DesiredState) -> frozenset[str]:
    """Identities that have a policy attached before and after, whether they are declared or not."""
    return _keeping(state, desired, lambda identity: policy.arn in identity.managed, policy.attachments)


def _bounded_by(policy: ManagedPolicy, state: CurrentState, desired: DesiredState) -> frozenset[str]:
    return _keeping(state, desired, lambda identity: policy.arn == identity.boundary, policy.boundary_uses)


def _keeping(
    state: CurrentState, desired: DesiredState, uses: Callable[[Identity], bool], count: int
) -> frozenset[str]:
    """Identities that use a policy before and after; `count` is how many of the account use it before.

    Those that were not read, such as users and groups if none is declared, count as one.
    """
    before = {key for key, identity in state.identities.items() if uses(identity)}
    after = {key: desired.identities.get(key, state.identities[key]) for key in before}
    found = {key for key, identity in after.items() if identity is not None and uses(identity)}
    return frozenset(found | ({OTHERS} if count > len(before) else set()))


def _created_too_late(state: CurrentState, desired: DesiredState) -> dict[str, frozenset[str]]:
    """Principals that new roles cannot name when they are created: themselves, and each other in a cycle."""
    new = {
        key: role for key, role in desired.identities.items() if isinstance(role, Role) and key not in state.identities
    }
    waiting = {
        key: {
            arn
            for arn in own_principals(role.trust, state.account.id)
            if identity_key("role", arn.rpartition("/")[2]) in new
        }
        for key, role in new.items()
    }
    late: dict[str, frozenset[str]] = {}
    created: set[str] = set()
    while waiting:
        ready = [key for key, arns in waiting.items() if {_key(arn) for arn in arns} <= created]
        if not ready:
            ready = [min(waiting, key=lambda key: (len(waiting[key]), key))]
            late[ready[0]] = frozenset(arn for arn in waiting[ready[0]] if _key(arn) not in created)
        for key in ready:
            created.add(key)
            del waiting[key]
    return late


def _key(arn: str) -> str:
    return identity_key("role", arn.rpartition("/")[2])


def _left_out_of_trust(state: CurrentState, desired: DesiredState, steps: Sequence[Step]) -> Iterator[str]:
    """Warns if a trust policy is written twice and the first write may omit a principal that both documents trust."""
    written: dict[str, list[int]] = {}
    for number, step in enumerate(steps, start=1):
        if step.write.adds is Element.TRUST_POLICY:
            written.setdefault(step.subject, []).append(number)
    for key, numbers in written.items():
        before, after = state.identities.get(key), desired.identities.get(key)
        if len(numbers) < 2 or not isinstance(before, Role) or not isinstance(after, Role):
            continue
        if not intersection(before.trust, after.trust).complete:
            yield (
                f"{after.resource} may refuse principals that its trust policy trusts before and after, between step"
                f" {numbers[0]} and step {numbers[-1]} of the plan: the old and the new condition cannot be combined"
            )


def _irreversible(before: Identity, after: Identity | None, state: CurrentState) -> Iterator[str]:
    """A policy that AWS has withdrawn cannot be attached again (FACTS A0)."""
    for arn in sorted(before.managed - (after.managed if after else frozenset())):
        policy = state.aws_policy_at(arn)
        if policy is not None and not policy.attachable:
            yield (
                f"{before.kind} {before.name} loses {policy.name}, which AWS has withdrawn: once detached it cannot be"
                " attached again"
            )
