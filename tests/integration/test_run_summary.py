# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a terminal with 80 columns shows at the end of a run, and when new findings fail a run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.playbook_runs import Playbook
from integration.watched_runs import Shown, watched

from local_aws import LocalAws

pytestmark = pytest.mark.both_generations

AUDIT = "aws_ml.permissions.audit"
ADMINISTRATOR = "arn:aws:iam::aws:policy/IAMFullAccess"
PLAY = {
    "hosts": "all",
    "connection": "local",
    "gather_facts": False,
    "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
    "tasks": [
        {
            "name": "Audit, and summarize the run",
            "block": [{"name": "Audit", "aws_ml.permissions.iam_audit": {}, "register": "ours"}],
            "always": [
                {
                    "name": "Summarize",
                    "aws_ml.permissions.run_summary": {"results": ["ours"], "fail_on": "critical"},
                    "run_once": True,
                }
            ],
        }
    ],
}

Inventory = dict[str, Any]
Watch = Callable[..., Shown]


@pytest.fixture(scope="module")
def running_fleet() -> Iterator[LocalAws]:
    with LocalAws(members=4) as aws:
        yield aws


@pytest.fixture
def fleet(running_fleet: LocalAws) -> LocalAws:
    running_fleet.reset()
    return running_fleet


@pytest.fixture
def inventory(fleet: LocalAws) -> Inventory:
    """The first account cannot be entered, and the second has a dangerous leftover."""
    hosts = {
        one["name"]: {"aws_account_id": one["id"], "aws_assume_role_arn": one["role_arn"]} for one in fleet.members
    }
    hosts[next(iter(hosts))]["aws_assume_role_arn"] += "-of-nobody"
    leave(fleet, 1)
    return {"all": {"hosts": hosts}}


def leave(fleet: LocalAws, member: int) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "lookoutequipment.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    fleet.seed(
        fleet.members[member]["id"], role={"name": "l4e-role", "trust": trust, "managed_policies": [ADMINISTRATOR]}
    )


@pytest.fixture
def watch(fleet: LocalAws, tmp_path: Path) -> Watch:
    def run(playbook: str, inventory: Inventory, *options: str, **environment: str) -> Shown:
        return watched(tmp_path, playbook, inventory, options, {**fleet.environment(), **environment})

    return run


def recap(shown: Shown) -> dict[str, int]:
    """The number of failures of each host."""
    found = (re.match(r"(\S+) +: ok=.* failed=(\d+)", line) for line in shown.lines)
    return {match.group(1): int(match.group(2)) for match in found if match}


def test_the_summary_of_a_playbook(watch: Watch, fleet: LocalAws, inventory: Inventory) -> None:
    broken, dangerous, *others = inventory["all"]["hosts"]
    shown = watch(AUDIT, inventory, ANSIBLE_STRATEGY="free", ANSIBLE_CALLBACKS_ENABLED="aws_ml.permissions.progress")
    assert shown.rc == 2
    start = next(number for number, line in enumerate(shown.lines) if line.startswith("TASK [Summarize the run]")) + 1
    lines = shown.lines[start : shown.lines.index("", start)]
    first, *rest = lines
    assert re.fullmatch(r"aws_ml\.permissions: 4 accounts in \d+ s: 3 looked at, 1 failed", first)
    assert rest[2:5] == [
        "critical: 1 finding in 1 account",
        f"  service_administers_iam role/l4e-role: {dangerous}",
        "failed: 1 account",
    ]
    assert any(line.endswith(f": {broken}") for line in rest)
    assert "Next, to see what retiring the ended services would do:" in rest
    assert max(map(len, lines)) <= 80
    assert (
        sum(line.startswith("aws_ml.permissions: 4 accounts") for line in shown.lines) == 1
    )  # not by the callback too
    assert recap(shown) == {broken: 1, dangerous: 0, **dict.fromkeys(others, 0)}
    assert fleet.call_counts(fleet.members[2]["id"]) == {"GetAccountAuthorizationDetails": 1, "ListRoles": 1}


def test_the_summary_comes_when_all_hosts_fail_in_the_first_task(watch: Watch, inventory: Inventory) -> None:
    for host in inventory["all"]["hosts"].values():
        host["aws_ml_audit_whole_acount"] = True
    shown = watch(AUDIT, inventory)
    assert shown.rc == 2
    assert any(re.fullmatch(r"aws_ml\.permissions: 4 accounts in \d+ s: 4 failed", line) for line in shown.lines)
    assert any("did you mean aws_ml_audit_whole_account" in line for line in shown.lines)


@pytest.mark.parametrize("keywords", [{"strategy": "free"}, {"serial": 2}], ids=["free", "serial"])
def test_one_summary_with_any_strategy(watch: Watch, inventory: Inventory, keywords: dict[str, Any]) -> None:
    broken = next(iter(inventory["all"]["hosts"]))
    shown = watch(yaml.safe_dump([{**PLAY, **keywords}], explicit_start=True, sort_keys=False), inventory)
    assert shown.rc == 2
    assert sum(bool(re.match(r"aws_ml\.permissions: 4 accounts in", line)) for line in shown.lines) == 1
    failed = [host for host, number in recap(shown).items() if number]
    assert broken in failed and len(failed) == 2
    assert any('"msg": "There are critical findings (fail_on: critical): service_adm' in line for line in shown.lines)


def test_a_new_critical_finding_fails_the_run(fleet: LocalAws, inventory: Inventory, tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    environment = {"ANSIBLE_CALLBACKS_ENABLED": "aws_ml.permissions.report", "AWS_ML_REPORT_DIRECTORY": str(reports)}
    _broken, dangerous, other, *_rest = inventory["all"]["hosts"]
    del inventory["all"]["hosts"][_broken]
    variables = {"aws_ml_report_history": str(reports), "aws_ml_fail_on": "new_critical"}
    run = Playbook(tmp_path, fleet.environment())
    first = run(AUDIT, inventory, variables, environment={**environment, "AWS_ML_REPORT_NAME": "first"})
    assert first.rc == 0, first.failures()
    [shown] = first.results("Summarize the run").values()
    assert "new" not in shown["totals"] and shown["totals"]["findings"]["critical"] == 1
    leave(fleet, 2)
    second = run(AUDIT, inventory, variables, environment={**environment, "AWS_ML_REPORT_NAME": "second"})
    assert second.rc == 2
    [message] = second.failures().values()
    assert re.search(rf"new_critical\): service_administers_iam role/l4e-role in {other}\.", message)
    assert dangerous not in message
    [shown] = second.results("Summarize the run").values()
    assert shown["totals"]["new"] >= 1 and shown["totals"]["findings"]["critical"] == 2


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        (
            {"aws_ml_fail_on": "new_criticl", "aws_ml_compare_with": "missing.json"},
            ["did you mean new_critical?", "is not a file"],
        ),
        ({"aws_ml_fail_on": "new_high"}, ["there is nothing to compare with"]),
    ],
)
def test_what_cannot_work_is_refused_before_any_call(
    variables: dict[str, str], told: list[str], fleet: LocalAws, inventory: Inventory, tmp_path: Path
) -> None:
    fleet.clear_calls()
    run = Playbook(tmp_path, fleet.environment())(AUDIT, inventory, variables)
    assert run.rc != 0
    assert all(text in run.stdout + run.stderr for text in told)
    assert fleet.calls() == []
