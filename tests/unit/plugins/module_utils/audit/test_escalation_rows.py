# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every row of the escalation facts is found: where the service's identity is the administrator, and the attacker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.escalation_facts import StepFacts

from .accounts import KNOWLEDGE, audited
from .escalation_accounts import attacker, case

ROOT = Path(__file__).resolve().parents[5]
MISSES = {
    (one["row"], *way.split()): one["why"]
    for one in yaml.safe_load((Path(__file__).parent / "escalation_misses.yml").read_text(encoding="utf-8"))
    for way in one["misses"]
}
LEFT_OUT = yaml.safe_load((ROOT / "docs" / "escalation" / "left_out.yml").read_text(encoding="utf-8"))

# Sources that are not enough alone: a row known only to them does not count in the figures.
WEAK = {"own", "aws", "hacktricks", "pathfinding-lab", "pathfinding-pr"}

ROWS = KNOWLEDGE.escalation.steps
SERVICE = ["lookout_equipment"]
WHO = ("administrator", "attacker")
PATTERNS = ("named", "every")


def is_found(row: StepFacts, who: str, pattern: str) -> bool:
    """Whether the path of the row is reported, or that the attacker makes itself an administrator."""
    account, start, goal = case(row, who, named=pattern == "named")
    ends = {way["to"] for way in audited(account, services=SERVICE).escalation_paths if way["from"] == start}
    return goal in ends or (pattern == "every" and start in ends)


def cases() -> Iterator[tuple[StepFacts, str, str]]:
    return ((row, who, pattern) for row in ROWS for who in WHO for pattern in PATTERNS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_is_found(row: StepFacts) -> None:
    found = {(row.id, who, pattern): is_found(row, who, pattern) for who in WHO for pattern in PATTERNS}
    assert {place for place, is_there in found.items() if not is_there} == {
        place for place in MISSES if place[0] == row.id
    }


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_at_least_97_percent_of_what_others_know_is_found(who: str, pattern: str) -> None:
    counted = [row for row in ROWS if not WEAK.issuperset(row.sources) and row.category != "credential-access"]
    left_out = [one for one in LEFT_OUT["left_out"] if not one["id"].startswith(("x-", "s-", "e-"))]
    assert len(counted) >= 110 and not left_out
    missed = [row.id for row in counted if (row.id, who, pattern) in MISSES]
    assert len(missed) <= 0.03 * len(counted)


def test_everything_of_iam_vulnerable_is_found() -> None:
    rows = {row.id for row in ROWS if "iam-vulnerable" in row.sources}
    assert len(rows) == 34 and not rows & {row for row, _who, _pattern in MISSES}


@pytest.mark.parametrize("row", [row for row in ROWS if len(row.actions) > 1], ids=lambda row: row.id)
def test_a_row_needs_all_of_its_actions(row: StepFacts) -> None:
    """Without one of them the row is not reported, though another may be."""
    for missing in row.actions:
        account, start, _goal = case(row, "attacker", named=True)
        text = json.dumps(account)
        less = json.loads(text.replace(f'"{missing}"', '"none:None"'))
        ids = {
            name
            for way in audited(less, services=SERVICE).escalation_paths
            if way["from"] == start
            for name in way["ids"]
        }
        assert row.id not in ids


def test_every_row_says_what_the_documentation_shows() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert row.sources and row.note.endswith(".") and row.target
        assert bool(row.trusts) == (row.kind in ("pass", "enter"))
        assert ("iam:PassRole" in row.actions) == (row.kind == "pass")
    ids = {row.id for row in ROWS}
    for one in LEFT_OUT["left_out"]:
        assert one["id"] not in ids and one["reason"].endswith(".")
    lifting = {action for group in LEFT_OUT["restraints_left_out"] for action in group["actions"]}
    followed = {
        action for kinds in KNOWLEDGE.escalation.restraints.values() for one in kinds.values() for action in one
    }
    assert not lifting & followed


def test_the_steps_name_the_policy_and_the_actions() -> None:
    account, start, goal = case(next(row for row in ROWS if row.id == "lambda-001"), "administrator", named=True)
    [way] = audited(account, services=SERVICE).escalation_paths
    assert (way["from"], way["to"], way["severity"], way["conditions"]) == (start, goal, "critical", [])
    assert way["ids"] == ["lambda-001"]
    assert way["steps"] == [
        "user/dev can pass role/l4e-role to lambda.amazonaws.com and run code there with lambda:CreateFunction and"
        " lambda:InvokeFunction (inline policy dev)"
    ]


def test_nobody_without_rights_has_a_path() -> None:
    assert audited(attacker("dev", [{"Action": "s3:*", "Resource": "*"}])).escalation_paths == ()
