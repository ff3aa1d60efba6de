# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published JSON Schema of the report, to check reports with."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SCHEMA = Path(__file__).parents[1] / "docs" / "report.schema.json"


def schema_problems(report: Any) -> list[str]:
    """Where a report is not as its schema says, and why."""
    return [f"{error.json_path}: {error.message[:300]}" for error in _validator().iter_errors(report)]


def checked_report(path: Path) -> dict[str, Any]:
    """The report in a file, which is as the schema says."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    problems = schema_problems(found)
    assert not problems, problems
    return found


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)
