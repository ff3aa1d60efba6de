# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable

DOCUMENTATION = r"""
name: retirement_summary
version_added: 1.0.0
short_description: Summarize in a few lines what a retirement did, or why it refused
description:
  - Converts the result of M(aws_ml.permissions.iam_retire) to a heading, and a line for each object or refusal.
positional: _input
options:
  _input:
    description: The result of M(aws_ml.permissions.iam_retire), including that of a failure.
    type: dict
    required: true
  planned:
    description: Whether it was a run in check mode.
    type: bool
    default: false
author: aws_ml.permissions contributors (@aws-ml)
"""

EXAMPLES = r"""
---
- name: Show what was retired
  ansible.builtin.debug:
    msg: "{{ aws_ml_retire | aws_ml.permissions.retirement_summary(planned=ansible_check_mode) }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""

STEPS = ("quarantined", "removed", "waiting", "kept")


class FilterModule:
    """The filter of this file's name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"retirement_summary": retirement_summary}


def retirement_summary(result: Mapping[str, Any], planned: bool = False) -> list[str]:
    """A heading, and a line for each object or refusal. Raises AnsibleFilterError."""
    return [printable(line) for line in _lines(result, planned)]


def _lines(result: Mapping[str, Any], planned: bool) -> list[str]:
    if not isinstance(result, Mapping) or not {"retired", "refusals", "msg"} & set(result):
        raise AnsibleFilterError("retirement_summary takes the result of aws_ml.permissions.iam_retire")
    account = f"account {result['account_id']}" if "account_id" in result else "this account"
    if "refusals" in result:
        rows = [(one["resource"], one["code"], one["reason"], one["override"]) for one in result["refusals"]]
        number = "1 refusal" if len(rows) == 1 else f"{len(rows)} refusals"
        lines = [line for row in rows for line in (f"{row[0]}  {row[1]}: {row[2]}", f"    {row[3]}")]
        return [f"{account}: nothing was written, {number}", *lines]
    if "retired" not in result:
        lines = result["msg"].splitlines()
        return [line if index else f"{account}: {line}" for index, line in enumerate(lines)]
    head = f"{account}: {_counted(result['retired'], planned)}{_kept_in(result)}"
    return [head, *_rows(result["retired"])]


def _counted(items: list[Mapping[str, Any]], planned: bool) -> str:
    numbers = {step: sum(item["step"] == step for item in items) for step in STEPS}
    would = "would be " if planned else ""
    told = {"quarantined": f"{would}quarantined", "removed": f"{would}removed"}
    counts = [f"{number} {told.get(step, step)}" for step, number in numbers.items() if number]
    return ", ".join(counts) or "nothing to retire"


def _kept_in(result: Mapping[str, Any]) -> str:
    backup = result.get("backup")
    return f"; backup in {backup['path']}" if backup else ""


def _rows(items: list[Mapping[str, Any]]) -> list[str]:
    """A line for each object, in columns, with its note below."""
    ordered = sorted(items, key=lambda item: (STEPS.index(item["step"]), item["resource"]))
    rows = [
        (item["step"], item["resource"], f"until {item['until'][:10]}" if item["until"] else "-", item["reason"])
        for item in ordered
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    notes = [[f"    {item['note']}"] if item["note"] else [] for item in ordered]
    return [told for line, note in zip(lines, notes, strict=True) for told in (line, *note)]
