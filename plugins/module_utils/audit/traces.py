# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The traces that show that something in an account belongs to a service. Pure.

The traces are data (`services/*/traces.yml`); `services/README.md` says what each key and strength means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..errors import printable
from ..model import Identity, ManagedPolicy

ALONE, WITH_PRINCIPAL, SUPPORTING = "alone", "with_principal", "supporting"

Subject = Identity | ManagedPolicy
Strengths = Mapping[str, str]
"""How strong each value is."""


@dataclass(frozen=True)
class Trace:
    """One property that shows a service.

    `by` is name, trust_principal, attached_policy, inline_policy, action, resource, tag, path or linked; `strength` is
    alone, with_principal or supporting.
    """

    by: str
    value: str
    strength: str

    def shown(self) -> dict[str, str]:
        return {"by": self.by, "value": self.value, "strength": self.strength}


@dataclass(frozen=True)
class ServiceTraces:
    """The traces of one service. Names are in lower case; `meant` maps a misspelled name to the right one.

    `parts` are those values of `by` that, in a role that is not the service's own, show only that something is left
    over.
    """

    principals: Strengths = field(default_factory=dict)
    roles: Strengths = field(default_factory=dict)
    role_patterns: Strengths = field(default_factory=dict)
    policies: Strengths = field(default_factory=dict)
    policy_patterns: Strengths = field(default_factory=dict)
    aws_policies: Strengths = field(default_factory=dict)
    inline_policies: Strengths = field(default_factory=dict)
    people: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()
    resources: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    paths: tuple[str, ...] = ()
    linked: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    meant: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> ServiceTraces:
        """Read the traces of one service from its traces.yml."""
        roles = {strength: dict(names) for strength, names in content.get("roles", {}).items()}
        misspelt = {
            wrong.lower(): name for names in roles.values() for name, others in names.items() for wrong in others
        }
        named = {
            name.lower(): strength
            for strength, names in roles.items()
            for right, others in names.items()
            for name in (right, *others)
        }
        aws_policies = dict(content.get("aws_policies", {}))
        people = frozenset(aws_policies.pop("people", ()))
        return cls(
            principals=_by_value(content.get("principals")),
            roles=named,
            role_patterns=_by_value(content.get("role_patterns")),
            policies={name.lower(): strength for name, strength in _by_value(content.get("policies")).items()},
            policy_patterns=_by_value(content.get("policy_patterns")),
            aws_policies=_by_value(aws_policies),
            inline_policies=_by_value(content.get("inline_policies")),
            people=people,
            actions=frozenset(f"{prefix}:" for prefix in content.get("actions", ())),
            resources=tuple(content.get("resources", ())),
            tags=tuple((tag["key"], tag["value"]) for tag in content.get("tags", ())),
            paths=tuple(content.get("paths", ())),
            linked=frozenset(content.get("linked", ())),
            parts=frozenset(content.get("parts", ())),
            meant=misspelt,
        )

    @cached_property
    def needs_everything(self) -> bool:
        """Whether some of the traces are neither in `tokens` nor patterns of names."""
        return bool(self.resources or self.linked)

    @cached_property
    def tokens(self) -> frozenset[str]:
        """Texts of which every object of the service has one, unless it has a policy that belongs to the service."""
        strong = (self.principals, self.aws_policies, self.inline_policies)
        alone = {name for names in strong for name, strength in names.items() if strength == ALONE}
        tags = [key for key, _value in self.tags]
        return frozenset({*alone, *self.roles, *self.policies, *self.actions, *self.paths, *tags})

    @property
    def own_principals(self) -> frozenset[str]:
        """The principals that only the service uses."""
        return frozenset(name for name, strength in self.principals.items() if strength == ALONE)


@dataclass(frozen=True)
class LeftOver:
    """What a service has left in a role of another owner: its place, as in `drift`, and what to do.

    `policy` is the name of the inline policy that contains it, empty if none does; `trusted` is True for a part of the
    trust policy.
    """

    place: str
    value: str
    remedy: str
    policy: str = ""
    trusted: bool = False

    def shown(self) -> dict[str, str]:
        return {"place": printable(self.place), "value": printable(self.value), "remedy": printable(self.remedy)}


NO_SERVICE = ""
"""The service of what belongs to none, in an audit of a whole account."""


@dataclass(frozen=True)
class Found:
    """An object of the account that belongs to a service, with all traces that show this.

    If it has `left_over`, the role has another owner, and only these parts belong to the service.
    """

    service: str
    subject: Subject
    traces: tuple[Trace, ...]
    left_over: tuple[LeftOver, ...] = ()

    @property
    def kind(self) -> str:
        return self.subject.kind if isinstance(self.subject, Identity) else "policy"


def is_enough(told: Sequence[Trace]) -> bool:
    """Whether these traces are enough to show that an object belongs to their service."""
    strengths = {trace.strength for trace in told}
    principal = any(trace.by == "trust_principal" for trace in told)
    return ALONE in strengths or (WITH_PRINCIPAL in strengths and principal)


def _by_value(content: Mapping[str, Sequence[str]] | None) -> dict[str, str]:
    return {value: strength for strength, values in (content or {}).items() for value in values}
