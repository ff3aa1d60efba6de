# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Facts about AWS other than IAM's rules: which grants are risks, and which services have ended.

They are data on the controller (`plugin_utils/data/aws_facts`), which the action plugins pass to the modules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..policy.document import PolicyDocument
from .condition_keys import ConditionKeys
from .finding_rules import FindingRule
from .grant_questions import Grant


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

    def ended_principals(self) -> frozenset[str]:
        return frozenset(
            principal
            for service in self.services.values()
            if service.state == "ended"
            for principal in service.principals
        )
