# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After a run a policy has the version in force and those that were there before, no other that the run has made."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.apply.executor import Executor
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import AwsError, EngineError
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Plan, Step
from spoilt_replies import SpoilingProxy

from local_aws import LocalAws

from .conftest import Converge
from .test_calls import reading, worker, writes


def exchange(own: str, other: str) -> dict[str, Any]:
    """Two policies of one role, of which each gets what the other had: no order of whole writes is safe."""
    policies = [{"name": "Own", "policy": reading(own)}, {"name": "Other", "policy": reading(other)}]
    return {"managed_policies": policies, "roles": [worker(managed_policies=["Own", "Other"])]}


def versions(iam: Any, account: str, name: str) -> dict[str, str]:
    """The bucket that each version of a policy is about, the default one marked; `+` for more than one."""
    arn = f"arn:aws:iam::{account}:policy/{name}"
    found = {}
    for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
        shown = iam.get_policy_version(PolicyArn=arn, VersionId=version["VersionId"])["PolicyVersion"]["Document"]
        buckets = [statement["Resource"][13:14] for statement in shown["Statement"]]
        found[version["VersionId"]] = "+".join(buckets) + ("*" if version["IsDefaultVersion"] else "")
    return dict(sorted(found.items()))


def test_a_version_in_between_goes_when_it_is_not_in_force(iam: Any, account: str, converge: Converge) -> None:
    converge(**exchange("a", "b"))
    foreseen = converge(check_mode=True, **exchange("b", "a"))
    changed = converge(**exchange("b", "a"), approved_plan=foreseen["approval"])
    steps = [(step["action"], step["resource"]) for step in changed["plan"]]
    assert steps == [
        ("CreatePolicyVersion", "policy/Other"),
        ("CreatePolicyVersion", "policy/Own"),
        ("CreatePolicyVersion", "policy/Other"),
        ("DeletePolicyVersion", "policy/Other"),
    ]
    assert foreseen["plan"] == changed["plan"]
    assert changed["plan"][-1]["reason"] == "intermediate version is no longer the default version"
    assert writes(changed["api_calls"]) == {"CreatePolicyVersion": 3, "DeletePolicyVersion": 1}
    assert changed["deleted"] == []
    assert versions(iam, account, "Own") == {"v1": "a", "v2": "b*"}
    assert versions(iam, account, "Other") == {"v1": "b", "v3": "a*"}
    assert converge(**exchange("b", "a"))["plan"] == []


def test_a_run_that_ends_while_a_version_in_between_is_in_force(iam: Any, account: str, aws: LocalAws) -> None:
    """What it leaves was there before the next run, which neither plans it nor fails."""
    access = {"assume_role": {"role_arn": aws.members[0]["role_arn"]}}
    converging(Task({**access, **exchange("a", "b")})).result()

    def fail(dummy: Step) -> None:
        raise EngineError("The run ends here.")

    with pytest.raises(EngineError):
        converging(Task({**access, **exchange("b", "a")}, on_step=fail)).result()
    assert versions(iam, account, "Other") == {"v1": "b", "v2": "b+a*"}
    again = converging(Task({**access, **exchange("b", "a")})).result()
    assert {step["action"] for step in again["plan"]} == {"CreatePolicyVersion"}
    assert versions(iam, account, "Other") == {"v1": "b", "v2": "b+a", "v3": "a*"}
    assert converging(Task({**access, **exchange("b", "a")})).result()["plan"] == []


@pytest.mark.parametrize("whole", [True, False], ids=["baseline", "module"])
def test_two_runs_that_write_one_policy_at_once(
    *, aws: LocalAws, iam: Any, account: str, converge: Converge, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    """Both have read before either writes. The version of the first is deleted by the first."""
    converge("managed_policies", name="Own", policy=reading("a"))
    policy = {"name": "Own", "policy": reading("b")}
    options = {"assume_role": {"role_arn": aws.members[0]["role_arn"]}}
    options.update({"managed_policies": [policy]} if whole else policy)
    both, begun = threading.Barrier(2, timeout=30), threading.Barrier(2, timeout=30)
    execute = Executor.run

    def together(self: Executor, plan: Plan) -> Any:
        is_first = bool(plan.steps) and plan.steps[0].action == "CreatePolicyVersion"
        if is_first:
            begun.wait()
        done = execute(self, plan)
        if is_first:
            both.wait()
        return done

    monkeypatch.setattr(Executor, "run", together)
    section = None if whole else "managed_policies"
    with ThreadPoolExecutor(2) as pool:
        results = [
            run.result() for run in [pool.submit(converging(Task(options, section)).result) for _run in range(2)]
        ]
    assert versions(iam, account, "Own") == {"v1": "a", "v3": "b*"}
    plans = sorted([step["action"] for step in result["plan"]] for result in results)
    assert plans[0] == ["CreatePolicyVersion"]
    assert plans[1] in (["CreatePolicyVersion"], ["CreatePolicyVersion", "DeletePolicyVersion"])
    assert sum(result["api_calls"].get("DeletePolicyVersion", 0) for result in results) >= 1


@pytest.mark.parametrize("whole", [True, False], ids=["baseline", "module"])
def test_a_version_that_was_sent_twice(
    *, aws: LocalAws, iam: Any, account: str, converge: Converge, whole: bool
) -> None:
    """The reply is lost, and the account does not show the version yet when it is looked for."""
    converge("managed_policies", name="Own", policy=reading("a"))
    policy = {"name": "Own", "policy": reading("b")}
    aws.set(consistency_delay=1.2)
    try:
        with SpoilingProxy(aws.endpoint) as proxy:
            endpoint, rule = proxy.spoil("empty", "CreatePolicyVersion", times=1)
            options = {**({"managed_policies": [policy]} if whole else policy), "endpoint_url": endpoint}
            result = converge(None if whole else "managed_policies", **options)
    finally:
        aws.set(consistency_delay=0)
    assert rule.spoilt == {"CreatePolicyVersion": 1}
    assert result["api_calls"]["CreatePolicyVersion"] == 2
    assert [step["action"] for step in result["plan"]] == ["CreatePolicyVersion", "DeletePolicyVersion"]
    assert result["plan"][1]["reason"] == "version v2 was created by this run and is not the default version"
    assert result["deleted"] == []
    assert versions(iam, account, "Own") == {"v1": "a", "v3": "b*"}


def test_what_others_have_made_meanwhile_stays(iam: Any, account: str, aws: LocalAws, converge: Converge) -> None:
    """A version of another writer, with another document that is not in force."""
    converge("managed_policies", name="Own", policy=reading("a"))
    arn = f"arn:aws:iam::{account}:policy/Own"

    def meanwhile(dummy: Step) -> None:
        document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "%s"}]}'
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=document % "arn:aws:s3:::c/*")

    options = {"assume_role": {"role_arn": aws.members[0]["role_arn"]}, "name": "Own", "policy": reading("b")}
    result = converging(Task(options, "managed_policies", on_step=meanwhile)).result()
    assert [step["action"] for step in result["plan"]] == ["CreatePolicyVersion"]
    assert versions(iam, account, "Own") == {"v1": "a", "v2": "b*", "v3": "c"}


def test_a_spare_version_that_may_not_be_deleted(
    iam: Any, account: str, converge: Converge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The failure names the call, and what was written is done."""
    converge("managed_policies", name="Own", policy=reading("a"))
    twice = Executor._write

    def written(self: Executor, step: Step) -> bool:
        if step.action == "CreatePolicyVersion":
            twice(self, step)
        elif step.action == "DeletePolicyVersion":
            error = {"Error": {"Code": "AccessDenied", "Message": "not authorized to perform: iam:DeletePolicyVersion"}}
            raise iam.exceptions.ClientError(error, step.action)
        return twice(self, step)

    monkeypatch.setattr(Executor, "_write", written)
    with pytest.raises(
        AwsError, match=r"DeletePolicyVersion for policy/Own .* needs iam:DeletePolicyVersion"
    ) as caught:
        converge("managed_policies", name="Own", policy=reading("b"))
    plan = {part: [step["action"] for step in steps] for part, steps in caught.value.fields["plan"].items()}
    assert plan == {"done": ["CreatePolicyVersion"], "not_done": ["DeletePolicyVersion"], "unknown": []}
