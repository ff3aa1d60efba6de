# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The properties of an object that can identify a service, extracted once for all services. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from ..declare.policy_references import is_aws_managed
from ..model import Identity, ManagedPolicy, Role
from ..policy.document import PolicyDocument
from ..policy.statement import Statement


@dataclass(frozen=True)
class Evidence:
    """One user, group, role or customer managed policy, with what its traces are compared with."""

    subject: Identity | ManagedPolicy

    @cached_property
    def key(self) -> str:
        """The key of the object, which no other object of the account has."""
        return self.subject.key

    @cached_property
    def name(self) -> str:
        """The name in lower case."""
        return self.subject.name.lower()

    @cached_property
    def trusted(self) -> frozenset[str]:
        """The services that the trust policy of a role trusts."""
        return frozenset(trusted_services(self.subject)) if isinstance(self.subject, Role) else frozenset()

    @cached_property
    def managed(self) -> dict[str, str]:
        """For each AWS managed policy the part of its ARN after `policy/`, for each customer managed policy its ARN;
        sorted.
        """
        if not isinstance(self.subject, Identity):
            return {}
        return {
            arn.partition(":policy/")[2] if is_aws_managed(arn) else arn: arn for arn in sorted(self.subject.managed)
        }

    @cached_property
    def statements(self) -> list[Statement]:
        """The Allow statements of the policy, or of the inline policies of the identity by their names."""
        return [statement for document in self._documents() for statement in document.allowing]

    @cached_property
    def prefixes(self) -> list[tuple[frozenset[str], str]]:
        """The prefixes of the actions of each statement, each set once, with the first action that has them."""
        found: dict[frozenset[str], str] = {}
        for statement in self.statements:
            if statement.actions:
                found.setdefault(frozenset(map(prefix, statement.actions)), statement.actions[0])
        return list(found.items())

    @cached_property
    def every_prefix(self) -> frozenset[str]:
        return frozenset().union(*(prefixes for prefixes, _action in self.prefixes))

    @cached_property
    def tokens(self) -> frozenset[str]:
        """All texts that a trace without a pattern can be equal to, like `tokens` of the traces of a service."""
        inline = self.subject.inline if isinstance(self.subject, Identity) else ()
        of_role = (*_beginnings(self.subject.path), *self.subject.tags) if isinstance(self.subject, Role) else ()
        return frozenset({self.name, *self.trusted, *self.managed, *inline, *self.every_prefix, *of_role})

    def _documents(self) -> Iterable[PolicyDocument]:
        if isinstance(self.subject, ManagedPolicy):
            return [self.subject.document]
        return [self.subject.inline[name] for name in sorted(self.subject.inline)]


def trusted_services(role: Role) -> set[str]:
    """The services that the trust policy trusts."""
    return {
        value for statement in role.trust.allowing for kind, value in statement.principals or () if kind == "Service"
    }


def prefix(action: str) -> str:
    """The service of an action with its colon, in lower case; the whole text if it has none."""
    return action[: action.find(":") + 1].lower() or action


def _beginnings(path: str) -> list[str]:
    """A path and the paths that contain it, such as /a/ and /a/b/."""
    return [path[: index + 1] for index, letter in enumerate(path) if letter == "/" and index]
