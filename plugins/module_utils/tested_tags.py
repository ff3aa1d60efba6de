# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which permissions depend on the tags of a role. Pure.

A policy can test the tags of who asks (`aws:PrincipalTag/KEY`) and of what is asked for (`aws:ResourceTag/KEY`,
`iam:ResourceTag/KEY`), in a condition or by a policy variable (IAM user guide, controlling access by tags).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from .change import Dimension, Effect
from .documents import PolicyDocument
from .model import AccountState, Identity, Role
from .target import Target

_TEST = re.compile(r"(?:aws:principaltag|(?:aws|iam):resourcetag)/([^\"${}]+?)(?=[\"},])", re.IGNORECASE)
_OF_RESOURCE = re.compile(r"(?:aws|iam):resourcetag/", re.IGNORECASE)


@dataclass(frozen=True)
class TestedTags:
    """Keys of tags in lower case, each with the identities whose policies test it on the role that is asked for."""

    readers: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, state: AccountState, target: Target) -> TestedTags:
        """What every policy of the account tests, before and after."""
        readers: dict[str, set[str]] = {}
        for key, document in _documents(state, target):
            for match in _TEST.finditer(document.text):
                found = readers.setdefault(match.group(1).lower(), set())
                if _OF_RESOURCE.match(match.group()) and key:
                    found.add(key)
        return cls({tag: frozenset(keys) for tag, keys in readers.items()})

    def effects(self, role: Role, tags: Collection[str]) -> tuple[Effect, ...]:
        """What it may do to write these tags of a role: who it concerns may then be granted more, or less."""
        tested = {tag.lower() for tag in tags} & self.readers.keys()
        if not tested:
            return ()
        concerned = frozenset({role.key}.union(*(self.readers[tag] for tag in tested)))
        return tuple(Effect(Dimension.TAGS, grows, concerned) for grows in (False, True))


def changes_tags(before: Identity | None, after: Identity | None) -> bool:
    return isinstance(before, Role) and isinstance(after, Role) and before.tags != after.tags


def _documents(state: AccountState, target: Target) -> Iterator[tuple[str, PolicyDocument]]:
    """Every document of the account before and after, with the key of an identity that holds it."""
    managed = [(policy.arn, policy.document) for policy in state.policies.values()]
    managed += [(policy.arn, policy.document) for policy in target.policies.values() if policy is not None]
    holders: dict[str, set[str]] = {}
    for identity in (*state.identities.values(), *filter(None, target.identities.values())):
        for arn in (*identity.managed, identity.boundary):
            holders.setdefault(arn or "", set()).add(identity.key)
        for document in identity.inline.values():
            yield identity.key, document
        if isinstance(identity, Role):
            yield identity.key, identity.trust
    for arn, document in managed:
        for key in holders.get(arn, {""}):
            yield key, document
