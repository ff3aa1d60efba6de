# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unexpected errors end a task as an ordinary failure: it names the call and the kind, and says what was done.

The text of such an error is never shown, because it may quote anything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.aws_ml.permissions.plugins.module_utils.apply.executor import Executor
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.work import AccountAudit
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.service import Service
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.inspection import inspecting
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.resolution import Resolution
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.services_source import converging_services
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Begin
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules import registry as module_shapes
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules import runner as module_runner
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.registry import (
    SHAPES,
    TaskOutcome,
    argument_spec,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Step
from ansible_collections.aws_ml.permissions.plugins.module_utils.prove.work import AccessProof
from ansible_collections.aws_ml.permissions.plugins.module_utils.restore.source import KeptObjects, restoring
from ansible_collections.aws_ml.permissions.plugins.module_utils.retire.work import retiring
from ansible_collections.aws_ml.permissions.plugins.module_utils.security_hub.work import SecurityHubFindings
from ansible_collections.aws_ml.permissions.plugins.module_utils.service_linked_role.work import (
    ServiceLinkedRoleDeletion,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.audit_action import AuditAction
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.module_action import ModuleAction

from local_aws import LocalAws

pytestmark = pytest.mark.both_generations

SECRET = "wJalrXUtnFEMIbPxRfiCYEXAMPLEKEY"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
S3 = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}],
}
ROLES = [{"name": f"role-{number}", "state": "present", "assume_role_policy_document": TRUST} for number in range(4)]
BASELINE = {"roles": [{**role, "inline_policies": {"read": S3}} for role in ROLES]}
OF_SERVICE = {"service": "deeplens", "profile": "documented", "state": "present"}
WORKS: dict[str, Begin] = {
    "iam_access": AccessProof,
    "iam_audit": AccountAudit,
    "iam_baseline_info": inspecting,
    "iam_restore": restoring,
    "iam_retire": retiring,
    "iam_service_linked_role": ServiceLinkedRoleDeletion,
    "iam_services": converging_services,
    "security_hub_findings": SecurityHubFindings,
}
Run = Callable[..., TaskOutcome]


def raises(*arguments: Any, **named: Any) -> Any:
    raise KeyError(f"<SecretAccessKey>{SECRET}</SecretAccessKey>")


@pytest.fixture
def run(aws: LocalAws, tmp_path: Path) -> Run:
    """Run a module in the first member account."""

    def with_options(
        module: str = "iam_baseline", on_step: Any = None, declared: Sequence[Any] = (), **options: Any
    ) -> TaskOutcome:
        given = {key: option.get("default") for key, option in argument_spec(module).items()}
        given.update(assume_role={"role_arn": aws.members[0]["role_arn"]}, backup_dir=str(tmp_path / "backups"))
        given.update(options)
        context_with = AuditAction.context_with if module in ("iam_audit", "iam_retire") else ModuleAction.context_with
        return module_shapes.run(
            module,
            given,
            begin=WORKS.get(module, converging),
            check_mode=False,
            diff_mode=False,
            context=replace(context_with(()), declared=declared),
            on_step=on_step,
        )

    return with_options


def require_told(outcome: TaskOutcome, about: str, kind: str = "KeyError") -> None:
    """That a failure says which call it was and of what kind, and nothing of the error's text."""
    assert outcome.failed
    assert outcome.values["msg"].startswith(about)
    assert f"failed: {kind}" in outcome.values["msg"]
    assert "Run again with -vvv" in outcome.values["msg"]
    assert outcome.values["failed_at"][-1].partition(":")[0] == "test_last_net.py"
    assert SECRET not in repr(outcome)


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_every_module_has_it(run: Run, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(Service, "read", raises)
    options: dict[str, Any] = {"name": "worker", "iam_name": "worker", "iam_type": "role", "policy": S3}
    options.update(assume_role_policy_document=TRUST, managed_policies=["IAMFullAccess"], role="worker")
    options.update(statement=TRUST["Statement"][0], aws_service_name=None, statements=TRUST["Statement"])
    if name.startswith("iam_baseline"):
        options = {"roles": ROLES}
    if name == "iam_access":
        entry = {"principal": "role/worker", "action": "iam:PassRole", "resource": "*", "result": "denied"}
        options = {"expect": [entry]}
    if name == "iam_services":
        options = {"services": ["deeplens"], "declared": [{**OF_SERVICE, "roles": ROLES}]}
    if name == "iam_export":
        options = {}
    if name == "security_hub_findings":
        audit = {"account_id": "111111111111", "findings": [], "escalation_paths": [], "objects": []}
        options = {"audit": audit}
    if name == "iam_restore":
        monkeypatch.setattr(KeptObjects, "check", lambda self: None)
    require_told(run(name, **options), "The task failed")


def test_a_task_that_cannot_even_begin(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Resolution, "of", raises)
    require_told(run(roles=ROLES), "The task failed")


def test_an_error_on_the_way_to_a_call_names_the_call(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    call = Service.call

    def broken(self: Service, action: str, *arguments: Any, **parameters: Any) -> Any:
        if action == "ListRoles":
            monkeypatch.setattr(self._client, "list_roles", raises)
        return call(self, action, *arguments, **parameters)

    monkeypatch.setattr(Service, "call", broken)
    outcome = run(**BASELINE)
    require_told(outcome, "ListRoles")
    assert outcome.values["failed_call"] == "ListRoles"
    assert outcome.values["plan"] == {"done": [], "not_done": [], "unknown": []}
    assert outcome.values["api_calls"]["AssumeRole"] == 1


def test_in_the_thread_of_a_write(run: Run, iam: Any, account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Executor._write
    monkeypatch.setattr(
        Executor,
        "_write",
        lambda self, step: (
            raises() if (step.action, step.subject) == ("PutRolePolicy", "role/role-2") else write(self, step)
        ),
    )
    outcome = run(**BASELINE)
    require_told(outcome, f"PutRolePolicy for role/role-2 in account {account}")
    require_true_plan(run, outcome, iam)


def test_when_a_write_is_shown(run: Run, iam: Any, account: str) -> None:
    shown: list[Step] = []

    def on_step(step: Step) -> None:
        shown.append(step)
        if len(shown) == 2:
            raises()

    outcome = run(on_step=on_step, **BASELINE)
    require_told(outcome, f"Showing a write in account {account}")
    require_true_plan(run, outcome, iam)


@pytest.mark.parametrize("error", [KeyError(SECRET), EngineError("The account cannot be read.")], ids=["any", "own"])
def test_in_the_reading_after_a_stale_plan(
    run: Run, iam: Any, account: str, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Somebody makes one of the roles meanwhile, so that the plan is stale, and reading again fails."""
    situation = Resolution.situation

    def once(self: Resolution, connection: Any, done: Any) -> Any:
        if done:
            raise error
        found = situation(self, connection, done)
        iam.create_role(RoleName="role-1", AssumeRolePolicyDocument=json.dumps(S3 | {"Statement": TRUST["Statement"]}))
        iam.update_role(RoleName="role-1", MaxSessionDuration=7200)
        return found

    monkeypatch.setattr(Resolution, "situation", once)
    outcome = run(**BASELINE)
    assert outcome.failed
    assert outcome.values["account_id"] == account
    assert outcome.values["changed"] is True
    done = [(step["action"], step["resource"]) for step in outcome.values["plan"]["done"]]
    assert ("CreateRole", "role/role-0") in done and ("CreateRole", "role/role-1") not in done
    assert SECRET not in repr(outcome)


def test_after_the_backup_was_written(run: Run, iam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    run(**BASELINE)
    monkeypatch.setattr(Executor, "run", raises)
    outcome = run(roles=[{"name": "role-0", "state": "absent"}])
    require_told(outcome, "The task in account")
    assert Path(outcome.values["backup"]["path"]).exists()
    assert [step["resource"] for step in outcome.values["plan"]["not_done"]] == ["role/role-0"] * 2


def test_a_deletion_of_service_linked_roles_that_breaks_off(
    run: Run, iam: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    iam.create_service_linked_role(AWSServiceName="panorama.amazonaws.com")
    monkeypatch.setattr(ServiceLinkedRoleDeletion, "_ended", raises)
    outcome = run("iam_service_linked_role", aws_service_name="panorama.amazonaws.com", backup_dir=None)
    require_told(outcome, "The task in account")
    assert outcome.values["changed"] is True
    assert [step["action"] for step in outcome.values["plan"]["done"]] == ["DeleteServiceLinkedRole"]


def test_in_an_interpreter_of_its_own(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Service, "read", raises)
    with patch_module_args({"name": "worker", "assume_role_policy_document": TRUST}), pytest.raises(SystemExit):
        module_runner.run_module("iam_role")
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert result["failed"] is True
    assert "KeyError" in result["msg"]
    assert "Traceback" not in out + err and SECRET not in out + err


def require_true_plan(run: Run, outcome: TaskOutcome, iam: Any) -> None:
    """That what is done is there, and that nothing that is not done is."""
    done, not_done = outcome.values["plan"]["done"], outcome.values["plan"]["not_done"]
    assert outcome.values["changed"] is True and done and not_done
    found = []
    for name in (role["RoleName"] for role in iam.list_roles()["Roles"] if role["RoleName"].startswith("role-")):
        inline = iam.list_role_policies(RoleName=name)["PolicyNames"]
        found += [("CreateRole", f"role/{name}"), *[("PutRolePolicy", f"role/{name}")] * len(inline)]
    assert sorted(found) == sorted((step["action"], step["resource"]) for step in done)
