# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The findings of a whole report as records for other programs, with accepted ones and escalation paths.

Pure, except that it reads its own data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ansible.module_utils.common.yaml import yaml_load
from ansible_collections.aws_ml.permissions.plugins.module_utils.finding_formats.records import (
    Record,
    arns_of,
    code_title,
    evidence_records,
    partition_of,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.finding_list import findings_of_account

_FOLDER = Path(__file__).parent
_WHOSE = ("host", "ou", "owner")


@cache
def severities() -> Mapping[str, Mapping[str, Any]]:
    """`severities.yml`: each severity in the terms of the formats, the most severe first."""
    loaded: Mapping[str, Mapping[str, Any]] = yaml_load((_FOLDER / "severities.yml").read_text(encoding="utf-8"))
    return loaded


def severity(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """The severity of a record in the terms of the formats; a severity that is not known counts as the lowest."""
    known = severities()
    return known.get(str(record["severity"]), known["low"])


@cache
def finding_codes() -> Mapping[str, Mapping[str, str]]:
    """`finding_codes.yml`: the `meaning` and the highest `severity` of each code."""
    loaded: Mapping[str, Mapping[str, str]] = yaml_load((_FOLDER / "finding_codes.yml").read_text(encoding="utf-8"))
    return loaded


def meaning_of(code: str) -> str:
    """What a code means in a sentence; its words for a code of another release."""
    return finding_codes().get(code, {}).get("meaning") or f"{code_title(code)}."


def report_records(report: Mapping[str, Any]) -> list[Record]:
    """Every finding and every other escalation path, by account, each with `partition`."""
    return [record for account in report["accounts"] for record in _account_records(account)]


def gone_records(report: Mapping[str, Any]) -> list[Record]:
    """The findings that are gone since the report that this one was compared with."""
    gone = (report.get("comparison") or {}).get("gone") or ()
    return [record for finding in gone for record in _records([finding], (), (), finding)]


def _account_records(account: Mapping[str, Any]) -> list[Record]:
    paths = account.get("escalation_paths") or ()
    return _records(findings_of_account(account), paths, account["objects"], account)


def _records(
    findings: Iterable[Mapping[str, Any]],
    paths: Iterable[Mapping[str, Any]],
    objects: Sequence[Mapping[str, Any]],
    account: Mapping[str, Any],
) -> list[Record]:
    whose = {key: str(account.get(key) or "") for key in ("account_id", *_WHOSE)}
    given = {**whose, "partition": partition_of(arns_of(objects))}
    return [{**record, **given} for record in evidence_records(findings, paths, objects, given)]
