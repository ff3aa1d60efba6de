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
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.plugin_docs import read_docstring
from integration.playbook_runs import LIMIT
from local_aws import LocalAws
from preloaded_ansible import ANSIBLE

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("[!_]*.py"))
DOCUMENTED_ACCOUNT = "123456789012"
EXTERNAL_ID = "known-to-both-sides"
OF_ANSIBLE = {
    "action", "changed", "deprecations", "exception", "failed", "failed_when_result", "invocation", "msg", "warnings",
}  # fmt: skip

NEVER_SHARED = re.compile(
    r"A(ROA|IDA)[A-Z0-9]+"  # unique ids
    r"|[0-9-]{10}T[0-9:]{8}(Z|\+00:00)|[0-9]{8}T[0-9]{6}Z-[0-9a-f]{12}"  # moments, and names of backups
    r"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # deletion tasks
)

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
    make_role(iam, "gt-first-trial", SAGEMAKER)
    make_role(iam, "analytics-export", LAMBDA)
    make_role(iam, "AWSDeepLensGreengrassGroupRole", GREENGRASS)
    iam.put_role_policy(RoleName="gt-console-role", PolicyName="PassAnyRole", PolicyDocument=PASS_ANY_ROLE)
    iam.create_policy(PolicyName="GroundTruthEverything", PolicyDocument=EVERYTHING)
    data = iam.create_policy(PolicyName="GroundTruthLabelingData", PolicyDocument=PASS_ANY_ROLE)["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=data, PolicyDocument=PASS_ANY_ROLE, SetAsDefault=True)
    iam.create_group(GroupName="labeling-managers")
    iam.create_user(UserName="labeling-developer")
    iam.attach_user_policy(UserName="labeling-developer", PolicyArn="arn:aws:iam::aws:policy/AWSLambda_FullAccess")


def before_baseline_info(iam: Any) -> None:
    before_baseline(iam)
    since = {"Key": "aws_ml_permissions:quarantined", "Value": "2026-10-01T00:00:00Z"}
    iam.tag_role(RoleName="gt-first-trial", Tags=[since])
    iam.attach_role_policy(RoleName="gt-first-trial", PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")


def before_service_linked_roles(iam: Any) -> None:
    make_role(iam, "worker", LAMBDA)
    for service in ("panorama", "batch", "ecs"):
        iam.create_service_linked_role(AWSServiceName=f"{service}.amazonaws.com")


def before_audit(iam: Any) -> None:
    """Something drifted, something quarantined, a way to become administrator, and a principal that was deleted."""
    make_l4e_role(iam, SAGEMAKER, LOOKOUT)
    make_role(iam, "AWSDeepLensGreengrassGroupRole", GREENGRASS)
    make_role(iam, "former-notebook", SAGEMAKER)
    notebook = iam.get_role(RoleName="former-notebook")["Role"]["Arn"]
    make_role(iam, "equipment-notebook", SAGEMAKER, {**LOOKOUT, "Sid": "Equipment"}, statement({"AWS": notebook}))
    iam.delete_role(RoleName="former-notebook")
    iam.create_group(GroupName="equipment-engineers")
    iam.create_user(UserName="labeler")
    for policy in ("AmazonSageMakerFullAccess", "AmazonLookoutVisionFullAccess"):
        iam.attach_user_policy(UserName="labeler", PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
    make_role(iam, "AWSDeepLensSageMakerRole", SAGEMAKER)
    since = {"Key": "aws_ml_permissions:quarantined", "Value": "2026-10-01T00:00:00Z"}
    iam.tag_role(RoleName="AWSDeepLensSageMakerRole", Tags=[since])
    iam.attach_role_policy(RoleName="AWSDeepLensSageMakerRole", PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")


def before_restore(iam: Any) -> None:
    """Roles that are named by others, one in quarantine, one with a policy that AWS withdraws, and full versions."""
    make_role(iam, "former-device", GREENGRASS)
    former = iam.get_role(RoleName="former-device")["Role"]["Arn"]
    make_role(iam, "AWSDeepLensGreengrassRole", GREENGRASS, statement({"AWS": former}))
    iam.delete_role(RoleName="former-device")
    make_role(iam, "AWSDeepLensServiceRole", SAGEMAKER)
    service = iam.get_role(RoleName="AWSDeepLensServiceRole")["Role"]["Arn"]
    make_role(iam, "analytics-export", LAMBDA, statement({"AWS": service}))
    make_role(iam, "AWSDeepLensLambdaRole", LAMBDA)
    tags = {"aws_ml_permissions:quarantined": "2026-10-01T00:00:00Z", "aws_ml_permissions:quarantine_reason": "ended"}
    iam.tag_role(RoleName="AWSDeepLensLambdaRole", Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
    iam.create_role(
        RoleName="warehouse-export",
        AssumeRolePolicyDocument=document(LAMBDA),
        Description="Writes the inventory anywhere",
        MaxSessionDuration=7200,
        Tags=[{"Key": "stage", "Value": "test"}],
    )
    iam.put_role_policy(RoleName="warehouse-export", PolicyName="Export", PolicyDocument=EVERYTHING)
    wide = iam.create_policy(PolicyName="WarehouseBoundary", PolicyDocument=EVERYTHING)["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="warehouse-export", PermissionsBoundary=wide)
    inventory = iam.create_policy(PolicyName="DeepLensWarehouseInventory", PolicyDocument=EVERYTHING)["Policy"]["Arn"]
    for _version in range(4):
        iam.create_policy_version(PolicyArn=inventory, PolicyDocument=PASS_ANY_ROLE, SetAsDefault=True)
    iam.create_user(UserName="warehouse-operator")
    iam.put_user_policy(UserName="warehouse-operator", PolicyName="ReadInventory", PolicyDocument=PASS_ANY_ROLE)
    iam.attach_user_policy(UserName="warehouse-operator", PolicyArn=inventory)
    for role in ("warehouse-export", "AWSDeepLensServiceRole"):
        iam.attach_role_policy(RoleName=role, PolicyArn=inventory)
    for role, policy in (
        ("AWSDeepLensServiceRole", "IAMFullAccess"),
        ("AWSDeepLensLambdaRole", "AWSDenyAll"),
        ("AWSDeepLensLambdaRole", "AWSLambda_FullAccess"),
    ):
        iam.attach_role_policy(RoleName=role, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")


def before_retirement(iam: Any) -> None:
    """Roles of DeepLens, one of which is in quarantine long enough, their policies, and a role of a living service."""
    make_role(iam, "AWSDeepLensServiceRole", statement({"Service": "deeplens.amazonaws.com"}))
    make_role(iam, "camera-runtime", LAMBDA)
    make_role(iam, "camera-demo", LAMBDA)
    make_role(iam, "AWSDeepLensLambdaRole", LAMBDA)
    make_role(iam, "gt-execution", SAGEMAKER)
    since = {"Key": "aws_ml_permissions:quarantined", "Value": "2026-01-01T00:00:00Z"}
    iam.tag_role(RoleName="AWSDeepLensLambdaRole", Tags=[since])
    iam.put_role_policy(RoleName="AWSDeepLensLambdaRole", PolicyName="PassAnyRole", PolicyDocument=PASS_ANY_ROLE)
    cameras = document({"Effect": "Allow", "Action": "deeplens:*", "Resource": "*"})
    own = iam.create_policy(PolicyName="deeplens-cameras", PolicyDocument=cameras)["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=own, PolicyDocument=cameras, SetAsDefault=True)
    for role, policy in (
        ("AWSDeepLensLambdaRole", "AWSDenyAll"),
        ("camera-demo", "AWSDeepLensLambdaFunctionAccessPolicy"),
        ("gt-execution", "AmazonSageMakerGroundTruthExecution"),
    ):
        iam.attach_role_policy(RoleName=role, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")


BEFORE: dict[str, Callable[[Any], None]] = {
    "iam_audit": before_audit,
    "iam_role": before_roles,
    "iam_managed_policy": before_policies,
    "iam_policy_attachment": before_attachments,
    "iam_trust_statement": before_trust,
    "iam_baseline": before_baseline,
    "iam_baseline_info": before_baseline_info,
    "iam_restore": before_restore,
    "iam_retire": before_retirement,
    "iam_service_linked_role": before_service_linked_roles,
}
"""What has to be in the account before the examples of a module are run."""

L4E_EVERYTHING = {"name": "l4e-role", "inline_policies": {"Everything": EVERYTHING}}
L4E_KEEPS = {"iam_type": "role", "iam_name": "l4e-role", "managed_policies": ["IAMFullAccess"]}
BEYOND: dict[str, list[dict[str, Any]]] = {
    "iam_audit": [{"services": ["panorama"]}, {"services": ["deep-lens"]}],
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
    "iam_restore": [
        {"src": "{{ playbook_dir }}/backups"},
        {"src": "{{ playbook_dir }}/backups", "roles": ["AWSDeepLensServicRole"]},
        {"src": "{{ playbook_dir }}/examples.yml"},
    ],
    "iam_retire": [
        {"services": ["groundtruth_lambda"], "backup_dir": "{{ playbook_dir }}/backups"},
        {"unused_days": 500, "backup_dir": "{{ playbook_dir }}/backups"},
    ],
    "iam_service_linked_role": [
        {"aws_service_name": "ecs.amazonaws.com", "state": "absent"},
        {"name": "worker", "state": "absent"},
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
    if module == "iam_audit":
        server.seed(member["id"], role_last_used={"name": "l4e-role", "date": "2026-11-01T08:00:00+00:00"})
    if module == "iam_restore":
        server.seed(member["id"], withdrawn_policy="arn:aws:iam::aws:policy/AWSLambda_FullAccess")
    if module == "iam_service_linked_role":
        usage = [{"Region": "us-east-1", "Resources": [f"arn:aws:ecs:us-east-1:{member['id']}:cluster/frames"]}]
        course = {"role": "AWSServiceRoleForECS", "reason": "A cluster uses it.", "usage": usage}
        server.seed(member["id"], service_linked_deletion=course)
    return member


@pytest.mark.parametrize("module", MODULES)
def test_examples_run_and_return_what_is_documented(module: str, server: LocalAws, tmp_path: Path) -> None:
    documentation = read_docstring(str(ROOT / f"plugins/modules/{module}.py"))
    examples = yaml.safe_load(documentation["plainexamples"])
    fqcn = f"aws_ml.permissions.{module}"
    tasks = tasks_of(fqcn, examples)
    results = played(tasks, prepared(server, module), server, tmp_path)
    own_python = ANSIBLE.executable(tmp_path / "python")
    shutil.rmtree(tmp_path / "backups", ignore_errors=True)
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
    """A result without what two runs never share: made-up ids, the time, and sessions, which workers share."""
    calls = {action: count for action, count in result.get("api_calls", {}).items() if action != "AssumeRole"}
    text = json.dumps({**result, "api_calls": calls}, sort_keys=True)
    return json.loads(NEVER_SHARED.sub("ID", text))


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
    run = ANSIBLE.run(command, env=environment, cwd=folder, timeout=LIMIT)
    assert run.stdout.startswith("{"), run.stdout + run.stderr
    played_tasks = json.loads(run.stdout)["plays"][0]["tasks"]
    return [(task["task"]["name"], task["hosts"]["localhost"]) for task in played_tasks]


def of_engine(result: Result) -> bool:
    """Whether the task ended in a way that the module chose, not with a traceback."""
    return not result.get("failed") or bool({"problems", "refusals", "error_code"} & set(result))


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
