# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Whether a run is an occasion for a message, by its totals. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Totals = Mapping[str, Any]
"""`totals` of the result of run_summary: `statuses`, `writes`, `planned`, and with a comparison `new` and `worse`.

`failed` is true if the run failed, such as by `aws_ml_fail_on`.
"""


def _has_failed(totals: Totals) -> bool:
    return bool(totals.get("failed") or (totals.get("statuses") or {}).get("failed"))


def _has_changes(totals: Totals) -> bool:
    statuses = totals.get("statuses") or {}
    return bool(
        totals.get("writes")
        or totals.get("planned")
        or any(statuses.get(status) for status in ("changed", "would change", "drifted"))
    )


def _has_new(totals: Totals) -> bool:
    return bool(totals.get("new") or totals.get("worse"))


OCCASIONS: Mapping[str, Callable[[Totals], bool]] = {
    "always": lambda totals: True,
    "changes": _has_changes,
    "new": _has_new,
    "failed": _has_failed,
}


def is_occasion(wanted: Iterable[str], totals: Totals) -> bool:
    """Whether one of the wanted occasions is there."""
    return any(OCCASIONS[occasion](totals) for occasion in wanted)


def level_of(totals: Totals) -> str:
    """How serious the run is, in the words of apprise."""
    if _has_failed(totals):
        return "failure"
    return "warning" if _has_new(totals) else "info"
