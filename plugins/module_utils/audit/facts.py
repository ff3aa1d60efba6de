# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What an audit knows in addition to `aws_facts`: traces of services, their profiles, and what AWS's policies allow.

It is data on the controller (`plugin_utils/data/audit_facts`). Only audits get it, because it is large.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..analyze.aws_facts import AwsFacts
from ..converge.task import RunContext
from ..policy.document import PolicyDocument
from .escalation_facts import EscalationFacts
from .profile_forms import Profile, profiles_of
from .traces import ServiceTraces

AUDIT_FILES = ("aws_policy_rights", "escalation", "profiles", "traces")
"""The files of `audit_facts`. Their content is available under their names, next to that of `aws_facts`."""


@dataclass(frozen=True)
class AuditFacts:
    """`aws_policies` are documents of AWS's policies by name, abridged to what `escalation.yml` is about."""

    knowledge: AwsFacts = field(default_factory=AwsFacts)
    traces: Mapping[str, ServiceTraces] = field(default_factory=dict)
    profiles: tuple[Profile, ...] = ()
    escalation: EscalationFacts = field(default_factory=EscalationFacts)
    aws_policies: Mapping[str, PolicyDocument] = field(default_factory=dict)

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> AuditFacts:
        """Read the content of the files in `aws_facts` and `audit_facts`, one key for each file."""
        return cls(
            knowledge=AwsFacts.parse(content),
            traces={service: ServiceTraces.parse(traces) for service, traces in content.get("traces", {}).items()},
            profiles=profiles_of(content.get("profiles", ())),
            escalation=EscalationFacts.parse(content.get("escalation", {})),
            aws_policies={
                name: PolicyDocument({"Version": "2012-10-17", "Statement": statements})
                for name, statements in content.get("aws_policy_rights", {}).items()
            },
        )

    @classmethod
    def of(cls, context: RunContext) -> AuditFacts:
        """What the controller has passed on to a task."""
        given = context.audit_facts
        if isinstance(given, cls):
            return given
        return cls.parse(given) if isinstance(given, Mapping) else cls(context.facts)

    def principal_states(self) -> dict[str, str]:
        """The state of each service by its principal: `open` for principals that other services work through."""
        through = {principal: "open" for traces in self.traces.values() for principal in traces.principals}
        lives = self.knowledge.services.values()
        own = {principal: service.state for service in lives for principal in service.principals}
        return {**through, **own}
