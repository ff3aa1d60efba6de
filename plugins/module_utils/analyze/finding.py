# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""A finding and its severity. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from ..errors import printable


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


@dataclass(frozen=True)
class Finding:
    """One danger of one object, such as `role/l4e-role`. The texts are one printable line each.

    `service` names the services that the object belongs to; it is None where the task does not know of services.
    """

    severity: Severity
    code: str
    resource: str
    message: str
    remedy: str
    service: str | None = None

    def __post_init__(self) -> None:
        for name in ("resource", "message", "remedy"):
            object.__setattr__(self, name, printable(getattr(self, name)))

    def shown(self) -> dict[str, str]:
        """The finding as a result shows it."""
        values = {
            "severity": self.severity.text,
            "code": self.code,
            "resource": self.resource,
            "message": self.message,
            "remedy": self.remedy,
        }
        return values if self.service is None else {**values, "service": self.service}


def most_severe_first(found: Iterable[Finding]) -> list[Finding]:
    """The findings by severity, then by resource and code."""
    return sorted(found, key=lambda one: (one.severity, one.resource, one.code))
