# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task writes nothing once its run of Ansible has ended."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws import run_process
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.connection import connect
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.run_process import RunHasEnded, RunProcess
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import RunContext, Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError

from local_aws import LocalAws

pytestmark = pytest.mark.both_generations

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@pytest.fixture
def running() -> Iterator[subprocess.Popen[bytes]]:
    """Another process, which lives until its standard input ends."""
    with subprocess.Popen([sys.executable, "-IS", "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def seen(process: int) -> RunProcess:
    """A process as a worker of it would hand it over."""
    return RunProcess(process, run_process._state_and_start(process)[1])


def ended() -> RunProcess:
    with subprocess.Popen(["/bin/true"]) as process:
        pass
    return RunProcess(process.pid, "1")


def test_a_process_is_there_until_it_ends(running: subprocess.Popen[bytes]) -> None:
    one = seen(running.pid)
    assert one.started.isdecimal()
    assert RunProcess.parse(one.handed_over()) == one
    assert one.is_there()
    running.kill()
    os.waitid(os.P_PID, running.pid, os.WEXITED | os.WNOWAIT)
    assert Path(f"/proc/{running.pid}").exists()
    assert not one.is_there()
    running.wait()
    assert not one.is_there()


def test_another_process_of_the_same_number_is_not_the_run(running: subprocess.Popen[bytes]) -> None:
    one = seen(running.pid)
    assert not RunProcess(one.id, str(int(one.started) - 1)).is_there()


def test_where_the_system_reports_less_a_process_that_may_live_does(
    running: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another user's cannot be signalled; and /proc may be missing, or hide it."""
    one = seen(running.pid)

    def refuse(*dummy: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    assert one.is_there()
    monkeypatch.setattr(run_process, "_state_and_start", lambda dummy: ("", ""))
    assert one.is_there()
    assert RunProcess(one.id).is_there()
    monkeypatch.undo()
    monkeypatch.setattr(run_process, "_state_and_start", lambda dummy: ("", ""))
    running.kill()
    running.wait()
    assert not one.is_there()


def handed_over(answers: Any) -> None:
    answers.put(RunProcess.of_worker().handed_over())


def test_a_worker_knows_its_run() -> None:
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    worker = context.Process(target=handed_over, args=(answers,))
    worker.start()
    assert RunProcess.parse(answers.get(timeout=10)) == seen(os.getpid())
    worker.join()


@pytest.mark.parametrize("run", [{}, {"run": RunProcess.parse("")}])
def test_a_run_that_no_one_named_is_not_watched(aws: LocalAws, run: dict[str, RunProcess]) -> None:
    assert not RunProcess.of_worker().handed_over()
    connection = connect({}, **run)
    connection.iam.call("CreateRole", RoleName="one", AssumeRolePolicyDocument=json.dumps(TRUST))
    assert aws.call_counts() == {"CreateRole": 1}


@pytest.mark.parametrize("entered", [False, True], ids=["own credentials", "assumed role"])
def test_reads_go_on_and_writes_are_not_sent(aws: LocalAws, entered: bool) -> None:
    options = {"assume_role": {"role_arn": aws.members[0]["role_arn"]}} if entered else {}
    connection = connect(options, run=ended())
    connection.iam.read("ListRoles")
    with pytest.raises(RunHasEnded):
        connection.iam.call("CreateRole", RoleName="one", AssumeRolePolicyDocument=json.dumps(TRUST))
    assert aws.call_counts() == {"ListRoles": 1, **({"AssumeRole": 1} if entered else {})}


def test_a_retry_is_a_write_of_its_own(
    aws: LocalAws, running: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connect({}, run=seen(running.pid))
    aws.set(rate_limits={"CreateRole": 0.001})
    connection.iam.call("CreateRole", RoleName="one", AssumeRolePolicyDocument=json.dumps(TRUST))
    answers = iter([True, True, False])
    monkeypatch.setattr(RunProcess, "is_there", lambda dummy: next(answers))
    with pytest.raises(RunHasEnded):
        connection.iam.call("CreateRole", RoleName="two", AssumeRolePolicyDocument=json.dumps(TRUST))
    aws.set(rate_limits=None)
    assert aws.call_counts() == {"CreateRole": 3}


def test_a_plan_stops_where_the_run_ended(aws: LocalAws, running: subprocess.Popen[bytes]) -> None:
    roles = [{"name": f"role{number:02}", "assume_role_policy_document": TRUST} for number in range(30)]
    made: list[str] = []

    def count(step: Any) -> None:
        made.append(step.resource)
        running.kill()
        running.wait()

    with pytest.raises(EngineError) as refused:
        converging(Task({"roles": roles}, on_step=count, context=RunContext(run_process=seen(running.pid)))).result()
    plan = refused.value.fields["plan"]
    written = aws.call_counts()["CreateRole"]
    assert len(plan["done"]) == written <= 16
    assert len(plan["done"]) + len(plan["not_done"]) == 30
    assert refused.value.message.endswith(
        f"failed: RunHasEnded: process {running.pid}, the ansible-playbook of this task, has ended. No more writes were"
        " sent. Run again: writes that are done are found, and the others follow."
    )
    assert converging(Task({"roles": roles})).result()["api_calls"]["CreateRole"] == 30 - written
