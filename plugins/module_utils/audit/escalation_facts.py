# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The steps with which one identity can act as another, as data. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

PASS_ROLE = "iam:PassRole"
ASSUME_ROLE = "sts:AssumeRole"

_OF_AWS = frozenset({"aws", "iam", "sts", "saml"})


@dataclass(frozen=True)
class StepFacts:
    """One row of `steps`: all of `actions` are needed, and `reads` are not. `kind` is its `step`."""

    id: str
    category: str
    kind: str
    actions: tuple[str, ...]
    trusts: tuple[str, ...] = ()
    passed_to: tuple[str, ...] = ()
    target: str = ""
    depends: str = ""
    sources: tuple[str, ...] = ()
    note: str = ""
    reads: tuple[str, ...] = ()

    @classmethod
    def parse(cls, row: Mapping[str, Any]) -> StepFacts:
        trusts = tuple(row.get("trusts", ()))
        return cls(
            id=row["id"],
            category=row["category"],
            kind=row["step"],
            actions=tuple(row["actions"]),
            trusts=trusts,
            passed_to=tuple(row.get("passed_to", trusts)),
            target=row["target"],
            depends=row.get("depends", ""),
            sources=tuple(row["sources"]),
            note=row["note"],
            reads=tuple(row.get("reads", ())),
        )

    @cached_property
    def other_actions(self) -> tuple[str, ...]:
        """The actions without the one that passes the role."""
        return tuple(action for action in self.actions if action != PASS_ROLE)


@dataclass(frozen=True)
class EscalationFacts:
    """`audit_facts/escalation.yml`. Condition keys are in lower case."""

    steps: tuple[StepFacts, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    chosen: frozenset[str] = frozenset()
    omitted: frozenset[str] = frozenset()
    chosen_by_outsiders: frozenset[str] = frozenset()
    omitted_by_outsiders: frozenset[str] = frozenset()
    administration: tuple[str, ...] = ()
    resource_services: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    restraints: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> EscalationFacts:
        if not content:
            return cls()
        return cls(
            steps=tuple(map(StepFacts.parse, content["steps"])),
            values=dict(content["direct_call"]["values"]),
            absent=tuple(content["direct_call"]["absent"]),
            chosen=_lower(content["chosen_by_callers"]),
            omitted=_lower(content["omitted_by_callers"]),
            chosen_by_outsiders=_lower(content["chosen_by_outsiders"]),
            omitted_by_outsiders=_lower(content["omitted_by_outsiders"]),
            administration=tuple(content["administration"]),
            resource_services={name: tuple(names) for name, names in content["resource_services"].items()},
            restraints={
                name: {kind: tuple(actions) for kind, actions in kinds.items()}
                for name, kinds in content["restraints"].items()
            },
        )

    def is_chosen(self, key: str) -> bool:
        """Whether the caller chooses the value of a condition key: a parameter of the call, or one of the listed."""
        name = key.partition("/")[0]
        prefix = name.partition(":")[0]
        if prefix in _OF_AWS:
            return name in self.chosen
        # The keys of an identity provider begin with its host name.
        return "resourcetag" not in name and "." not in prefix

    def is_chosen_outside(self, key: str) -> bool:
        """The same for a caller in another account."""
        return key.partition("/")[0] in self.chosen_by_outsiders or self.is_chosen(key)

    def services_of(self, action: str) -> tuple[str, ...]:
        """The services in the ARNs of what an action is done to."""
        service = action.partition(":")[0]
        return self.resource_services.get(service, (service,))

    def of_kind(self, kind: str) -> tuple[StepFacts, ...]:
        return self._by_kind.get(kind, ())

    @cached_property
    def _by_kind(self) -> dict[str, tuple[StepFacts, ...]]:
        kinds = dict.fromkeys(step.kind for step in self.steps)
        return {kind: tuple(step for step in self.steps if step.kind == kind) for kind in kinds}

    @cached_property
    def actions(self) -> tuple[str, ...]:
        """Every action that matters here, sorted."""
        of_steps = (action for step in self.steps for action in step.actions)
        lifting = (action for kinds in self.restraints.values() for actions in kinds.values() for action in actions)
        return tuple(sorted({*of_steps, *lifting, *self.administration}))


def _lower(keys: Iterable[str]) -> frozenset[str]:
    return frozenset(key.lower() for key in keys)
