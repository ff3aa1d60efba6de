# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as CSV, as a spreadsheet reads it."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.sheet import COLUMNS, as_sheet
from unit.plugins.plugin_utils.report.generated_fleet import report

pytestmark = pytest.mark.both_generations


def rows(shown: dict[str, Any]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_sheet(shown))))


def test_line_for_each_object_and_each_account_that_failed() -> None:
    shown = report(40)
    lines = rows(shown)
    assert tuple(lines[0]) == COLUMNS
    objects = [(account["host"], item["name"]) for account in shown["accounts"] for item in account["objects"]]
    assert [(line["host"], line["name"]) for line in lines if line["kind"] != "account"] == objects
    failed = [account["host"] for account in shown["accounts"] if account.get("failures")]
    assert failed
    assert [line["host"] for line in lines if line["kind"] == "account"] == failed
    assert all(
        line["message"] and line["status"] in ("failed", "unreachable") for line in lines if line["kind"] == "account"
    )


def test_what_stands_in_a_line() -> None:
    shown = report(40)
    account = next(account for account in shown["accounts"] if account["objects"])
    item = next(item for item in account["objects"] if item.get("findings") and item["status"] == "drifted")
    [line] = [line for line in rows(shown) if (line["host"], line["name"]) == (account["host"], item["name"])]
    assert line["account_id"] == account["account_id"]
    assert line["severity"] == item["severity"]
    assert line["drift"] == "inline_policies.data max_session_duration"
    assert line["findings"].split() == list(dict.fromkeys(finding["code"] for finding in item["findings"]))
    assert line["service_since"] == shown["services"][item["service"]]["since"]


@pytest.mark.parametrize("name", ["=1+1", "+cmd", "-2", "@SUM(A1)"])
def test_name_is_no_formula(name: str) -> None:
    shown = report(3)
    account = next(account for account in shown["accounts"] if account["objects"])
    account["objects"][0]["name"] = name
    assert f"'{name}" in [line["name"] for line in rows(shown)]


def test_message_with_quotes_and_lines_stays_one_field() -> None:
    shown = report(3)
    shown["accounts"][0]["failures"] = [{"task": "t", "message": 'a "b", c\nd; e'}]
    assert 'a "b", c\nd; e' in [line["message"] for line in rows(shown)]
