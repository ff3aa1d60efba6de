# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which events of CloudTrail start a check, and that nothing else of an event is passed on."""

from __future__ import annotations

import copy
import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml

EDA = Path(__file__).resolve().parents[3] / "extensions/eda"
FILTER = runpy.run_path(str(EDA / "plugins/event_filter/iam_changes.py"))  # as ansible-rulebook loads it
CASES = yaml.safe_load(Path(__file__).with_name("iam_changes.yml").read_text(encoding="utf-8"))
PATTERN = json.loads((EDA / "iam_change_events.json").read_text(encoding="utf-8"))
META = {"uuid": "1", "received_at": "2026-11-30T12:00:01Z"}
LONGEST_PATTERN = 2048
"""Characters of an event pattern (EventBridge User Guide, quotas)."""


def event(changes: dict[str, Any]) -> dict[str, Any]:
    body = copy.deepcopy(CASES["event"])
    for path, value in changes.items():
        *parents, last = path.split(".")
        part = body
        for parent in parents:
            part = part[parent]
        part[last] = value
        if value == "absent":
            del part[last]
    return {"body": body, "meta": META}


@pytest.mark.parametrize("name", CASES["changes"])
def test_changes_by_others_become_account_name_and_time(name: str) -> None:
    change = {"account_id": "111122223333", "event_name": "AttachRolePolicy", "event_time": "2026-11-30T11:59:58Z"}
    found = FILTER["main"](event(CASES["changes"][name]))
    assert found == {"meta": META, "iam_change": {**change, "by_role": ""}}


@pytest.mark.parametrize("name", CASES["ignored"])
def test_ignored_events_keep_nothing_but_the_reason(name: str) -> None:
    case = CASES["ignored"][name]
    assert FILTER["main"](event(case["with"])) == {"meta": META, "ignored": case["because"]}


@pytest.mark.parametrize("body", [None, "not JSON", [], 1, {}])
def test_a_message_that_is_no_event_is_ignored(body: Any) -> None:
    assert FILTER["main"]({"body": body, "meta": META})["ignored"] == "it is not an event of EventBridge"


def test_a_hostile_time_is_left_out() -> None:
    found = FILTER["main"](event({"detail.eventTime": "{{ 1 }}"}))
    assert found["iam_change"]["event_time"] == ""


@pytest.mark.parametrize("name", CASES["own"])
def test_a_change_with_our_user_agent_says_which_role_made_it(name: str) -> None:
    case = CASES["own"][name]
    found = FILTER["main"](event({"detail.userAgent": CASES["own_agent"], **case["with"]}))
    assert found["iam_change"]["by_role"] == case["role"]


def test_the_pattern_names_every_write_to_roles_policies_users_and_groups() -> None:
    iam = botocore.session.get_session().get_service_model("iam")
    reads = ("Get", "List", "Generate", "Simulate")
    objects = re.compile("Role|Polic|User|Group")
    others = {"DeleteAccountPasswordPolicy", "UpdateAccountPasswordPolicy"}
    writes = {name for name in iam.operation_names if objects.search(name) and not name.startswith(reads)} - others
    assert set(PATTERN["detail"]["eventName"]) == writes
    assert len(json.dumps(PATTERN)) <= LONGEST_PATTERN


@pytest.mark.parametrize(("template", "rule"), [("queue.yml", "ChangesOfThisAccount"), ("accounts.yml", "Changes")])
def test_the_templates_have_the_same_pattern(template: str, rule: str) -> None:
    resources = yaml.safe_load((EDA / "aws" / template).read_text(encoding="utf-8"))["Resources"]
    assert resources[rule]["Properties"]["EventPattern"] == PATTERN


def test_cloudformation_takes_the_templates() -> None:
    linter = Path(sys.executable).with_name("cfn-lint")
    templates = sorted((EDA / "aws").glob("*.yml"))
    done = subprocess.run([linter, *templates], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
