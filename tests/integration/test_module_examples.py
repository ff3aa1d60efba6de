# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of every module, run as they stand by ansible-playbook, and what they return held against RETURN.

Each task runs twice in a row: the first time it has to succeed, the second time to change nothing. All of them run in
the worker. Those that run the first time run as a module in an interpreter of its own too, with the same results.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.plugin_docs import read_docstring
from integration.documented_returns import documented, returned
from integration.example_accounts import (
    ANYONE,
    EVERYTHING,
    EXTERNAL_ID,
    NO_SERVICE,
    PASS_ANY_ROLE,
    RECORD_KEY,
    document,
    prepared,
)
from integration.playbook_runs import LIMIT, REPORT
from preloaded_ansible import ANSIBLE

from local_aws import LocalAws

ROOT = Path(__file__).resolve().parents[2]
MODULES = [*sorted(path.stem for path in (ROOT / "plugins/modules").glob("iam_*.py")), "security_hub_findings"]
DOCUMENTED_ACCOUNT = "123456789012"
END_OF_QUARTER = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()

NEVER_SHARED = re.compile(
    r"A(ROA|IDA)[A-Z0-9]+"  # unique ids
    r"|[0-9-]{10}T[0-9:]{8}(Z|\+00:00)|[0-9]{8}T[0-9]{6}Z-[0-9a-f]{12}"  # moments, and names of backups
    r"|(?<=Z )[0-9a-f]{64}"  # signatures of records
    r"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # deletion tasks
    r"|[0-9a-f]{64}"  # ids of plans, which cover unique ids
)

OF_NO_EXAMPLE = {"differences", "failed_at"}
"""What two runs at once and an unexpected failure return: test_read_back.py and test_last_net.py of `converge`."""

AGAIN = "Again: "
Result = dict[str, Any]

DELETES_LABELS = {
    "principal": "role/label-writer",
    "action": "s3:DeleteObject",
    "resource": "arn:aws:s3:::labels/1.json",
    "result": "allowed",
}
L4E_EVERYTHING = {"name": "l4e-role", "inline_policies": {"Everything": EVERYTHING}}
L4E_KEEPS = {"iam_type": "role", "iam_name": "l4e-role", "managed_policies": ["IAMFullAccess"]}
NOTHING_FOUND = {"account_id": DOCUMENTED_ACCOUNT, "findings": [], "escalation_paths": [], "objects": []}
ANY_PATH = {
    "code": "escalation_path",
    "accounts": "*",
    "resources": "*",
    "severity": "critical",
    "evidence": "*",
    "reason": "reviewed",
    "owner": "ml-platform",
    "until": END_OF_QUARTER,
}
BEYOND: dict[str, list[dict[str, Any]]] = {
    "iam_access": [
        {"expect": [DELETES_LABELS, {**DELETES_LABELS, "principal": "role/label-reader"}]},
        {"expect": [DELETES_LABELS]},
        {"expect": []},
    ],
    "iam_audit": [
        {"services": ["panorama"]},
        *({"waivers": [{**ANY_PATH, **part}]} for part in ({}, {"severity": "low"}, {"until": "2026-11-01"})),
        {"services": ["deep-lens"]},
    ],
    "iam_export": [
        {"names": ["*"], "exclude": ["permissions-deployer"]},
        {"names": ["*"], "exclude": ["permissions-deployer"], "managed_elsewhere": ["*"]},
        {"names": ["no name"], "services": ["deep-lens"]},
    ],
    "iam_role": [
        L4E_EVERYTHING,
        {"name": "no-service", "assume_role_policy_document": document(NO_SERVICE)},
        {"name": "no-trust"},
    ],
    "iam_managed_policy": [
        {"name": "l4e-everything", "policy": EVERYTHING},
        {"name": "l4e-everything", "policy": PASS_ANY_ROLE},
        {"name": "NoDocument"},
    ],
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
        {
            "skip_quarantine": True,
            "record_key": "{{ quarantine_record_key }}",
            "backup_dir": "{{ playbook_dir }}/backups",
        },
        {"record_key": "too short", "backup_dir": "{{ playbook_dir }}/backups"},
    ],
    "iam_services": [
        {"services": ["lookout_equipment"]},
        {
            "services": ["groundtruth_lambda"],
            "vars": {
                "groundtruth_lambda_iam_existing_execution_role": "gt-execution",
                "groundtruth_lambda_iam_post_function": "after-annotation",
                "groundtruth_lambda_iam_region": "us-east-1",
            },
        },
        {
            "services": ["deeplens"],
            "waivers": [
                {**ANY_PATH, "code": "trusts_ended_service", "until": "2026-11-01"},
                {**ANY_PATH, "code": "reads_any_function", "severity": "low"},
            ],
        },
        {"services": ["deep-lens"]},
        {"services": ["panorama"], "vars": {"panorama_iam_path": "nowhere"}},
        {
            "services": ["lookout_equipment"],
            "vars": {"lookout_equipment_iam_callers": {"users": ["nobody"]}},
        },
    ],
    "iam_service_linked_role": [
        {"aws_service_name": "ecs.amazonaws.com", "state": "absent"},
        {"name": "worker", "state": "absent"},
    ],
    "security_hub_findings": [
        {"audit": NOTHING_FOUND, "region": "eu-west-1"},
        {"audit": NOTHING_FOUND, "services": ["deep-lens"]},
        {"audit": NOTHING_FOUND, "region": "eu-central-1"},
    ],
    "iam_baseline_info": [{"roles": [L4E_EVERYTHING], "attachments": [L4E_KEEPS]}, {"roles": [{"name": "no-trust"}]}],
}
"""Options with which a module returns what no example shows: findings and failures of each kind.

`vars` are variables of the task.
"""


@pytest.fixture(scope="module")
def server() -> Iterator[LocalAws]:
    with LocalAws(members=1) as aws:
        yield aws


@pytest.mark.parametrize("module", MODULES)
def test_examples_run_and_return_what_is_documented(module: str, server: LocalAws, tmp_path: Path) -> None:
    documentation = read_docstring(str(ROOT / f"plugins/modules/{module}.py"))
    examples = yaml.safe_load(documentation["plainexamples"])
    fqcn = f"aws_ml.permissions.{module}"
    tasks = tasks_of(fqcn, examples)
    results = played(tasks, prepared(server, module), server, tmp_path)
    first_times = [task for task in tasks if not task["name"].startswith(AGAIN)]
    own_python = ANSIBLE.executable(tmp_path / "python")
    shutil.rmtree(tmp_path / "backups", ignore_errors=True)
    as_modules = played(first_times, prepared(server, module), server, tmp_path, str(own_python))
    in_worker = [(task, result) for task, result in results if not task.startswith(AGAIN)]
    for (task, here), as_module in zip(in_worker, as_modules, strict=True):
        assert (task, comparable(here)) == (as_module[0], comparable(as_module[1]))

    failed = {task: result["msg"] for task, result in results if result.get("failed")}
    assert {task: message for task, message in failed.items() if not task.startswith("Beyond: ")} == {}
    assert [task for task, result in results if result.get("changed") and task.startswith(AGAIN)] == []
    assert [task for task, result in results if task.startswith("Beyond: ") and not of_engine(result)] == []

    returns = documentation["returndocs"]
    ours = [(task, result) for task, result in results if result["action"] == fqcn]
    assert len(ours) >= len(examples)
    seen = {place for dummy, result in ours for place in returned(result, returns)}
    expected = set(documented(returns))
    unseen = {place for place in expected - seen if place.partition(".")[0] not in OF_NO_EXAMPLE}
    assert (sorted(seen - expected), sorted(unseen)) == ([], [])
    always = {
        key
        for key, entry in returns.items()
        if entry["returned"].split(",")[0] == "success" and " if " not in entry["returned"]
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
            tasks.append({**again, "name": f"{AGAIN}{example['name']}"})
    beyond = BEYOND[fqcn.rpartition(".")[2]]
    nobody = {**beyond[0], "assume_role": {"role_arn": f"arn:aws:iam::{DOCUMENTED_ACCOUNT}:role/nobody"}}
    for given in (*beyond, nobody):
        options = {key: value for key, value in given.items() if key != "vars"}
        task = {"name": f"Beyond: {given}", fqcn: options, "ignore_errors": True}
        tasks.append({**task, "vars": given.get("vars", {})})
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
        "vars": {
            "deployer_external_id": EXTERNAL_ID,
            "quarantine_record_key": RECORD_KEY,
            "end_of_quarter": END_OF_QUARTER,
            "ansible_python_interpreter": python,
        },
        "module_defaults": {"group/aws_ml.permissions.aws": {"assume_role": {"role_arn": account["role_arn"]}}},
        "tasks": tasks,
    }
    playbook = folder / "examples.yml"
    playbook.write_text(yaml.safe_dump([play]).replace(DOCUMENTED_ACCOUNT, account["id"]), encoding="utf-8")
    environment = {
        **os.environ,
        **server.environment(),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv/collections"),
        **REPORT,
    }
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "--diff", str(playbook)]
    run = ANSIBLE.run(command, env=environment, cwd=folder, timeout=LIMIT)
    assert run.stdout.startswith("{"), run.stdout + run.stderr
    played_tasks = json.loads(run.stdout)["plays"][0]["tasks"]
    return [(task["task"]["name"], task["hosts"]["localhost"]) for task in played_tasks]


def of_engine(result: Result) -> bool:
    """Whether the task ended in a way that the module chose, not with a traceback."""
    return not result.get("failed") or bool({"problems", "refusals", "error_code"} & set(result))
