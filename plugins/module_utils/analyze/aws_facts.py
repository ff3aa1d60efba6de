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

from ..policy.document import PolicyDocument
from .asked_requests import Grant
from .caller_choices import ConditionKeys
from .finding import Severity


@dataclass(frozen=True)
class TrustsAnyone:
    """A user of an account that nobody names may assume the role, or somebody with a token that anybody can get."""


@dataclass(frozen=True)
class TrustsOtherAccount:
    """An account that the trust policy names, and that is not the role's own, may assume the role."""


@dataclass(frozen=True)
class TrustsDeletedPrincipal:
    """The trust policy that is there names the id of a role or user that was deleted."""


@dataclass(frozen=True)
class TrustsServices:
    """At least `number` services of `names`, which is empty for any service, may assume the role.

    With `ended`, only services that have ended count; with `for_others`, only those that may assume it where they work
    for an account that nobody names.
    """

    names: frozenset[str] = frozenset()
    number: int = 1
    for_others: bool = False
    ended: bool = False


@dataclass(frozen=True)
class HasGrants:
    """An identity has every grant of `names`, or one of them. With `trusts`, a role has to trust such callers too."""

    names: tuple[str, ...]
    every: bool = True
    trusts: TrustsServices | TrustsOtherAccount | None = None


@dataclass(frozen=True)
class ReachesRoles:
    """An identity has the grants, and with them a role that has one of `reached` may be passed to a service."""

    grants: HasGrants
    reached: tuple[str, ...]


@dataclass(frozen=True)
class SharedWithRoles:
    """The same grants and trusted services are found with other roles of the account too."""

    grants: HasGrants


TrustCondition: TypeAlias = "TrustsAnyone | TrustsOtherAccount | TrustsDeletedPrincipal | TrustsServices"
"""Conditions on the trust policy alone."""

Condition: TypeAlias = "TrustCondition | HasGrants | ReachesRoles | SharedWithRoles"


@dataclass(frozen=True)
class FindingRule:
    """When something is found, how severe it is, and what is said of it.

    `severity_if_ended` is the severity where roles are passed only to services that have ended, and
    `severity_if_conditional` that of a match which depends on conditions; without it, such a match is no finding.
    `replaces` are the codes of findings of the same object that this one makes needless.
    """

    code: str
    severity: Severity
    message: str
    remedy: str
    condition: Condition
    severity_if_ended: Severity | None = None
    severity_if_conditional: Severity | None = None
    replaces: tuple[str, ...] = ()

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> FindingRule:
        """Read one rule. Raises ValueError for keys that do not go together, and for unknown ones."""
        given = dict(content)
        others = {name: given.pop(name, None) for name in ("severity_if_ended", "severity_if_conditional")}
        return cls(
            code=given.pop("code"),
            severity=Severity.parse(given.pop("severity")),
            message=given.pop("message"),
            remedy=given.pop("remedy"),
            replaces=tuple(given.pop("replaces", ())),
            condition=_condition(given),
            **{name: None if text is None else Severity.parse(text) for name, text in others.items()},
        )


_KEYS_OF_GRANTS = frozenset({"all_of", "any_of", "trusts", "reaches", "others"})
_KEYS_OF_SERVICES = frozenset({"service", "services", "for_others", "ended"})


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
    if not isinstance(trusts, TrustsServices | TrustsOtherAccount | None):
        raise ValueError(f"not a condition together with grants: {given['trusts']}")
    every = "all_of" in given
    grants = HasGrants(tuple(given["all_of" if every else "any_of"]), every, trusts)
    if "reaches" in given:
        return ReachesRoles(grants, tuple(given["reaches"]))
    return SharedWithRoles(grants) if given.get("others") else grants


def _trust_condition(given: Mapping[str, Any]) -> TrustCondition:
    if given == {"anyone": True}:
        return TrustsAnyone()
    if given == {"other_account": True}:
        return TrustsOtherAccount()
    if given == {"deleted": True}:
        return TrustsDeletedPrincipal()
    if not given or set(given) - _KEYS_OF_SERVICES:
        raise ValueError(f"not a condition on a trust policy: {dict(given)}")
    names = given.get("service", "any")
    return TrustsServices(
        names=frozenset(() if names == "any" else names),
        number=given.get("services", 1),
        for_others=given.get("for_others", False),
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
    """`aws_policies` are documents of AWS managed policies by name, abridged to what `grants` ask."""

    grants: Mapping[str, Grant] = field(default_factory=dict)
    findings: tuple[FindingRule, ...] = ()
    keys: ConditionKeys = field(default_factory=ConditionKeys)
    aws_policies: Mapping[str, PolicyDocument] = field(default_factory=dict)
    services: Mapping[str, ServiceLife] = field(default_factory=dict)

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> AwsFacts:
        """Read the content of the files in `aws_facts`, one key for each file."""
        rules = content.get("finding_rules", {})
        return cls(
            grants={name: Grant.parse(grant) for name, grant in rules.get("grants", {}).items()},
            findings=tuple(FindingRule.parse(rule) for rule in rules.get("findings", ())),
            keys=ConditionKeys.parse(content.get("condition_keys", {})),
            aws_policies={
                name: PolicyDocument({"Version": "2012-10-17", "Statement": statements})
                for name, statements in content.get("aws_policies", {}).items()
            },
            services={key: ServiceLife.parse(service) for key, service in content.get("services", {}).items()},
        )

    def aws_policies_in(self, partition: str) -> Mapping[str, PolicyDocument]:
        """The documents of AWS's policies in a partition, where their ARNs are of that partition."""
        if partition == "aws":
            return self.aws_policies
        return {
            name: PolicyDocument.parse(document.text.replace('"arn:aws:', f'"arn:{partition}:'))
            for name, document in self.aws_policies.items()
        }

    def ended_principals(self) -> frozenset[str]:
        return frozenset(
            principal
            for service in self.services.values()
            if service.state == "ended"
            for principal in service.principals
        )
