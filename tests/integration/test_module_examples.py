# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of every module, run as they stand by ansible-playbook, and what they return held against RETURN.

Each task runs twice in a row: the first time it has to succeed, the second time to change nothing. All of them run in
the worker, and once more as a module in an interpreter of its own, with the same results.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.plugin_docs import read_docstring
from local_aws import LocalAws

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("[!_]*.py"))
DOCUMENTED_ACCOUNT = "123456789012"
EXTERNAL_ID = "known-to-both-sides"
OF_ANSIBLE = {
    "action", "changed", "deprecations", "exception", "failed", "failed_when_result", "invocation", "msg", "warnings",
}  # fmt: skip

Result = dict[str, Any]


def statement(principal: dict[str, str], **members: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **members}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


SAGEMAKER = statement({"Service": "sagemaker.amazonaws.com"})
LAMBDA = statement({"Service": "lambda.amazonaws.com"})
GREENGRASS = statement({"Service": "greengrass.amazonaws.com"}, Sid="Greengrass")
LOOKOUT = statement({"Service": "lookoutequipment.amazonaws.com"})
NO_SERVICE = statement({"Service": "no-such-service.amazonaws.com"}, Sid="NoService")
ANYONE = statement({"AWS": "*"}, Sid="Anyone")
PASS_ANY_ROLE = document({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"})
EVERYTHING = document({"Effect": "Allow", "Action": "*", "Resource": "*"})


def make_role(iam: Any, name: str, *trust: dict[str, Any]) -> None:
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(*trust))


def make_l4e_role(iam: Any, *trust: dict[str, Any]) -> None:
    """What the guide of Lookout for Equipment leaves behind."""
    make_role(iam, "l4e-role", *trust)
    iam.attach_role_policy(RoleName="l4e-role", PolicyArn="arn:aws:iam::aws:policy/IAMFullAccess")
    iam.put_role_policy(RoleName="l4e-role", PolicyName="PassAnyRole", PolicyDocument=PASS_ANY_ROLE)


def before_roles(iam: Any) -> None:
    make_l4e_role(iam, SAGEMAKER)
    make_role(iam, "AWSPanoramaApplianceRole", statement({"Service": "credentials.iot.amazonaws.com"}))
    iam.put_role_policy(RoleName="AWSPanoramaApplianceRole", PolicyName="PassAnyRole", PolicyDocument=PASS_ANY_ROLE)


def before_policies(iam: Any) -> None:
    """Nothing; these examples make what they need."""


def before_attachments(iam: Any) -> None:
    make_l4e_role(iam, SAGEMAKER)
    iam.create_group(GroupName="quality-inspectors")
    iam.create_user(UserName="labeling-developer")


def before_trust(iam: Any) -> None:
    make_l4e_role(iam, SAGEMAKER, LOOKOUT)
    make_role(iam, "gt-execution", SAGEMAKER)
    make_role(iam, "gt-post-lambda", LAMBDA)
    make_role(iam, "AWSDeepLensGreengrassGroupRole", GREENGRASS)


def before_baseline(iam: Any) -> None:
    make_l4e_role(iam, {**SAGEMAKER, "Sid": "SageMaker"}, LOOKOUT)
    make_role(iam, "gt-console-role", SAGEMAKER)
    make_role(iam, "analytics-export", LAMBDA)
    make_role(iam, "AWSDeepLensGreengrassGroupRole", GREENGRASS)
    iam.put_role_policy(RoleName="gt-console-role", PolicyName="PassAnyRole", PolicyDocument=PASS_ANY_ROLE)
    iam.create_policy(PolicyName="GroundTruthEverything", PolicyDocument=EVERYTHING)
    data = iam.create_policy(PolicyName="GroundTruthLabelingData", PolicyDocument=PASS_ANY_ROLE)["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=data, PolicyDocument=PASS_ANY_ROLE, SetAsDefault=True)
    iam.create_group(GroupName="labeling-managers")
    iam.create_user(UserName="labeling-developer")
    iam.attach_user_policy(UserName="labeling-developer", PolicyArn="arn:aws:iam::aws:policy/AWSLambda_FullAccess")


BEFORE: dict[str, Callable[[Any], None]] = {
    "iam_role": before_roles,
    "iam_managed_policy": before_policies,
    "iam_policy_attachment": before_attachments,
    "iam_trust_statement": before_trust,
    "iam_baseline": before_baseline,
    "iam_baseline_info": before_baseline,
}
"""What has to be in the account before the examples of a module are run."""

L4E_EVERYTHING = {"name": "l4e-role", "inline_policies": {"Everything": EVERYTHING}}
L4E_KEEPS = {"iam_type": "role", "iam_name": "l4e-role", "managed_policies": ["IAMFullAccess"]}
BEYOND: dict[str, list[dict[str, Any]]] = {
    "iam_role": [
        L4E_EVERYTHING,
        {"name": "no-service", "assume_role_policy_document": document(NO_SERVICE)},
        {"name": "no-trust"},
    ],
    "iam_managed_policy": [{"name": "l4e-everything", "policy": EVERYTHING}, {"name": "NoDocument"}],
    "iam_policy_attachment": [
        {"iam_type": "role", "iam_name": "l4e-role", "inline_policies": {"Everything": EVERYTHING}},
        {"iam_type": "role", "iam_name": "l4e-role"},
    ],
    "iam_trust_statement": [
        {"name": "gt-execution", "statements": [ANYONE]},
        {"name": "gt-execution", "statements": [NO_SERVICE]},
        {"name": "gt-execution", "statements": []},
    ],
    "iam_baseline": [
        {"roles": [L4E_EVERYTHING], "attachments": [L4E_KEEPS]},
        {"trust_statements": [{"name": "l4e-role", "statements": [NO_SERVICE]}]},
        {"roles": [{"name": "no-trust"}]},
    ],
    "iam_baseline_info": [{"roles": [L4E_EVERYTHING], "attachments": [L4E_KEEPS]}, {"roles": [{"name": "no-trust"}]}],
}
"""Options with which a module returns what no example shows: findings and failures of each kind."""


@pytest.fixture(scope="module")
def server() -> Iterator[LocalAws]:
    with LocalAws(members=1) as aws:
        yield aws


def prepared(server: LocalAws, module: str) -> dict[str, str]:
    """A member account as the examples of the module expect it."""
    server.reset()
    member = server.members[0]
    iam = server.client("iam", account=member["id"])
    with_external_id = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}
    make_role(iam, "permissions-deployer", statement({"AWS": server.management}, Condition=with_external_id))
    iam.create_policy(PolicyName="MachineLearningBoundary", PolicyDocument=EVERYTHING)
    BEFORE[module](iam)
    if module == "iam_baseline_info":
        server.seed(member["id"], role_last_used={"name": "gt-console-role", "date": "2026-11-01T08:00:00+00:00"})
    return member


@pytest.mark.parametrize("module", MODULES)
def test_examples_run_and_return_what_is_documented(module: str, server: LocalAws, tmp_path: Path) -> None:
    documentation = read_docstring(str(ROOT / f"plugins/modules/{module}.py"))
    examples = yaml.safe_load(documentation["plainexamples"])
    fqcn = f"aws_ml.permissions.{module}"
    tasks = tasks_of(fqcn, examples)
    results = played(tasks, prepared(server, module), server, tmp_path)
    own_python = tmp_path / "python"
    own_python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    own_python.chmod(0o700)
    as_modules = played(tasks, prepared(server, module), server, tmp_path, str(own_python))
    for (task, here), as_module in zip(results, as_modules, strict=True):
        assert (task, comparable(here)) == (as_module[0], comparable(as_module[1]))

    assert [task for task, result in results if result.get("failed") and not task.startswith("Beyond: ")] == []
    assert [task for task, result in results if result.get("changed") and task.startswith("Again: ")] == []
    assert [task for task, result in results if task.startswith("Beyond: ") and not of_engine(result)] == []

    returns = documentation["returndocs"]
    ours = [(task, result) for task, result in results if result["action"] == fqcn]
    assert len(ours) >= len(examples)
    seen = {place for dummy, result in ours for place in returned(result, returns)}
    expected = set(documented(returns))
    assert (sorted(seen - expected), sorted(expected - seen)) == ([], [])
    always = {
        key
        for key, entry in returns.items()
        if entry["returned"].split(",")[0] == "success" and "where" not in entry["returned"]
    }
    assert [
        (task, always - set(result)) for task, result in ours if not result.get("failed") and always - set(result)
    ] == []


def tasks_of(fqcn: str, examples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The examples, each of the module's own twice unless it only plans, and what lies beyond them."""
    tasks = []
    for example in examples:
        tasks.append(example)
        if fqcn in example and not example.get("check_mode"):
            again = {key: value for key, value in example.items() if key != "register"}
            tasks.append({**again, "name": f"Again: {example['name']}"})
    beyond = BEYOND[fqcn.rpartition(".")[2]]
    nobody = {**beyond[0], "assume_role": {"role_arn": f"arn:aws:iam::{DOCUMENTED_ACCOUNT}:role/nobody"}}
    for options in (*beyond, nobody):
        tasks.append({"name": f"Beyond: {options}", fqcn: options, "ignore_errors": True})
    return tasks


def comparable(result: Result) -> Any:
    """A result without what two runs never share: ids that IAM makes up, and sessions that are shared in the worker."""
    calls = {action: count for action, count in result.get("api_calls", {}).items() if action != "AssumeRole"}
    text = json.dumps({**result, "api_calls": calls}, sort_keys=True)
    return json.loads(re.sub(r"A(ROA|IDA)[A-Z0-9]+", "ID", text))


def played(
    tasks: list[dict[str, Any]], account: dict[str, str], server: LocalAws, folder: Path, python: str = "auto"
) -> list[tuple[str, Result]]:
    """The name and the result of every task, run by ansible-playbook in diff mode in the given account."""
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"deployer_external_id": EXTERNAL_ID, "ansible_python_interpreter": python},
        "module_defaults": {"group/aws_ml.permissions.aws": {"assume_role": {"role_arn": account["role_arn"]}}},
        "tasks": tasks,
    }
    playbook = folder / "examples.yml"
    playbook.write_text(yaml.safe_dump([play]).replace(DOCUMENTED_ACCOUNT, account["id"]), encoding="utf-8")
    environment = {
        **os.environ,
        **server.environment(),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv/collections"),
        "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
    }
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "--diff", str(playbook)]
    run = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert run.stdout.startswith("{"), run.stdout + run.stderr
    played_tasks = json.loads(run.stdout)["plays"][0]["tasks"]
    return [(task["task"]["name"], task["hosts"]["localhost"]) for task in played_tasks]


def of_engine(result: Result) -> bool:
    """Whether the task ended in a way that the module chose, not with a traceback."""
    return not result.get("failed") or bool({"problems", "error_code"} & set(result))


def documented(returns: dict[str, Any], place: str = "") -> Iterator[str]:
    """The place of every documented key."""
    for key, entry in returns.items():
        yield f"{place}{key}"
        yield from documented(entry.get("contains", {}), f"{place}{key}.")


def returned(result: Result, returns: dict[str, Any]) -> Iterator[str]:
    """The place of every key that a task returned, the content of documents and the like left out."""
    yield from returned_within(
        {key: value for key, value in result.items() if key not in OF_ANSIBLE and not key.startswith("_ansible")},
        returns,
        "",
    )


def returned_within(value: dict[str, Any], returns: dict[str, Any], place: str) -> Iterator[str]:
    for key, found in value.items():
        inner = found["done"] + found["not_done"] if key == "plan" and isinstance(found, dict) else found
        entry = returns.get(key, {})
        here = f"{place}{key}"
        yield here
        right = {"str": str, "bool": bool, "int": int, "list": list, "dict": dict}.get(entry.get("type", ""), object)
        if not isinstance(inner, right) and inner is not None:
            yield f"{here} is a {type(inner).__name__}"
        nested = entry.get("contains")
        for item in inner if isinstance(inner, list) else [inner]:
            if isinstance(item, dict) and nested:
                yield from returned_within(item, nested, f"{here}.")
            elif isinstance(item, dict) and entry.get("elements") == "dict":
                yield f"{here} holds {sorted(item)}"
