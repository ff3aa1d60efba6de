# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The calls by which one identity can act as another, as data. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ServiceWork:
    """How a caller runs work in a service: by calls that take a role, and by calls that take over `what` runs."""

    starts: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    what: str = ""


@dataclass(frozen=True)
class EscalationFacts:
    """`audit_facts/escalation.yml`."""

    services: Mapping[str, ServiceWork] = field(default_factory=dict)
    pass_role: str = "iam:PassRole"
    assume: str = "sts:AssumeRole"
    takes_over: tuple[str, ...] = ()
    grants_to: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> EscalationFacts:
        if not content:
            return cls()
        return cls(
            services={
                name: ServiceWork(tuple(work["starts"]), tuple(work.get("uses", ())), work.get("what", ""))
                for name, work in content["services"].items()
            },
            pass_role=content["pass"],
            assume=content["assume"],
            takes_over=tuple(content["takes_over"]),
            grants_to={kind: tuple(actions) for kind, actions in content["grants_to"].items()},
        )

    def actions(self) -> list[str]:
        """Every action that matters here."""
        of_services = [action for work in self.services.values() for action in (*work.starts, *work.uses)]
        granting = [action for actions in self.grants_to.values() for action in actions]
        return sorted({self.pass_role, self.assume, *self.takes_over, *granting, *of_services})
