# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A part of the table by the real ansible-playbook, in one run, in check mode and without."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from bad_case import READS, SECRETS, BadCase, all_cases, in_account, matches
from ground import Ground
from preloaded_ansible import ANSIBLE

from local_aws import LocalAws

pytestmark = pytest.mark.both_generations

SHOWN = [case for case in all_cases() if case.in_playbook]
RESULTS = "results.json"


def task(case: BadCase, number: int, check_mode: bool, options: Mapping[str, Any]) -> dict[str, Any]:
    """The case as a task whose failure is kept."""
    return {
        "name": case.name,
        f"aws_ml.permissions.{case.module}": dict(options),
        "register": f"result_{number}_{check_mode}",
        "ignore_errors": True,
        "check_mode": check_mode,
    }


def run(
    tasks: list[dict[str, Any]], folder: Path, aws: LocalAws, *, in_worker: bool = True
) -> tuple[str, dict[str, Any]]:
    """Run the tasks as one play; what ansible-playbook said, and the registered results."""
    python = sys.executable if in_worker else str(ANSIBLE.executable(folder / "python"))
    interpreter = json.dumps({"ansible_python_interpreter": python})
    registered = [task["register"] for task in tasks]
    template = "{{ {" + ", ".join(f"'{name}': {name}" for name in registered) + "} | to_json }}"
    keep = {"ansible.builtin.copy": {"content": template, "dest": str(folder / RESULTS)}, "no_log": True}
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [*tasks, keep]}
    playbook = folder / "playbook.yml"
    playbook.write_text(yaml.safe_dump([play], sort_keys=False, allow_unicode=True), encoding="utf-8")
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    done = ANSIBLE.run(
        [program, "-i", "localhost,", "-c", "local", "-e", interpreter, "-vvv", "--diff", str(playbook)],
        timeout=300,
        cwd=folder,
        env={**os.environ, **aws.environment(), "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "false"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr, json.loads((folder / RESULTS).read_text(encoding="utf-8"))


@pytest.mark.parametrize("in_worker", [True, False], ids=["worker", "module"])
def test_the_same_messages_by_ansible_playbook(ground: Ground, tmp_path: Path, in_worker: bool) -> None:
    for case in SHOWN:  # one account in which every case of the playbook holds
        ground.give(case.given)
    tasks = [
        task(case, number, check_mode, {**ground.entry, **in_account(case.options, ground.account)})
        for number, case in enumerate(SHOWN)
        for check_mode in (True, False)
    ]
    said, results = run(tasks, tmp_path, ground.aws, in_worker=in_worker)
    for number, case in enumerate(SHOWN):
        msg, problems = case.expected(ground.account)
        for check_mode in (False,) if case.problems_in_check_mode is not None else (True, False):
            result = results[f"result_{number}_{check_mode}"]
            assert result["failed"], case.name
            assert not result["changed"], case.name
            assert result.get("problems", []) == problems
            assert matches(msg, result["msg"].partition(" module: ")[2] or result["msg"]), result["msg"]
    assert [secret for secret in SECRETS if secret in said + str(results)] == []
    assert "Traceback" not in said
    assert [call for call in ground.aws.call_counts() if not call.startswith(READS)] == []


def test_a_date_is_a_version(ground: Ground, tmp_path: Path) -> None:
    """YAML reads an unquoted 2012-10-17 as a date; it counts as the version that it looks like."""
    trust = yaml.safe_load("""
        Version: 2012-10-17
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
    """)
    document = yaml.safe_load("""
        Version: 2012-10-17
        Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: "*"}]
    """)
    options = {"name": "worker", "assume_role_policy_document": trust, "inline_policies": {"Frames": document}}
    given = {"name": "worker", "aws_ml.permissions.iam_role": {**ground.entry, **options}, "register": "made"}
    _unused, results = run([given], tmp_path, ground.aws)
    assert results["made"]["changed"]
    assert ground.iam.get_role(RoleName="worker")["Role"]["AssumeRolePolicyDocument"]["Version"] == "2012-10-17"
    kept = ground.iam.get_role_policy(RoleName="worker", PolicyName="Frames")["PolicyDocument"]
    assert kept["Version"] == "2012-10-17"
