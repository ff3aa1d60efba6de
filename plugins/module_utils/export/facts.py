# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What an export knows beside the account: the facts of audits, and the services of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..audit.facts import AuditFacts
from ..catalogue.parser import Parser
from ..catalogue.parts import PROFILES
from ..catalogue.service import ServiceDefinition
from ..converge.task import RunContext


@dataclass(frozen=True)
class ExportFacts:
    """`services` are those that an account can be converged to, by name."""

    audit: AuditFacts = field(default_factory=AuditFacts)
    services: Mapping[str, ServiceDefinition] = field(default_factory=dict)

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> ExportFacts:
        """Read the facts of an audit and, as `definitions`, the content of the files of each service."""
        definitions: Mapping[str, Mapping[str, Any]] = content.get("definitions", {})
        return cls(
            AuditFacts.parse(content),
            {
                name: Parser(name, files).service()
                for name, files in definitions.items()
                if any(profile in files for profile in PROFILES)
            },
        )

    @classmethod
    def of(cls, context: RunContext) -> ExportFacts:
        """What the controller has passed on to a task."""
        given = context.audit_facts
        if isinstance(given, cls):
            return given
        return cls.parse(given) if isinstance(given, Mapping) else cls(AuditFacts(context.facts))
