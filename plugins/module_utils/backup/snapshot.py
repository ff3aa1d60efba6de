# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What of an account is saved before a plan is applied, and how several backups of an object are merged. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic

from ..declare.policy_references import is_aws_managed
from ..model import (
    Account,
    AwsManagedPolicy,
    CurrentState,
    Identity,
    ManagedPolicy,
    PolicyVersion,
    Quarantine,
    Role,
)
from ..plan.plan import Plan, Step
from ..plan.writes import Element
from ..policy.document import PolicyDocument
from ..resolve.desired_state import DesiredState
from ..resolve.quarantine import current_quarantine
from .attributes import Thing, is_of_the_run, pieces_of, put_together
from .quarantine_records import Event


@dataclass(frozen=True)
class Kept(Generic[Thing]):
    """An object as it was `before` a run, and as the run was to leave it: None where it was to be deleted.

    `ids` are the unique ids under which the run deleted or changed it. `users` are the keys of the identities that a
    policy was attached to, or was the boundary of, as far as they were known. `held` maps the ARNs of customer managed
    policies that an identity had, or had as boundary, to their documents.
    """

    before: Thing
    left: Thing | None
    ids: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    held: Mapping[str, PolicyDocument] = field(default_factory=dict)

    def followed_by(self, later: Kept[Thing]) -> Kept[Thing]:
        """Both as one: the first object, with what others changed between the two."""
        first, left, second = pieces_of(self.before), pieces_of(self.left), pieces_of(later.before)
        if self._was_made_anew(later):
            second = {}
        merged = {}
        for piece in {**first, **second}:
            was, to_be, now = first.get(piece), left.get(piece), second.get(piece)
            if now is None:
                kept = was if to_be is None else None
            else:
                kept = was if is_of_the_run(piece, was, to_be, now) else now
            if kept is not None:
                merged[piece] = kept
        return Kept(
            put_together(self.before, merged),
            later.left,
            tuple(dict.fromkeys((*self.ids, *later.ids))),
            tuple(sorted({*self.users, *later.users})),
            {**later.held, **self.held},
        )

    def began_removal(self, later: Kept[Thing]) -> bool:
        """Whether this run quarantined the role that `later`, of another run, deleted after that same quarantine."""
        if later.left is not None or not set(self.ids) & set(later.ids):
            return False
        quarantine = quarantine_of_run(self)
        return quarantine is not None and _quarantine(later.before) == quarantine

    def was_interrupted(self, later: Kept[Thing]) -> bool:
        """Whether `later`, of another run, began with an object that this run had not finished."""
        if self.left is None:
            return not self._was_made_anew(later)
        first, left, second = pieces_of(self.before), pieces_of(self.left), pieces_of(later.before)
        return any(
            second.get(piece) != left.get(piece)
            and is_of_the_run(piece, first.get(piece), left.get(piece), second.get(piece))
            for piece in {**first, **left}
        )

    def _was_made_anew(self, later: Kept[Thing]) -> bool:
        """Whether the object was deleted, and `later` is about another of the same name."""
        return self.left is None and bool(self.ids and later.ids) and not set(self.ids) & set(later.ids)


def quarantine_of_run(kept: Kept[Any]) -> Quarantine | None:
    """The quarantine into which the run put a role; None if it did not."""
    return None if _quarantine(kept.before) is not None else _quarantine(kept.left)


@dataclass(frozen=True)
class Backup:
    """What was saved in one account. Keys are those of CurrentState; `aws_policies` is keyed by ARN. `events` are the
    quarantines that the run began and lifted, and the removals that it began.

    `held` maps the ARNs of customer managed policies that identities of the backup had, or had as boundary, and that
    the run did not write, to their documents. `created` is when its first part was saved, UTC in ISO 8601. `made_by` is
    `iam_restore` if that module saved what it replaced itself, else empty.
    """

    account: Account
    created: str
    made_by: str = ""
    identities: Mapping[str, Kept[Identity]] = field(default_factory=dict)
    policies: Mapping[str, Kept[ManagedPolicy]] = field(default_factory=dict)
    aws_policies: Mapping[str, AwsManagedPolicy] = field(default_factory=dict)
    held: Mapping[str, PolicyDocument] = field(default_factory=dict)
    events: tuple[Event, ...] = ()

    @property
    def moment(self) -> datetime:
        """When its first part was saved."""
        return datetime.fromisoformat(self.created)

    @property
    def objects(self) -> list[str]:
        """What is in it, kind and name."""
        identities = [kept.before.resource for kept in self.identities.values()]
        return sorted([*identities, *(kept.before.resource for kept in self.policies.values())])

    def followed_by(self, later: Backup) -> Backup:
        """This backup combined with a later one of the same run."""
        return replace(
            self,
            identities=_together(self.identities, later.identities),
            policies=_together(self.policies, later.policies),
            aws_policies={**later.aws_policies, **self.aws_policies},
            held={**later.held, **self.held},
            events=tuple(dict.fromkeys((*self.events, *later.events))),
        )

    def with_attached(self) -> Backup:
        """The backup, with each identity including the documents of the policies that it had."""
        said = {**self.held, **{kept.before.arn: kept.before.document for kept in self.policies.values()}}
        identities = {
            key: replace(kept, held={arn: said[arn] for arn in attached_arns(kept.before) if arn in said})
            for key, kept in self.identities.items()
        }
        return replace(self, identities=identities)


def attached_arns(identity: Identity) -> list[str]:
    """The customer managed policies that an identity has, or has as its boundary."""
    boundary = {identity.boundary} if identity.boundary else set()
    return sorted(arn for arn in identity.managed | boundary if not is_aws_managed(arn))


def newest(backups: Sequence[Backup]) -> Backup:
    """Backups of one account as one: each object as it was before the newest run.

    If an earlier run had not finished with an object, the newest run began with an incomplete change, and both count.
    So do both halves of a retirement: the run that quarantined a role, and the one that deleted it.
    """
    row = [backup.with_attached() for backup in sorted(backups, key=lambda backup: backup.moment)]
    return replace(
        row[-1],
        identities=_newest([backup.identities for backup in row]),
        policies=_newest([backup.policies for backup in row]),
        aws_policies={arn: policy for backup in row for arn, policy in backup.aws_policies.items()},
    )


def kept(
    state: CurrentState,
    desired: DesiredState,
    plan: Plan,
    created: str,
    *,
    made_by: str = "",
    additions: bool = False,
    read: Mapping[str, PolicyDocument] | None = None,
) -> Backup | None:
    """Every object that the plan writes, completely; None if the plan removes nothing.

    With `additions`, or if a quarantine begins, also objects that only get additions. `read` has the documents of
    `lost_unread`.
    """
    adds = additions or bool(desired.quarantined)
    if not adds and not removes(plan):
        return None
    written = {step.subject for step in plan.steps}
    identities = {
        key: Kept(before, desired.identities[key], _known(before.id))
        for key, before in state.identities.items()
        if key in written and key in desired.identities
    }
    policies = {
        name: Kept(before, _left(before, desired.policies[name], plan), _known(before.id))
        for name, before in state.policies.items()
        if before.key in written and name in desired.policies
    }
    if not identities and not policies:
        return None
    return Backup(
        state.account,
        created,
        made_by,
        identities,
        {name: replace(policy, users=_users(policy.before.arn, state)) for name, policy in policies.items()},
        _known_of_aws(identities.values(), state),
        _held(identities.values(), policies.values(), state, read or {}),
    )


def lost_unread(state: CurrentState, desired: DesiredState) -> list[str]:
    """The ARNs of customer managed policies that the run detaches, and whose document is not known yet."""
    lost: set[str] = set()
    for key, after in desired.identities.items():
        before = state.identities.get(key)
        if before is not None:
            lost |= {*attached_arns(before)} - {*(attached_arns(after) if after else ())}
    return sorted(arn for arn in lost if state.document_of(arn) is None)


def removes(plan: Plan) -> bool:
    return any(_removes(step) for step in plan.steps)


def _held(
    identities: Iterable[Kept[Identity]],
    policies: Iterable[Kept[ManagedPolicy]],
    state: CurrentState,
    read: Mapping[str, PolicyDocument],
) -> dict[str, PolicyDocument]:
    whole = {item.before.arn for item in policies}
    arns = {arn for item in identities for arn in attached_arns(item.before)} - whole
    found = {arn: state.document_of(arn) or read.get(arn) for arn in sorted(arns)}
    return {arn: document for arn, document in found.items() if document is not None}


def _quarantine(thing: Any) -> Quarantine | None:
    return current_quarantine(thing) if isinstance(thing, Role) else None


def _removes(step: Step) -> bool:
    return bool(step.removes) or step.write.removes is not None


def _left(before: ManagedPolicy, after: ManagedPolicy | None, plan: Plan) -> ManagedPolicy | None:
    """The policy as the plan leaves it, its versions included; the id of a new version is not known."""
    if after is None:
        return None
    own = [step for step in plan.steps if step.subject == before.key]
    gone = [step.parameters["VersionId"] for step in own if step.write.removes is Element.POLICY_VERSION]
    older = after.versions
    if before.document != after.document:
        older = (*before.versions, PolicyVersion(before.default_version, before.document))
    return replace(after, versions=tuple(version for version in older if version.id not in gone))


def _users(arn: str, state: CurrentState) -> tuple[str, ...]:
    seen = {key for key, identity in state.identities.items() if arn in identity.managed or identity.boundary == arn}
    return tuple(sorted(seen | set(state.policy_users.get(arn, ()))))


def _known_of_aws(identities: Iterable[Kept[Identity]], state: CurrentState) -> dict[str, AwsManagedPolicy]:
    """AWS managed policies that are detached, with their documents: AWS may have withdrawn them by the restore."""
    gone = {
        arn for item in identities for arn in item.before.managed - (item.left.managed if item.left else frozenset())
    }
    found = {arn: state.aws_policy_at(arn) for arn in sorted(gone) if is_aws_managed(arn)}
    return {arn: policy for arn, policy in found.items() if policy is not None and policy.document is not None}


def _known(id_: str) -> tuple[str, ...]:
    return (id_,) if id_ else ()


def _together(first: Mapping[str, Kept[Thing]], second: Mapping[str, Kept[Thing]]) -> dict[str, Kept[Thing]]:
    both = dict(first)
    for key, later in second.items():
        both[key] = both[key].followed_by(later) if key in both else later
    return both


def _newest(row: Sequence[Mapping[str, Kept[Thing]]]) -> dict[str, Kept[Thing]]:
    found: dict[str, Kept[Thing]] = {}
    for key in sorted({key for kept_in_run in row for key in kept_in_run}):
        chain = [kept_in_run[key] for kept_in_run in row if key in kept_in_run]
        ids = tuple(dict.fromkeys(id_ for item in chain for id_ in item.ids))
        latest = chain.pop()
        while chain and (chain[-1].was_interrupted(latest) or chain[-1].began_removal(latest)):
            latest = chain.pop().followed_by(latest)
        found[key] = replace(latest, ids=ids)
    return found
