# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The statuses and severities of a report, and which of several is shown for the whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ansible.module_utils.common.yaml import yaml_load
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import SEVERITIES

_FILE = Path(__file__).parent / "page" / "statuses.yml"


@dataclass(frozen=True)
class Statuses:
    """`statuses.yml`: name to label, glyph, tone and meaning, the most important status first."""

    known: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls) -> Statuses:
        return cls(yaml_load(_FILE.read_text(encoding="utf-8")))

    def rank(self, status: str) -> int:
        """0 for the most important; a status that is not known comes last."""
        return list(self.known).index(status) if status in self.known else len(self.known)

    def tone(self, status: str) -> str:
        return self.known[status]["tone"] if status in self.known else "attention"


def worst(severities: Iterable[str | None]) -> str | None:
    """The worst of some severities, None if there are none."""
    found = set(severities)
    return next((severity for severity in SEVERITIES if severity in found), None)
