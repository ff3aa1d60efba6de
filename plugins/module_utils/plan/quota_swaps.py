# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Cases in which a quota requires removals before additions: what is removed first, and the effect. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..limits import Quotas
from ..model import Identity
from .change import Change, ChangeKey, ChangeKind, Dimension
from .ordering import Rule, broken_rules


@dataclass(frozen=True)
class Shortage:
    """Changes of one identity that have to `go` before others `come`, because of a quota."""

    identity: Identity
    quota: str
    go: tuple[Change, ...]
    come: tuple[Change, ...]

    def pairs(self) -> Iterator[tuple[ChangeKey, ChangeKey]]:
        """Pairs of change keys, of which the first change has to come before the second."""
        return ((gone.key, new.key) for gone in self.go for new in self.come)

    def warnings(self) -> Iterator[str]:
        """What is wrong between these writes; none if they cannot apply to the same request."""
        broken = {rule for gone in self.go for new in self.come for rule in broken_rules(gone, new)}
        gone, new = (", ".join(str(change.key) for change in changes) for changes in (self.go, self.come))
        who = f"{self.identity.kind} {self.identity.name}"
        if broken & {Rule.NO_GAP, Rule.RIGHT_DOCUMENT}:
            yield (
                f"{who} has no space under {self.quota} to add before removing: for a moment it lacks what both {gone}"
                f" and {new} grant"
            )
        if broken & {Rule.NO_EXCESS, Rule.RIGHT_DOCUMENT}:
            yield (
                f"{who} has no space under {self.quota} to add before removing: for a moment it has permissions that"
                f" both {gone} and {new} deny"
            )


def shortages_of(before: Identity, after: Identity, changes: Sequence[Change], quotas: Quotas) -> Iterator[Shortage]:
    """The shortages of one identity."""
    own = [change for change in changes if change.subject == before.key]
    yield from _of_attachments(before, after, own, quotas)
    yield from _of_inline_policies(before, after, own, quotas)


def _of_attachments(before: Identity, after: Identity, own: Sequence[Change], quotas: Quotas) -> Iterator[Shortage]:
    attached = [change for change in own if change.key.kind is ChangeKind.ATTACH]
    # A removed denial comes last: without it the identity has more, without a grant it has less.
    detached = sorted((change for change in own if change.key.kind is ChangeKind.DETACH), key=_denies)
    limit = quotas.attached_policies[before.kind]
    surplus = len(before.managed | after.managed) - limit
    if surplus > 0 and attached and detached:
        quota = f"the quota of {limit} managed policies"
        yield Shortage(before, quota, tuple(detached[:surplus]), tuple(attached))


def _of_inline_policies(before: Identity, after: Identity, own: Sequence[Change], quotas: Quotas) -> Iterator[Shortage]:
    sizes = {
        name: (_size(before, name), _size(after, name))
        for name in sorted({*before.inline, *after.inline})
        if before.inline.get(name) != after.inline.get(name)
    }
    changes = {change.key.detail: change for change in own if change.key.kind is ChangeKind.INLINE_POLICY}
    limit = quotas.inline_size[before.kind]
    unchanged = sum(document.size for name, document in after.inline.items() if name not in sizes)
    shrinking = [changes[name] for name, (old, new) in sizes.items() if new < old]
    growing = [changes[name] for name, (old, new) in sizes.items() if new > old]
    if unchanged + sum(map(max, sizes.values())) > limit and shrinking and growing:
        quota = f"the quota of {limit} characters of inline policies"
        yield Shortage(before, quota, tuple(shrinking), tuple(growing))


def _denies(change: Change) -> bool:
    return any(effect.dimension is Dimension.DENY for part in change.parts for effect in part.effects)


def _size(identity: Identity, name: str) -> int:
    return identity.inline[name].size if name in identity.inline else 0
