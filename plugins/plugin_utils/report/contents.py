# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The files of a report in each format. Pure, except that formats read their own data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .formats.asff_list import as_asff_list
from .formats.findings_sheet import as_findings_sheet
from .formats.ocsf import as_ocsf
from .formats.sarif import as_sarif
from .html import as_page
from .sheet import as_sheet
from .statuses import Statuses

FORMATS: Mapping[str, tuple[str, ...]] = {
    "html": (".html",),
    "json": (".json",),
    "csv": (".csv", "-findings.csv"),
    "sarif": (".sarif",),
    "ocsf": (".ocsf.json",),
    "asff": (".asff.json",),
}
"""What follows the name of a report in the names of its files, by format."""


def contents(
    report: Mapping[str, Any], name: str, formats: Iterable[str], statuses: Statuses, region: str | None
) -> dict[str, str]:
    """The text of each file. `region` is that of AWS Security Hub, see `as_asff_list`."""
    chosen = list(formats)
    beside = [f"{name}{suffix}" for one in chosen if one != "html" for suffix in FORMATS[one]]
    found = {}
    for one in chosen:
        # Only the page needs the names of the files beside it, for its links.
        shown = {**report, "run": {**report["run"], "files": beside}} if one == "html" else report
        texts = _texts(one, shown, statuses, region)
        found.update({f"{name}{suffix}": text for suffix, text in zip(FORMATS[one], texts, strict=True)})
    return found


def _texts(chosen: str, report: Mapping[str, Any], statuses: Statuses, region: str | None) -> tuple[str, ...]:
    if chosen == "html":
        return (as_page(report, statuses),)
    if chosen == "csv":
        return as_sheet(report), as_findings_sheet(report)
    if chosen == "sarif":
        return (as_sarif(report),)
    if chosen == "ocsf":
        return (as_ocsf(report),)
    if chosen == "asff":
        return (as_asff_list(report, region),)
    return (json.dumps(report, ensure_ascii=False, separators=(",", ":")) + "\n",)
