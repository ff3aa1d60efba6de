# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Facts about AWS other than IAM's rules: risky grants, the rules of findings, and services that have ended. Pure.

They are data on the controller (`plugin_utils/data/aws_facts`), which the action plugins pass to the modules. Each rule
of `finding_rules.yml` has the type of its condition. The types say what a rule asks for; `matchers` has the function
that looks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .finding import Severity


@dataclass(frozen=True)
class Grant:
    """What an Allow statement grants: one of `actions` on a resource that is written like the regular expression.

    A statement with a condition on one of the keys `unless` does not grant it.
    """

    actions: tuple[str, ...]
    resources: str
    unless: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> Grant:
        return cls(
            actions=tuple(content["actions"]),
            resources=content["resources"],
            unless=frozenset(key.lower() for key in content.get("unless", ())),
        )


@dataclass(frozen=True)
class TrustsAnyone:
    """The trust policy of a role trusts anyone, without a condition."""


@dataclass(frozen=True)
class TrustsDeletedPrincipal:
    """The trust policy that is there names the id of a role or user that was deleted."""


@dataclass(frozen=True)
class TrustsServices:
    """The trust policy of a role trusts at least `number` services of `names`, which is empty for any service.

    With `ended`, only services that have ended count. Statements with a condition on one of the keys `without` do not.
    """

    names: frozenset[str] = frozenset()
    number: int = 1
    without: frozenset[str] = frozenset()
    ended: bool = False


@dataclass(frozen=True)
class HasGrants:
    """The policies grant every one of `names`, or one of them. With `trusts`, a role has to trust such services too."""

    names: tuple[str, ...]
    every: bool = True
    trusts: TrustsServices | None = None


@dataclass(frozen=True)
class ReachesRoles:
    """The policies have the grants, and with them a role that grants one of `reached` may be passed to a service."""

    grants: HasGrants
    reached: tuple[str, ...]


@dataclass(frozen=True)
class SharedWithRoles:
    """The same grants and trusted services are found with other roles of the account too."""

    grants: HasGrants


TrustCondition: TypeAlias = "TrustsAnyone | TrustsDeletedPrincipal | TrustsServices"
"""Conditions on the trust policy alone."""

Condition: TypeAlias = "TrustCondition | HasGrants | ReachesRoles | SharedWithRoles"


@dataclass(frozen=True)
class FindingRule:
    """When something is found, how severe it is, and what is said of it.

    `severity_if_ended` is the severity where roles are passed only to services that have ended. `replaces` are the
    codes of findings of the same object that this one makes needless.
    """

    code: str
    severity: Severity
    message: str
    remedy: str
    condition: Condition
    severity_if_ended: Severity | None = None
    replaces: tuple[str, ...] = ()

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> FindingRule:
        """Read one rule. Raises ValueError for keys that do not go together, and for unknown ones."""
        given = dict(content)
        if_ended = given.pop("severity_if_ended", None)
        return cls(
            code=given.pop("code"),
            severity=Severity.parse(given.pop("severity")),
            message=given.pop("message"),
            remedy=given.pop("remedy"),
            severity_if_ended=None if if_ended is None else Severity.parse(if_ended),
            replaces=tuple(given.pop("replaces", ())),
            condition=_condition(given),
        )


_KEYS_OF_GRANTS = frozenset({"all_of", "any_of", "trusts", "reaches", "others"})
_KEYS_OF_SERVICES = frozenset({"service", "services", "without", "ended"})


def _condition(given: Mapping[str, Any]) -> Condition:
    """The condition of a rule, from what it has beside its code and texts."""
    if set(given) == {"trusts"}:
        return _trust_condition(given["trusts"])
    if (
        ("all_of" in given) == ("any_of" in given)
        or {"reaches", "others"} <= set(given)
        or set(given) - _KEYS_OF_GRANTS
    ):
        raise ValueError(f"not a condition of findings: {dict(given)}")
    trusts = _trust_condition(given["trusts"]) if "trusts" in given else None
    if not isinstance(trusts, TrustsServices | None):
        raise ValueError(f"not a condition together with grants: {given['trusts']}")
    every = "all_of" in given
    grants = HasGrants(tuple(given["all_of" if every else "any_of"]), every, trusts)
    if "reaches" in given:
        return ReachesRoles(grants, tuple(given["reaches"]))
    return SharedWithRoles(grants) if given.get("others") else grants


def _trust_condition(given: Mapping[str, Any]) -> TrustCondition:
    if given == {"anyone": True}:
        return TrustsAnyone()
    if given == {"deleted": True}:
        return TrustsDeletedPrincipal()
    if not given or set(given) - _KEYS_OF_SERVICES:
        raise ValueError(f"not a condition on a trust policy: {dict(given)}")
    names = given.get("service", "any")
    return TrustsServices(
        names=frozenset(() if names == "any" else names),
        number=given.get("services", 1),
        without=frozenset(key.lower() for key in given.get("without", ())),
        ended=given.get("ended", False),
    )


@dataclass(frozen=True)
class ServiceLife:
    """A service and its state: `open`, `closed` (existing customers only) or `ended`, since a day (ISO 8601).

    `since` is empty if AWS does not publish the day on which it closed. `principals` belong to this service alone.
    """

    name: str
    state: str
    since: str = ""
    principals: tuple[str, ...] = ()

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> ServiceLife:
        return cls(**{**content, "principals": tuple(content.get("principals", ()))})


@dataclass(frozen=True)
class AwsFacts:
    """`aws_policies` maps names of AWS managed policies to their grants, with the services that get passed roles."""

    grants: Mapping[str, Grant] = field(default_factory=dict)
    findings: tuple[FindingRule, ...] = ()
    aws_policies: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    services: Mapping[str, ServiceLife] = field(default_factory=dict)

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> AwsFacts:
        """Read the content of the files in `aws_facts`, one key for each file."""
        rules = content.get("finding_rules", {})
        policies: dict[str, dict[str, frozenset[str]]] = {}
        for grant, holders in content.get("aws_policies", {}).items():
            for policy, services in (holders if isinstance(holders, Mapping) else dict.fromkeys(holders, ())).items():
                policies.setdefault(policy, {})[grant] = frozenset(services)
        return cls(
            grants={name: Grant.parse(grant) for name, grant in rules.get("grants", {}).items()},
            findings=tuple(FindingRule.parse(rule) for rule in rules.get("findings", ())),
            aws_policies=policies,
            services={key: ServiceLife.parse(service) for key, service in content.get("services", {}).items()},
        )

    def ended_principals(self) -> frozenset[str]:
        return frozenset(
            principal
            for service in self.services.values()
            if service.state == "ended"
            for principal in service.principals
        )
