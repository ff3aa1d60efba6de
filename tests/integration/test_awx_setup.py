# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/awx/setup.yml, as far as it can be tested without an AWX.

Every module of it runs, has its arguments accepted, and fails because nobody listens where CONTROLLER_HOST points to.
What the modules hand to AWX unread is held against their documentation and against each other.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.known_variables import known_variables
from integration.documented_blocks import block, blocks
from integration.playbook_runs import REPORT

COLLECTION = Path(__file__).resolve().parents[2]
SETUP = (COLLECTION / "playbooks" / "awx" / "setup.yml").read_text(encoding="utf-8")
PROJECT_FILES = [shown.file for shown in blocks() if shown.page == "awx"]
VARIABLES = yaml.safe_load(block("awx-setup-variables").text)
SERVICES = [
    entry.name.removesuffix("_iam") for entry in (COLLECTION / "roles").iterdir() if entry.name.endswith("_iam")
]


def program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The result of each task by module name and object; failures are let pass, and nothing is hidden."""
    playbook = tmp_path_factory.mktemp("awx") / "setup.yml"
    text = SETUP.replace("  gather_facts: false\n", "  gather_facts: false\n  ignore_errors: true\n")
    playbook.write_text(text.replace("      no_log: true\n", ""), encoding="utf-8")
    nobody = {"CONTROLLER_HOST": "http://127.0.0.1:1", "CONTROLLER_OAUTH_TOKEN": "0123456789-token"}
    whole = {"ANSIBLE_INJECT_INVOCATION": "true"}  # from ansible-core 2.21 on results are without, unless told
    done = subprocess.run(
        [program("ansible-playbook"), "-i", "localhost,", str(playbook), "--extra-vars", json.dumps(VARIABLES)],
        env={**os.environ, **REPORT, **whole, **nobody},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    [play] = json.loads(done.stdout[done.stdout.index("{") :])["plays"]
    found: dict[str, dict[str, Any]] = {}
    for task in play["tasks"][1:]:
        result = task["hosts"]["localhost"]
        for each in result.get("results", [result]):
            found[f"{result['action'].removeprefix('awx.awx.')} {len(found)}"] = each
    return found


def arguments(results: dict[str, dict[str, Any]], module: str) -> list[dict[str, Any]]:
    """What the tasks with this module gave it, without what they left out."""
    return [
        {name: value for name, value in result["invocation"]["module_args"].items() if value is not None}
        for key, result in results.items()
        if key.split()[0] == module
    ]


def test_every_module_accepts_its_arguments(results: dict[str, dict[str, Any]]) -> None:
    assert len(results) == SETUP.count("      awx.awx.")
    assert {key: result["msg"] for key, result in results.items() if "Connection refused" not in result["msg"]} == {}


def test_nodes_of_the_workflow_are_as_documented(results: dict[str, dict[str, Any]]) -> None:
    done = subprocess.run(
        [program("ansible-doc"), "--json", "awx.awx.workflow_job_template"], capture_output=True, check=True
    )
    options = json.loads(done.stdout)["awx.awx.workflow_job_template"]["doc"]["options"]
    [workflow] = arguments(results, "workflow_job_template")
    validated = ArgumentSpecValidator({"nodes": spec(options["workflow_nodes"])}).validate(
        {"nodes": workflow["workflow_nodes"]}
    )
    assert validated.error_messages == []


def spec(option: dict[str, Any]) -> dict[str, Any]:
    """An argument specification from an option's documentation."""
    kept: dict[str, Any] = {key: option[key] for key in ("type", "elements", "choices", "required") if key in option}
    below = {name: spec(each) for name, each in option.get("suboptions", {}).items()}
    return {**kept, **({"options": below} if below else {})}


def test_what_is_named_is_made(results: dict[str, dict[str, Any]]) -> None:
    names = {
        module: {entry["name"] for entry in arguments(results, module)}
        for module in ("organization", "project", "inventory", "credential_type", "credential", "job_template")
    }
    [workflow] = arguments(results, "workflow_job_template")
    [source] = arguments(results, "inventory_source")
    [credential] = arguments(results, "credential")
    [credential_type] = arguments(results, "credential_type")
    assert credential["credential_type"] in names["credential_type"]
    assert credential["inputs"].keys() == {entry["id"] for entry in credential_type["inputs"]["fields"]}
    assert source["inventory"] in names["inventory"]
    assert source["source_project"] in names["project"]
    assert {source["credential"]} <= names["credential"]
    assert source["source_path"] in PROJECT_FILES
    for template in arguments(results, "job_template"):
        assert template["project"] in names["project"]
        assert template["inventory"] in names["inventory"]
        assert set(template["credentials"]) <= names["credential"]
        assert template["playbook"] in PROJECT_FILES
        assert template["job_slice_count"] > 1
    for role in arguments(results, "role"):
        assert role["workflows"] == [workflow["name"]], "nobody is to start the apply itself"


def test_apply_comes_after_the_approval_alone(results: dict[str, dict[str, Any]]) -> None:
    [workflow] = arguments(results, "workflow_job_template")
    templates = {entry["name"]: entry for entry in arguments(results, "job_template")}
    nodes = {node["identifier"]: node for node in workflow["workflow_nodes"]}
    kinds = {name: node["unified_job_template"]["type"] for name, node in nodes.items()}
    assert kinds == {"check": "job_template", "approval": "workflow_approval", "apply": "job_template"}
    next_of = {
        (name, way): [after["identifier"] for after in reached]
        for name, node in nodes.items()
        for way, reached in node.get("related", {}).items()
    }
    assert next_of == {("check", "always_nodes"): ["approval"], ("approval", "success_nodes"): ["apply"]}
    check, apply = (templates[nodes[name]["unified_job_template"]["name"]] for name in ("check", "apply"))
    assert (check["job_type"], check["playbook"]) == ("check", "check.yml")
    assert (apply["job_type"], apply["playbook"]) == ("run", "apply.yml")
    for template in (apply, workflow):
        assert template["ask_variables_on_launch"] is False, "whoever may give variables approves for himself"


def test_surveys_ask_what_the_playbooks_read(results: dict[str, dict[str, Any]]) -> None:
    surveys = [
        entry["survey_spec"]["spec"]
        for module in ("workflow_job_template", "job_template")
        for entry in arguments(results, module)
        if entry.get("survey_enabled")
    ]
    assert len(surveys) == 2
    assert surveys[0] == surveys[1]
    questions = {question["variable"]: question for question in surveys[0]}
    assert questions.keys() <= known_variables().read_by("site").keys()
    read = (COLLECTION / "playbooks" / "site.yml").read_text(encoding="utf-8")
    assert sorted(questions["aws_ml_only_services"]["choices"]) == sorted(SERVICES)
    for question in surveys[0]:
        assert {"question_name", "variable", "type", "required"} <= question.keys()
        assert question["type"] in ("text", "multiplechoice", "multiselect")
        assert question.get("default") in (None, "all", *question.get("choices", []))
    profile = questions["aws_ml_profile"]
    assert "aws_ml_profile" in read
    for service in SERVICES:
        options = yaml.safe_load((COLLECTION / f"roles/{service}_iam/meta/argument_specs.yml").read_text())
        allowed = options["argument_specs"]["main"]["options"][f"{service}_iam_profile"]["choices"]
        assert profile["choices"] == [profile["default"], *allowed]
