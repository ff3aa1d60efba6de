# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The format of a report, and whether data has the parts that are read from an earlier one. Pure.

`docs/report.schema.json` of the collection describes a report completely.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import SEVERITIES
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import shown

FORMAT = "aws_ml.permissions report"
FORMAT_VERSION = 1


def form_problem(report: object) -> str:
    """Why data is not a report that this release can read, "" if it is one. The text follows the name of the file."""
    if not isinstance(report, Mapping) or report.get("format") != FORMAT:
        return f'is not a report of aws_ml.permissions: "format" is not {shown(FORMAT)}.'
    version = report.get("format_version")
    if version != FORMAT_VERSION or isinstance(version, bool):
        newer = isinstance(version, int) and version > FORMAT_VERSION
        remedy = "update the collection aws_ml.permissions" if newer else "give a report that this release wrote"
        return f"has format_version {shown(version)}, but this release reads {FORMAT_VERSION}. To fix: {remedy}."
    wrong = next(_wrong_parts(report), None)
    return f"is a damaged report: {wrong}. To fix: give another report." if wrong else ""


def _wrong_parts(report: Mapping[str, Any]) -> Iterator[str]:
    """What is not of the right kind, each with its place."""
    for name in ("run", "totals"):
        if not isinstance(report.get(name), Mapping):
            yield f"{name} is not an object"
    accounts = report.get("accounts")
    if not isinstance(accounts, list):
        yield "accounts is not a list"
        return
    for index, account in enumerate(accounts):
        place = f"accounts[{index}]"
        if not isinstance(account, Mapping) or not _has_texts(account, ("host", "outcome")):
            yield f"{place} is not an account with host and outcome"
            continue
        scope = account.get("looked_at", {})
        if not isinstance(scope, Mapping) or not isinstance(scope.get("services", []), list):
            yield f"{place}.looked_at is not an object with a list of services"
        yield from _wrong_findings(account, place)
        objects = account.get("objects")
        if not isinstance(objects, list):
            yield f"{place}.objects is not a list"
            continue
        for number, item in enumerate(objects):
            if not isinstance(item, Mapping) or not _has_texts(item, ("kind", "name")):
                yield f"{place}.objects[{number}] is not an object with kind and name"
            else:
                yield from _wrong_findings(item, f"{place}.objects[{number}]")


def _wrong_findings(holder: Mapping[str, Any], place: str) -> Iterator[str]:
    findings = holder.get("findings", [])
    if not isinstance(findings, list):
        yield f"{place}.findings is not a list"
        return
    for index, finding in enumerate(findings):
        if (
            not isinstance(finding, Mapping)
            or not _has_texts(finding, ("code", "resource"))
            or finding.get("severity") not in SEVERITIES
        ):
            yield f"{place}.findings[{index}] is not a finding with code, resource and severity"


def _has_texts(value: Mapping[str, Any], keys: tuple[str, ...]) -> bool:
    return all(isinstance(value.get(key), str) for key in keys)
