# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""A finding and its severity. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from ..errors import printable

MOST_EVIDENCE = 100
"""Entries in the evidence of one finding; of more, the number is given."""


class Severity(IntEnum):
    """How severe a finding is. The most severe is the least, so that it comes first in order."""

    CRITICAL = 0
    HIGH = 1
    MEDIUM = 2
    LOW = 3

    @classmethod
    def parse(cls, text: str) -> Severity:
        """The severity with this text. Raises KeyError where there is none."""
        return _BY_TEXT[text]

    @property
    def text(self) -> str:
        """The severity as rules and results write it, such as `critical`."""
        return self.name.lower()


_BY_TEXT = {severity.text: severity for severity in Severity}

SEVERITIES = tuple(_BY_TEXT)
"""The texts of all severities, the most severe first."""

ESCALATION_PATH, REACHED_BY_ESCALATION = "escalation_path", "reached_by_escalation"
"""The codes of the findings about privilege escalation paths, which only an audit has."""


@dataclass(frozen=True)
class Finding:
    """One danger of one object, such as `role/l4e-role`. The texts are one printable line each.

    `service` names the services that the object belongs to; it is None where the task does not know of services.
    `evidence` is what the finding is based on, such as `account:111122223333`: if it grows, the finding became worse.
    `accepted` are the waivers that concern the finding, see `waivers`.
    """

    severity: Severity
    code: str
    resource: str
    message: str
    remedy: str
    service: str | None = None
    evidence: tuple[str, ...] = ()
    accepted: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("resource", "message", "remedy"):
            object.__setattr__(self, name, printable(getattr(self, name)))
        object.__setattr__(self, "evidence", tuple(map(printable, self.evidence)))

    @property
    def is_accepted(self) -> bool:
        """Whether a waiver accepts the finding."""
        return "waiver" in self.accepted

    def shown(self) -> dict[str, Any]:
        """The finding as a result shows it."""
        values: dict[str, Any] = {
            "severity": self.severity.text,
            "code": self.code,
            "resource": self.resource,
            "message": self.message,
            "remedy": self.remedy,
            "evidence": list(self.evidence),
            **self.accepted,
        }
        return values if self.service is None else {**values, "service": self.service}


def evidence(texts: Iterable[str] = (), **names: Iterable[str]) -> tuple[str, ...]:
    """The evidence of a finding from texts, and names by their kind; of many, some and the number of the rest."""
    found = sorted({*texts, *(f"{kind}:{name}" for kind, some in names.items() for name in some)})
    found = [printable(text) for text in found]
    rest = len(found) - MOST_EVIDENCE
    return (*found[:MOST_EVIDENCE], f"more:{rest}") if rest > 0 else tuple(found)


def most_severe_first(found: Iterable[Finding]) -> list[Finding]:
    """The findings by severity, then by resource and code."""
    return sorted(found, key=lambda one: (one.severity, one.resource, one.code))
