# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that never answers ends a task soon, with one error, and with a line whenever a call is sent again."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.work import AccountAudit
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.clients import Clients
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.service import (
    CONNECT_TIMEOUT,
    READ_TIMEOUT,
    TRIES,
    Silence,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Begin, Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.module_utils.export.work import AccountExport
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules import registry as module_shapes
from ansible_collections.aws_ml.permissions.plugins.module_utils.validate.connection import aws_config_problems
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.connection import organizations
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.reader import OrganizationReader
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.audit_action import AuditAction
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.module_action import ModuleAction
from silent_servers import taking_connections, taking_none
from spoilt_replies import SpoilingProxy
from unit.plugins.module_utils.apply.bad_day import CalmPhase
from unit.plugins.module_utils.apply.scenario import ScenarioAccount
from unit.plugins.module_utils.apply.truth import counted

KEYS = {"access_key": "AKIALOCALAWSOPERATOR", "secret_key": "not-a-secret", "region": "us-east-1"}
SHORT = {"connect_timeout": 0.3, "read_timeout": 0.4}
ROLE = {"role_arn": "arn:aws:iam::111122223333:role/deployer"}
Server = Callable[[], AbstractContextManager[str]]


def run(name: str, options: dict[str, Any], begin: Begin = converging, **more: Any) -> tuple[dict[str, Any], list[str]]:
    """The values of a module's outcome, and the lines that were shown while it ran."""
    lines: list[str] = []
    given = {option: spec.get("default") for option, spec in module_shapes.argument_spec(name).items()}
    given.update({**KEYS, "aws_config": SHORT, **options})
    context = (AuditAction if begin is AccountAudit else ModuleAction).context_with(())
    outcome = module_shapes.run(
        name, given, begin=begin, check_mode=False, diff_mode=False, context=context, on_wait=lines.append, **more
    )
    return dict(outcome.values), lines


def test_the_bounds_end_a_silent_call_within_a_minute_and_a_half() -> None:
    client = Clients("us-east-1", None, {"aws_access_key_id": "a", "aws_secret_access_key": "b"}).client("iam")
    settings = client.meta.config
    assert (settings.connect_timeout, settings.read_timeout) == (CONNECT_TIMEOUT, READ_TIMEOUT) == (10, 20)
    assert Silence(settings, print).tries == TRIES == 3
    pauses = 1 + 2  # botocore waits up to 2 ** (tries - 1) seconds
    assert TRIES * READ_TIMEOUT + pauses <= 90
    assert settings.retries == {"mode": "standard", "total_max_attempts": 10}


@pytest.mark.parametrize(
    ("retries", "tries"),
    [({"total_max_attempts": 1}, 1), ({"max_attempts": 0}, 1), ({"max_attempts": 1}, 2), ({"max_attempts": 9}, 3)],
)
def test_retries_of_the_task_can_only_make_them_fewer(retries: dict[str, Any], tries: int) -> None:
    settings = SimpleNamespace(retries=retries)
    assert Silence(settings, print).tries == tries
    with taking_connections() as endpoint:
        values, lines = run(
            "iam_baseline",
            {"endpoint_url": endpoint, "assume_role": ROLE, "aws_config": {**SHORT, "retries": retries}},
        )
    assert values["api_calls"] == {"AssumeRole": tries}
    assert len(lines) == tries - 1


@pytest.mark.parametrize(
    ("server", "failed", "line", "waited"),
    [
        (
            taking_connections,
            "AssumeRole for {role} failed: ReadTimeoutError: Read timeout on endpoint URL",
            "no reply to sts:AssumeRole from {endpoint} within 0.4 s; trying again ({number} of 2)",
            "It was sent 3 times, and each time the wait was 0.4 s. Check endpoint_url, region and the network.",
        ),
        (
            taking_none,
            "AssumeRole for {role} failed: ConnectTimeoutError: Connect timeout on endpoint URL",
            "no connection to {endpoint} for sts:AssumeRole within 0.3 s; trying again ({number} of 2)",
            "It was sent 3 times, and each time the wait was 0.3 s. Check endpoint_url, region and the network.",
        ),
    ],
    ids=["no reply", "no connection"],
)
def test_entering_an_account(server: Server, failed: str, line: str, waited: str) -> None:
    begun = time.monotonic()
    with server() as endpoint:
        values, lines = run("iam_baseline", {"endpoint_url": endpoint, "assume_role": ROLE})
    assert time.monotonic() - begun < 3 * 0.4 + 3 + 2
    assert values["msg"].startswith(failed.format(role=ROLE["role_arn"])) and waited in values["msg"]
    assert lines == [line.format(endpoint=endpoint, number=number) for number in (1, 2)]
    assert values["api_calls"] == {"AssumeRole": 3}


@pytest.mark.parametrize(
    ("name", "begin", "call"),
    [("iam_baseline", converging, "GetAccountAuthorizationDetails"), ("iam_role", converging, "GetRole"),
     ("iam_audit", AccountAudit, "GetAccountAuthorizationDetails"),
     ("iam_export", AccountExport, "GetAccountAuthorizationDetails")],
)  # fmt: skip
def test_reading_an_account(name: str, begin: Begin, call: str) -> None:
    begun = time.monotonic()
    with taking_connections() as endpoint:
        values, lines = run(name, {"endpoint_url": endpoint, "name": "worker", "managed_policies": []}, begin)
    assert time.monotonic() - begun < 3 * 0.4 + 3 + 2
    assert f"{call} failed: ReadTimeoutError" in values["msg"] or "ListRoles failed: ReadTimeoutError" in values["msg"]
    assert f"no reply to iam:{call} from {endpoint} within 0.4 s; trying again (1 of 2)" in lines
    assert values["changed"] is False
    assert max(values["api_calls"].values()) == 3


def test_without_someone_to_tell_at_once_it_is_warned_of() -> None:
    with taking_connections() as endpoint:
        task = Task({**KEYS, "endpoint_url": endpoint, "aws_config": SHORT, "assume_role": ROLE})
        with pytest.raises(EngineError):
            converging(task).result()
    assert [warning.partition("; ")[2] for warning in task.warnings] == [
        f"trying again ({number} of 2)" for number in (1, 2)
    ]


def test_reading_an_organization() -> None:
    lines: list[str] = []
    begun = time.monotonic()
    with taking_connections() as endpoint:
        service = organizations({**KEYS, "endpoint_url": endpoint, "aws_config": SHORT}, lines.append)
        with pytest.raises(EngineError, match=r"DescribeOrganization failed: ReadTimeoutError.*sent 3 times"):
            OrganizationReader(service)
    assert time.monotonic() - begun < 3 * 0.4 + 3 + 2
    assert lines[0] == (
        f"no reply to organizations:DescribeOrganization from {endpoint} within 0.4 s; trying again (1 of 2)"
    )


def test_a_profile_that_assumes_a_role(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """botocore makes a client of its own for that."""
    config = "[profile entered]\nrole_arn = {role_arn}\ncredential_source = Environment\nregion = us-east-1\n".format(
        **ROLE
    )
    (tmp_path / "config").write_text(config, encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIALOCALAWSOPERATOR")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    begun = time.monotonic()
    with taking_connections() as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        values, lines = run("iam_baseline", {"profile": "entered", "access_key": None, "secret_key": None})
    assert time.monotonic() - begun < 3 * 0.4 + 3 + 2
    assert "Cannot connect to AWS: ReadTimeoutError" in values["msg"] and "It was sent 3 times" in values["msg"]
    assert len(lines) == 2


@pytest.mark.parametrize("action", ["CreateRole", "PutRolePolicy", "CreatePolicy"])
def test_writes_are_lost_replies(
    account: ScenarioAccount, proxy: SpoilingProxy, calm: dict[str, CalmPhase], action: str
) -> None:
    """AWS has made them, and reading says so."""
    begun = time.monotonic()
    endpoint = proxy.silence(action)[0]
    options = {**account.options("create", endpoint), "aws_config": SHORT | {"read_timeout": 1}}
    values, lines = run("iam_baseline", options)
    assert time.monotonic() - begun < 20
    assert f"{action} for " in values["msg"] and "It was sent 3 times, and each time the wait was 1 s" in values["msg"]
    assert any(f"no reply to iam:{action} from" in line for line in lines)
    done, not_done = (counted(values["plan"][part]) for part in ("done", "not_done"))
    assert (done + not_done, values["plan"]["unknown"]) == (calm["create"].steps, [])
    assert done.keys() & {(action, resource) for what, resource in calm["create"].steps if what == action}
    again = run("iam_baseline", account.options("create", proxy.silence("NoSuchCall")[0]))[0]
    assert counted(again["plan"]) == not_done
    assert account.snapshot() == calm["create"].after


def test_one_silence_for_each_write_is_got_over(
    account: ScenarioAccount, proxy: SpoilingProxy, calm: dict[str, CalmPhase]
) -> None:
    endpoint, rule = proxy.silence("CreateRole", "CreatePolicy", "AttachRolePolicy", times=1)
    options = {**account.options("create", endpoint), "aws_config": SHORT | {"read_timeout": 2}}
    values, lines = run("iam_baseline", options)
    assert counted(values["plan"]) == calm["create"].steps
    assert account.snapshot() == calm["create"].after
    assert sorted(rule.spoilt) == ["AttachRolePolicy", "CreatePolicy", "CreateRole"]
    # A loaded machine can also take longer than `SHORT` to connect, which has its own line.
    assert sum(line.startswith("no reply to ") for line in lines) == 3


BAD = [
    ("connect_timeout", "soon", 'aws_config.connect_timeout: "soon" is not a number of seconds above 0 and up to 3600'),
    ("connect_timeout", 0, "aws_config.connect_timeout: 0 is not a number"),
    ("read_timeout", -1, "aws_config.read_timeout: -1 is not a number"),
    ("read_timeout", True, "aws_config.read_timeout: true is not a number"),
    ("read_timeout", None, "aws_config.read_timeout: null is not a number"),
    ("read_timeout", "20", 'aws_config.read_timeout: "20" is not a number'),
    ("read_timeout", float("nan"), "aws_config.read_timeout: NaN is not a number"),
    ("retries", 3, "aws_config.retries: 3 is not a dictionary, such as {max_attempts: 2}"),
    ("retries", {"max_attempts": -1}, "aws_config.retries.max_attempts: -1 is not a whole number from 0"),
    ("retries", {"max_attempts": "3"}, 'aws_config.retries.max_attempts: "3" is not a whole number from 0'),
    ("retries", {"total_max_attempts": 0}, "aws_config.retries.total_max_attempts: 0 is not a whole number from 1"),
    ("retries", {"mode": "eager"}, 'aws_config.retries.mode: "eager" is not known'),
]


@pytest.mark.parametrize(("name", "value", "problem"), BAD, ids=lambda value: str(value)[:20])
def test_wrong_settings_are_reported_before_any_call(name: str, value: Any, problem: str) -> None:
    with taking_connections() as endpoint:
        values, lines = run("iam_baseline", {"endpoint_url": endpoint, "aws_config": {name: value}})
        with pytest.raises(EngineError) as caught:
            organizations({**KEYS, "endpoint_url": endpoint, "aws_config": {name: value}}, lines.append)
    assert values["msg"].startswith("1 problem found, nothing was written:") and problem in values["msg"]
    assert problem in caught.value.message
    assert "api_calls" not in values and lines == []


@pytest.mark.parametrize("good", [{}, None, {"read_timeout": 0.5}, {"retries": {"mode": "legacy", "max_attempts": 0}}])
def test_right_settings(good: Any) -> None:
    assert list(aws_config_problems(good)) == []
