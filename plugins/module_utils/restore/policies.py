# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Which customer managed policies are restored from a backup, and what an identity can get again. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..backup.attributes import DOCUMENT, Piece, is_of_the_run, label, pieces_of
from ..backup.snapshot import Backup, Kept
from ..declare.policy_references import is_aws_managed
from ..limits import POLICY_VERSION_LIMIT, Quotas
from ..model import CurrentState, Identity, ManagedPolicy, PolicyVersion, resource_name
from ..policy.document import PolicyDocument
from ..policy.statement import Statement
from ..resolve.desired_state import DesiredState
from .notes import Notes
from .selection import Choice, stand_in


class PolicyRestoration:
    """Applies the policies of a backup to the state, in `desired`, and reports the rest in `notes`."""

    def __init__(
        self, backup: Backup, choice: Choice, state: CurrentState, desired: DesiredState, notes: Notes
    ) -> None:
        self._backup = backup
        self._choice = choice
        self._state = state
        self._desired = desired
        self._notes = notes

    def restore(self) -> None:
        """Apply every chosen policy of the backup."""
        for name in sorted(self._backup.policies):
            if self._choice.everything or name in self._choice.policies:
                kept = self._backup.policies[name]
                there = self._state.policies.get(name)
                if there is None:
                    self._create(kept)
                else:
                    self._desired.policies[name] = self._put_back(kept, there)

    def arn_now(self, arn: str) -> tuple[str | None, str]:
        """The ARN to attach instead of one in the backup, or None and the reason.

        A policy that is in the backup and not in the account is restored too.
        """
        return self._stand_in(arn) if is_aws_managed(arn) else self._own(arn)

    def widened(self, kept: Kept[Identity], arn: str) -> str:
        """Why a policy may give an identity more than it had through it at the backup; empty if it does not.

        AWS's changes to its own policies apply to everyone who has them; they are not checked.
        """
        name = arn.rpartition("/")[2]
        there = self._desired.policies.get(name.lower()) or self._state.policies.get(name.lower())
        if is_aws_managed(arn) or there is None or there.arn != arn:
            return ""
        then = kept.held.get(arn)
        if then is None:
            return f"what policy {name} said at the backup is not known"
        return "" if grants_no_more(there.document, then) else f"policy {name} has another document than at the backup"

    def stand_in_of(self, arn: str) -> str | None:
        """The ARN of the policy that replaces an AWS managed policy, if AWS has withdrawn it."""
        if not is_aws_managed(arn):
            return None
        name = stand_in(arn.rpartition("/")[2])
        there = self._state.policies.get(name.lower())
        return there.arn if there else self._state.account.arn("policy", "/", name)

    def _own(self, arn: str) -> tuple[str | None, str]:
        name = arn.rpartition("/")[2]
        planned = self._desired.policies.get(name.lower())
        there = planned or self._state.policies.get(name.lower())
        if there is not None:
            return (arn, "") if there.arn == arn else (None, f"policy {name} is at {there.arn} now")
        kept = self._backup.policies.get(name.lower())
        if kept is None or kept.before.arn != arn:
            return None, f"policy {name} no longer exists and is not in the backup"
        self._create(kept)
        return arn, ""

    def _stand_in(self, arn: str) -> tuple[str | None, str]:
        policy = self._state.aws_policy_at(arn)
        if policy is not None and policy.attachable:
            return arn, ""
        name = arn.rpartition("/")[2]
        kept = self._backup.aws_policies.get(arn)
        if kept is None or kept.document is None:
            return None, f"AWS has withdrawn {name}, and its document is not in the backup"
        other = stand_in(name)
        own_arn = self.stand_in_of(arn) or ""
        there = self._desired.policies.get(other.lower()) or self._state.policies.get(other.lower())
        if there is not None and there.document != kept.document:
            return (
                None,
                f"AWS has withdrawn {name}, and policy {other}, which would replace it, has different content",
            )
        limit = Quotas().managed_policy_size
        if kept.document.size > limit:
            return None, (
                f"AWS has withdrawn {name}, and its {kept.document.size} characters do not fit into a customer managed"
                f" policy, whose limit is {limit}"
            )
        self._desired.policies[other.lower()] = there or ManagedPolicy(
            other, "/", own_arn, kept.document, f"The content of {arn}, which AWS has withdrawn"
        )
        self._notes.restored_as[arn] = own_arn
        self._notes.lose(
            resource_name("policy", name), f"AWS has withdrawn it; {own_arn}, a policy of this account, has its content"
        )
        return own_arn, ""

    def _create(self, kept: Kept[ManagedPolicy]) -> None:
        before = kept.before
        older = _older(before, {before.document.canonical})
        self._desired.policies[before.name.lower()] = replace(
            before, versions=tuple(older), attachments=0, boundary_uses=0, id="", default_version="v1"
        )
        if older:
            self._notes.lose(before.resource, "the numbers of its versions; their documents come back")

    def _put_back(self, kept: Kept[ManagedPolicy], there: ManagedPolicy) -> ManagedPolicy:
        before, resource = kept.before, there.resource
        if there.path != before.path:
            self._notes.leave(
                resource,
                f"a policy of that name is at path {there.path} now, not {before.path}",
                "delete that one, then restore again",
            )
            return there
        wanted, left, now = pieces_of(before), pieces_of(kept.left), pieces_of(there)
        changed: list[Piece] = []
        todo = {}
        for piece, value in wanted.items():
            kind = piece[0]
            if kind not in ("document", "tag") or now.get(piece) == value:
                continue
            was_taken = piece not in now and piece not in left
            if not was_taken and not is_of_the_run(piece, value, left.get(piece), now.get(piece)):
                changed.append(piece)
            todo[piece] = value
        named = self._choice.overwrite or before.name.lower() in self._choice.policies
        if changed and not named:
            self._notes.leave(
                resource,
                f"changed since the backup: {', '.join(map(label, changed))}",
                f"choose it by its name (policies: [{before.name}]) or give overwrite: true to put it back",
            )
            return there
        if before.description != there.description:
            self._notes.leave(
                resource,
                "its description differs, which IAM cannot change",
                "delete the policy and restore it, if the description matters",
            )
        restored = replace(
            there,
            document=todo.get(DOCUMENT, there.document),
            tags={**there.tags, **{name: value for (kind, name), value in todo.items() if kind == "tag"}},
        )
        return self._with_older(restored, kept, there)

    def _with_older(self, restored: ManagedPolicy, kept: Kept[ManagedPolicy], there: ManagedPolicy) -> ManagedPolicy:
        """The policy with the versions that the run deleted, up to the limit of versions."""
        known = {version.document.canonical for version in there.versions if version.document is not None}
        left = {version.document.canonical for version in (kept.left.versions if kept.left else ()) if version.document}
        spoken = {there.document.canonical, restored.document.canonical, *known, *left}
        gone = _older(kept.before, spoken)
        used = 1 + len(there.versions) + (restored.document != there.document)
        room = max(0, POLICY_VERSION_LIMIT - used)
        if len(gone) > room:
            names = ", ".join(version.id for version in gone[: len(gone) - room])
            self._notes.leave(
                there.resource,
                f"no room for older versions of the backup ({names}) under {POLICY_VERSION_LIMIT} versions",
                "delete versions of the policy, then restore again",
            )
        return replace(restored, versions=(*there.versions, *gone[len(gone) - room :]))


def _older(before: ManagedPolicy, spoken: set[str]) -> list[PolicyVersion]:
    """Versions besides the default one whose documents differ from the documents in `spoken`, oldest first."""
    found = []
    said = set(spoken)
    for version in before.versions:
        if version.document is not None and version.document.canonical not in said:
            said.add(version.document.canonical)
            found.append(PolicyVersion(f"{version.id} of the backup", version.document))
    return found


def grants_no_more(one: PolicyDocument, other: PolicyDocument) -> bool:
    """Whether a document certainly grants nothing that the other does not. If in doubt, false."""
    if one.content.get("Version") != other.content.get("Version"):
        return one == other
    allowed, denied = _texts(one.allowing), _texts(one.denying)
    return allowed <= _texts(other.allowing) and denied >= _texts(other.denying)


def _texts(statements: Iterable[Statement]) -> set[str]:
    return {statement.canonical_without_sid for statement in statements}
