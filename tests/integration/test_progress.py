# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person sees of a run over several accounts: the lines of the callback plugin, and the writes with -v."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.awx_jobs import Awx
from integration.playbook_runs import Playbook
from integration.watched_runs import Shown, watched
from preloaded_ansible import ANSIBLE

from local_aws import LocalAws

pytestmark = pytest.mark.both_generations

ACCOUNTS = 8
EXTERNAL_ID = "hush-1618033988"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
DANGER = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}
ROLE = {"name": "worker", "assume_role_policy_document": TRUST, "inline_policies": {"Danger": DANGER}}
WRITES = ["CreateRole role/worker (absent)", "PutRolePolicy role/worker (inline policy Danger absent)"]
CRITICAL = "service_administers_iam role/worker"
PROGRESS = {"ANSIBLE_CALLBACKS_ENABLED": "aws_ml.permissions.progress", "ANSIBLE_AWS_ML_PROGRESS_INTERVAL": "1"}

Inventory = dict[str, Any]
Watch = Callable[..., Shown]


@pytest.fixture(scope="module")
def running_fleet() -> Iterator[LocalAws]:
    with LocalAws(members=ACCOUNTS) as aws:
        yield aws


@pytest.fixture
def fleet(running_fleet: LocalAws) -> Iterator[LocalAws]:
    running_fleet.reset()
    yield running_fleet
    running_fleet.set(latency=0)


@pytest.fixture
def inventory(fleet: LocalAws) -> Inventory:
    hosts = {
        member["name"]: {"aws_account_id": member["id"], "aws_assume_role_arn": member["role_arn"]}
        for member in fleet.members
    }
    return {"all": {"hosts": hosts, "vars": {"aws_external_id": EXTERNAL_ID}}}


@pytest.fixture
def mixed(fleet: LocalAws, inventory: Inventory) -> Inventory:
    """The first account cannot be entered, the second has nothing yet, the others are in sync."""
    hosts = inventory["all"]["hosts"]
    first, *others = hosts
    hosts[first]["aws_assume_role_arn"] += "-of-nobody"
    for host in others[1:]:
        iam = fleet.client("iam", account=hosts[host]["aws_account_id"])
        iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST))
        iam.put_role_policy(RoleName="worker", PolicyName="Danger", PolicyDocument=json.dumps(DANGER))
    return inventory


@pytest.fixture
def watch(fleet: LocalAws, tmp_path: Path) -> Watch:
    """`watch(playbook, inventory, *options, **environment)` gives what ansible-playbook shows, as it shows it."""

    def run(playbook: str, inventory: Inventory, *options: str, **environment: str) -> Shown:
        shown = watched(tmp_path, playbook, inventory, options, {**fleet.environment(), **PROGRESS, **environment})
        assert EXTERNAL_ID not in "\n".join(shown.lines) + shown.stderr
        assert "is silent" not in shown.stderr
        return shown

    return run


def play(*tasks: dict[str, Any], **keywords: Any) -> str:
    content = {"hosts": "all", "connection": "local", "gather_facts": False, "tasks": list(tasks), **keywords}
    return yaml.safe_dump([content], explicit_start=True)


def role(**keywords: Any) -> dict[str, Any]:
    return {"name": "Make a role", "aws_ml.permissions.iam_role": ROLE, **keywords}


def joined(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines)


def test_lines_while_it_runs_and_a_summary(watch: Watch, fleet: LocalAws, mixed: Inventory) -> None:
    fleet.set(latency=0.5)
    shown = watch(play(role()), mixed)
    assert shown.rc == 2
    broken, made, *others = mixed["all"]["hosts"]
    assert len(shown.progress) >= 3
    assert all(line.startswith("aws_ml.permissions: ") and " of 8 accounts" in line for line in shown.progress)
    assert any("1 failed" in line for line in shown.progress)
    first, calls, *rest = shown.summary
    assert first == "aws_ml.permissions: 8 accounts in N s: 6 in sync, 1 changed, 1 failed"
    assert calls == "  2 writes: CreateRole 1, PutRolePolicy 1"
    assert re.fullmatch(r"  \d+ AWS calls", rest[0])
    assert rest[1:3] == ["  7 findings: 7 critical", "critical: 7 findings in 7 accounts"]
    named = " ".join(line.strip() for line in rest[3 : rest.index("failed: 1 account")])
    assert named == f"{CRITICAL}: {', '.join(sorted([made, *others]))}"
    assert re.search(rf"AssumeRole for arn:\S+-of-nobody failed: AccessDenied: .*: {broken}", joined(rest))
    assert rest[-5:] == [
        "changes of access: 1 account",
        f"  lambda.amazonaws.com may now assume role/worker: {made}",
        f"  role/worker gains iam:* on every resource: {made}",
        "written: 1 account",
        f"  role/worker CreateRole, PutRolePolicy: {made}",
    ]
    assert all(len(line) <= 80 for line in shown.lines if line.startswith(("aws_ml", "  ")))


def test_lines_come_at_once_into_a_pipe_too(watch: Watch, fleet: LocalAws, inventory: Inventory) -> None:
    fleet.set(latency=0.5)
    host = next(iter(inventory["all"]["hosts"]))
    shown = watch(play(role()), inventory, "--limit", host)
    second, line = next(timed for timed in shown.timed if timed[1].startswith("aws_ml.permissions: "))
    assert re.fullmatch(rf"aws_ml\.permissions: 0 of 1 account; \d s, waiting for {host}", line)
    assert shown.second(f"changed: [{host}]") - second > 1


def test_check_mode_says_what_would_be(watch: Watch, mixed: Inventory) -> None:
    shown = watch(play(role()), mixed, "--check", "-v")
    made = list(mixed["all"]["hosts"])[1]
    assert shown.summary[:2] == [
        "aws_ml.permissions: 8 accounts in N s: 6 in sync, 1 would change, 1 failed",
        "  2 writes to make: CreateRole 1, PutRolePolicy 1",
    ]
    assert [line for line in shown.lines if line.startswith(f"<{made}>")] == [
        f"<{made}> would {write}" for write in WRITES
    ]


def test_the_writes_come_as_they_are_made(watch: Watch, fleet: LocalAws, mixed: Inventory) -> None:
    fleet.set(latency=0.4)
    broken, made, *others = mixed["all"]["hosts"]
    shown = watch(play(role()), mixed, "-v", PYTHONUNBUFFERED="1")
    assert [line for line in shown.lines if re.match(r"<.*> .*role/", line)] == [
        f"<{made}> {write}" for write in WRITES
    ]
    assert shown.second(f"changed: [{made}]") - shown.second(f"<{made}> {WRITES[0]}") > 0.4
    assert sorted(line for line in shown.lines if line.startswith("ok: ")) == sorted(f"ok: [{host}]" for host in others)
    assert any(line.startswith(f"fatal: [{broken}]: FAILED! => {{") for line in shown.lines)


def test_the_whole_result_is_shown_from_vvv_on(watch: Watch, inventory: Inventory) -> None:
    shown = watch(play(role()), inventory, "--check", "-vvv")
    assert "\n".join(shown.lines).count('"plan_id": ') == ACCOUNTS
    watched = watch(play(role()), inventory, "--check", "-vv")
    assert "plan_id" not in "\n".join(watched.lines)


def test_a_module_in_its_own_interpreter_reports_its_writes_when_it_ends(
    watch: Watch, inventory: Inventory, tmp_path: Path
) -> None:
    python = ANSIBLE.executable(tmp_path / "python")
    host = next(iter(inventory["all"]["hosts"]))
    shown = watch(play(role()), inventory, "-v", "--limit", host, "-e", f"ansible_python_interpreter={python}")
    assert [line for line in shown.lines if line.startswith(f"<{host}>")] == [f"<{host}> {write}" for write in WRITES]
    assert f"changed: [{host}]" in shown.lines
    assert shown.summary[0] == "aws_ml.permissions: 1 account in N s: 1 changed"


def test_verbosity_leaves_no_trace_in_what_is_registered(watch: Watch, inventory: Inventory) -> None:
    keys = {
        "name": "Look",
        "ansible.builtin.assert": {"that": "made.keys() | select('match', '_ansible') | length == 0"},
    }
    shown = watch(play(role(register="made"), keys), inventory, "-v", "--check")
    assert shown.rc == 0, shown.lines


def test_what_a_task_hides_is_counted_and_not_shown(watch: Watch, mixed: Inventory) -> None:
    shown = watch(play(role(no_log=True)), mixed, "-v")
    assert "role/worker" not in "\n".join(shown.lines)
    assert shown.summary == [
        "aws_ml.permissions: 8 accounts in N s: 6 in sync, 1 changed, 1 failed",
        "failed: 1 account",
        f"  hidden by no_log: {next(iter(mixed['all']['hosts']))}",
    ]


def test_a_loop_and_a_look_are_of_one_account(watch: Watch, inventory: Inventory) -> None:
    host = next(iter(inventory["all"]["hosts"]))
    looped = {
        "name": "Make roles",
        "aws_ml.permissions.iam_role": {"name": "{{ item }}", "assume_role_policy_document": TRUST},
        "loop": ["one", "two"],
    }
    look = {"name": "Look", "aws_ml.permissions.iam_baseline_info": {"roles": [ROLE]}}
    shown = watch(play(looped, look), inventory, "--limit", host)
    assert shown.summary[:3] == [
        "aws_ml.permissions: 1 account in N s: 1 drifted",
        "  2 writes: CreateRole 2",
        "  2 writes to make: CreateRole 1, PutRolePolicy 1",
    ]


def test_accounts_are_those_that_have_a_service(watch: Watch, fleet: LocalAws, inventory: Inventory) -> None:
    """One with two services counts once; one whose variables are refused is reported too."""
    fleet.set(latency=0.3)
    one, two, three, wrong, *nothing = inventory["all"]["hosts"]
    services = {one: ["deeplens"], two: ["deeplens", "panorama"], three: ["panorama"], wrong: ["deeplens"]}
    for host, variables in inventory["all"]["hosts"].items():
        variables["aws_ml_services"] = services.get(host, [])
    inventory["all"]["hosts"][wrong]["deeplens_iam_profile"] = "generous"
    shown = watch("aws_ml.permissions.site", inventory, "--check")
    assert nothing
    converging = [line for line in shown.progress if "checked" not in line]
    assert {line.partition(" of ")[2].split(",")[0] for line in converging} == {"4 accounts"}
    [first] = [line for line in shown.lines if line.startswith("aws_ml.permissions: 4 accounts in ")]
    assert first.endswith(": 3 would change, 1 failed")  # once: the playbook shows the summary, and not the callback
    assert re.search(rf"deeplens_iam_profile.*: {wrong}", joined(shown.summary))


def test_a_run_without_these_modules_is_left_alone(watch: Watch, inventory: Inventory) -> None:
    shown = watch(play({"ansible.builtin.debug": {"msg": "hello"}}), inventory)
    assert "aws_ml.permissions" not in "\n".join(shown.lines) + shown.stderr


def test_an_interval_of_zero_leaves_the_summary(watch: Watch, fleet: LocalAws, inventory: Inventory) -> None:
    fleet.set(latency=0.3)
    shown = watch(play(role()), inventory, "--check", ANSIBLE_AWS_ML_PROGRESS_INTERVAL="0")
    assert shown.progress == []
    assert shown.summary[0] == "aws_ml.permissions: 8 accounts in N s: 8 would change"


def test_a_wrong_interval_does_not_disturb_the_run(watch: Watch, inventory: Inventory) -> None:
    shown = watch(play(role()), inventory, "--check", ANSIBLE_AWS_ML_PROGRESS_INTERVAL="often")
    assert shown.rc == 0
    assert "Traceback" not in shown.stderr
    assert "interval" in shown.stderr


def test_json_on_stdout_stays_json(playbook: Playbook, fleet: LocalAws, inventory: Inventory, tmp_path: Path) -> None:
    run = Playbook(tmp_path, fleet.environment())(play(role()), inventory, environment=PROGRESS, check=True)
    assert run.stdout.startswith("{")
    assert "aws_ml.permissions: 8 accounts in" in run.stderr


def test_ansible_runner_gets_plain_lines(fleet: LocalAws, mixed: Inventory, tmp_path: Path) -> None:
    fleet.set(latency=0.5)
    hosts = mixed["all"]["hosts"]
    imported = {"_meta": {"hostvars": hosts}, "all": {"hosts": list(hosts), "vars": mixed["all"]["vars"]}}
    project = {"play.yml": play(role())}
    awx = Awx(tmp_path, imported, {**fleet.environment(), **PROGRESS}, project, {})
    job = awx.job("play.yml", verbosity=1)
    assert job.rc == 2
    made = list(hosts)[1]
    plain = re.sub(r"\x1b\[[0-9;]*m", "", job.printed).replace("\r", "").splitlines()
    assert sum(" of 8 accounts" in line for line in plain) >= 3
    assert [line for line in plain if line.startswith("aws_ml") and "in sync" in line]
    assert f"<{made}> {WRITES[0]}" in plain
    assert "\r" not in "".join(event["stdout"].replace("\r\n", "") for event in job.events)
    assert job.changed == [made]
    assert EXTERNAL_ID not in job.kept
