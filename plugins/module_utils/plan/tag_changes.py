# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Changes of tags, of roles and of policies alike, and which permissions depend on the tags of a role. Pure.

A policy can test the tags of the caller (`aws:PrincipalTag/KEY`) and of the resource (`aws:ResourceTag/KEY`,
`iam:ResourceTag/KEY`), in a condition or by a policy variable (IAM user guide, controlling access by tags).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..model import CurrentState, Identity, Role
from ..policy.document import PolicyDocument
from ..policy.statement import Statement
from ..resolve.desired_state import DesiredState
from .change import Change, ChangeKey, ChangeKind, Dimension, Effect, Part, Stage, always
from .plan import Step

_TEST = re.compile(r"(?:aws:principaltag|(?:aws|iam):resourcetag)/([^\"${}]+?)(?=[\"},])", re.IGNORECASE)
_OF_RESOURCE = re.compile(r"(?:aws|iam):resourcetag/", re.IGNORECASE)


@dataclass(frozen=True)
class _Test:
    holder: str
    statement: Statement
    of_resource: bool


@dataclass(frozen=True)
class TestedTags:
    """By the lower-case key of a tag, the statements that test it, each with the identity that has it."""

    tests: Mapping[str, tuple[_Test, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, state: CurrentState, desired: DesiredState) -> TestedTags:
        """The tests in every policy of the account, before and after."""
        tests: dict[str, list[_Test]] = {}
        for holder, document in _documents(state, desired):
            for statement in document.parsed if _TEST.search(document.text) else ():
                for match in _TEST.finditer(statement.text):
                    of_resource = _OF_RESOURCE.match(match.group()) is not None
                    tests.setdefault(match.group(1).lower(), []).append(_Test(holder, statement, of_resource))
        return cls({tag: tuple(found) for tag, found in tests.items()})

    def effects(self, role: Role, tags: Collection[str]) -> tuple[Effect, ...]:
        """The possible effect of writing these tags of a role: who is concerned may then be granted more, or less.

        These are the role, and every identity with a policy that tests the tags of the resource.
        """
        tested = [test for tag in {tag.lower() for tag in tags} for test in self.tests.get(tag, ())]
        concerned = {role.key} | {test.holder for test in tested if test.of_resource}
        statements = tuple(test.statement for test in tested if test.holder in concerned)
        if not statements:
            return ()
        return tuple(Effect(Dimension.TAGS, grows, frozenset(concerned), statements) for grows in (False, True))


def changes_tags(before: Identity | None, after: Identity | None) -> bool:
    return isinstance(before, Role) and isinstance(after, Role) and before.tags != after.tags


def _documents(state: CurrentState, desired: DesiredState) -> Iterator[tuple[str, PolicyDocument]]:
    """Every document of the account before and after, with the key of an identity that has it."""
    managed = [(policy.arn, policy.document) for policy in state.policies.values()]
    managed += [(policy.arn, policy.document) for policy in desired.policies.values() if policy is not None]
    holders: dict[str, set[str]] = {}
    for identity in (*state.identities.values(), *filter(None, desired.identities.values())):
        for arn in (*identity.managed, identity.boundary):
            holders.setdefault(arn or "", set()).add(identity.key)
        for document in identity.inline.values():
            yield identity.key, document
        if isinstance(identity, Role):
            yield identity.key, identity.trust
    for arn, document in managed:
        for key in holders.get(arn, {""}):
            yield key, document


def tag_changes(
    subject: str,
    resource: str,
    *,
    kind: str,
    target: Mapping[str, str],
    before: Mapping[str, str],
    after: Mapping[str, str],
    waits_for: frozenset[ChangeKey] = frozenset(),
    effects: Callable[[Collection[str]], tuple[Effect, ...]] = lambda tags: (),
) -> Iterator[Change]:
    """Changes of tags. Removed keys come first, since for IAM two keys that differ only by case are the same key.

    `waits_for` contains keys of changes that come before; `effects` is the effect of writing these tags.
    """
    gone = {key: before[key] for key in sorted(before) if key not in after}
    new = {key: after[key] for key in sorted(after) if before.get(key) != after[key]}
    replaced = {key: before[key] for key in new if key in before}
    untag = ChangeKey(ChangeKind.UNTAG, resource)
    rows: list[tuple[ChangeKey, str, dict[str, Any], str, dict[str, str], frozenset[ChangeKey]]] = []
    if gone:
        why = f"tags not declared: {', '.join(gone)}"
        rows.append((untag, f"Untag{kind}", {"TagKeys": list(gone)}, why, gone, waits_for))
    if new:
        waits = waits_for | {untag} if gone else waits_for
        why = f"tags differ: {', '.join(new)}"
        rows.append((ChangeKey(ChangeKind.TAG, resource), f"Tag{kind}", {"Tags": as_tags(new)}, why, replaced, waits))
    for key, action, parameters, reason, lost, after_keys in rows:
        removes = {"tags": lost} if lost else {}
        step = Step(action, resource, reason, subject, {**target, **parameters}, removes=removes)
        written = gone if key == untag else new
        yield Change(key, Stage.DESCRIBE, (Part(effects(written)),), always(step), subject, after=after_keys)


def as_tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": tags[key]} for key in sorted(tags)]
