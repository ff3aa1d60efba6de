# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts about AWS other than IAM's rules: which grants are risks, and which services have ended.

They are data on the controller (`plugin_utils/data/aws_facts`), which the action plugins pass to the modules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Grant:
    """A grant of an Allow statement: one of `actions` on a resource whose text matches the regular expression.

    A statement with a condition on one of the keys `unless` does not have the grant.
    """

    actions: tuple[str, ...]
    resources: str
    unless: frozenset[str] = frozenset()


@dataclass(frozen=True)
class TrustRule:
    """Whom the trust policy of a role must trust. All values that are set must apply.

    `service` is None for no service, empty for any.
    """

    service: frozenset[str] | None = None
    services: int = 0
    without: frozenset[str] = frozenset()
    anyone: bool = False
    ended: bool = False
    deleted: bool = False


@dataclass(frozen=True)
class FindingRule:
    """The condition of a finding, its severity, message and remedy."""

    code: str
    severity: str
    message: str
    remedy: str
    severity_if_ended: str = ""
    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    trusts: TrustRule | None = None
    reaches: tuple[str, ...] = ()
    others: bool = False
    replaces: tuple[str, ...] = ()


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
            grants={name: _grant(grant) for name, grant in rules.get("grants", {}).items()},
            findings=tuple(_finding_rule(rule) for rule in rules.get("findings", ())),
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


def _grant(content: Mapping[str, Any]) -> Grant:
    return Grant(
        actions=tuple(content["actions"]),
        resources=content["resources"],
        unless=frozenset(key.lower() for key in content.get("unless", ())),
    )


def _finding_rule(content: Mapping[str, Any]) -> FindingRule:
    lists = {key: tuple(content.get(key, ())) for key in ("all_of", "any_of", "reaches", "replaces")}
    return FindingRule(**{**content, **lists, "trusts": _trust_rule(content.get("trusts"))})


def _trust_rule(content: Mapping[str, Any] | None) -> TrustRule | None:
    if content is None:
        return None
    service = content.get("service")
    return TrustRule(
        service=None if service is None else frozenset(() if service == "any" else service),
        services=content.get("services", 0),
        without=frozenset(key.lower() for key in content.get("without", ())),
        anyone=content.get("anyone", False),
        ended=content.get("ended", False),
        deleted=content.get("deleted", False),
    )
