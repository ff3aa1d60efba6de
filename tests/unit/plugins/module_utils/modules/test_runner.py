# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module in an interpreter of its own: from its arguments to what it prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common.parameters import PASS_VARS
from ansible.module_utils.testing import patch_module_args
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.aws_facts import AwsFacts
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.run_process import RunProcess
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import ARGUMENT, RunContext
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules import runner as module_runner
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import aws_facts

from local_aws import LocalAws

pytestmark = pytest.mark.both_generations

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def printed(capsys: pytest.CaptureFixture[str], arguments: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The exit code and the result of iam_role, with its warnings: in this process Ansible shows them at once."""
    with patch_module_args(arguments), pytest.raises(SystemExit) as ended:
        module_runner.run_module("iam_role")
    out, shown = capsys.readouterr()
    return int(ended.value.code or 0), {**json.loads(out), "warnings": " ".join(shown.split())}


def test_an_ordinary_failure_reports_every_problem(capsys: pytest.CaptureFixture[str]) -> None:
    code, result = printed(capsys, {"name": "a role", "max_session_duration": 1})
    assert (code, result["failed"]) == (1, True)
    assert [problem.partition(":")[0] for problem in result["problems"]] == ["max_session_duration", "name"]


def test_an_option_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    code, result = printed(capsys, {"name": "worker", "nmae": "worker"})
    assert code == 1
    assert "nmae" in result["msg"]


def test_without_the_sdk_it_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module_runner, "HAS_SDK", False)
    code, result = printed(capsys, {"name": "worker"})
    assert code == 1
    assert "boto3" in result["msg"]


def test_what_the_controller_hands_over_is_no_option_and_warnings_are_reported(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with LocalAws(members=1) as aws:
        for name, value in aws.environment().items():
            monkeypatch.setenv(name, value)
        arguments = {
            "name": "worker",
            "assume_role": {"role_arn": aws.members[0]["role_arn"]},
            "assume_role_policy_document": TRUST,
            "managed_policies": ["IAMFullAccess"],
            ARGUMENT: RunContext().handed_over(aws_facts()),
        }
        code, planned = printed(capsys, {**arguments, "_ansible_check_mode": True, "_ansible_diff": True})
        assert (code, planned["changed"]) == (0, True)
        assert "worker" in str(planned["diff"])
        assert "CreateRole" not in aws.call_counts()
        code, made = printed(capsys, arguments)
    assert (code, made["changed"]) == (0, True)
    assert "diff" not in made
    assert [step["action"] for step in made["plan"]] == ["CreateRole", "AttachRolePolicy"]
    critical = [finding["message"] for finding in planned["findings"] if finding["severity"] == "critical"]
    assert critical
    assert [message for message in critical if message not in planned["warnings"]] == []
    assert ARGUMENT not in json.dumps(made)


def test_a_context_that_cannot_be_read_is_an_ordinary_failure(capsys: pytest.CaptureFixture[str]) -> None:
    code, result = printed(capsys, {"name": "worker", ARGUMENT: {"run_folder": ""}})
    assert (code, result["failed"]) == (1, True)
    assert result["msg"].startswith("The task failed: KeyError")


def test_a_context_that_is_handed_over_arrives(tmp_path: Path) -> None:
    run = RunProcess(7, "12")
    context = RunContext(AwsFacts.parse(aws_facts()), aws_facts(), str(tmp_path), run, "account_id", "prod", [{"a": 1}])
    assert RunContext.parse(json.loads(json.dumps(context.handed_over(aws_facts())))) == context


def test_the_systems_log_and_the_result_show_no_secret(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[str] = []
    monkeypatch.setattr(basic, "has_journal", False)
    monkeypatch.setattr(basic.syslog, "syslog", lambda level, message: logged.append(message))
    arguments = {
        "name": "worker",
        "max_session_duration": 1,
        "aws_secret_key": "hush-secret-key",
        "session_token": "hush-token",
        "assume_role": {"role_arn": "arn:aws:iam::111111111111:role/x", "external_id": "hush-external"},
    }
    # ansible-core 2.21 and later return the arguments only on request.
    if "inject_invocation" in PASS_VARS:
        arguments["_ansible_inject_invocation"] = True
    code, result = printed(capsys, arguments)
    assert code == 1
    assert "max_session_duration=1" in "".join(logged)
    assert "hush" not in "".join(logged) + json.dumps(result)
    shown = result["invocation"]["module_args"]
    assert shown["assume_role"]["role_arn"] == "arn:aws:iam::111111111111:role/x"
    hidden = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert [shown["aws_secret_key"], shown["secret_key"], shown["session_token"]] == [hidden] * 3
    assert shown["assume_role"]["external_id"] == hidden
    assert shown["profile"] is None
