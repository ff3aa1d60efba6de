# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/awx/setup.yml, run against a server with the API of AWX (awx_api.py describes its limits)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.known_variables import known_variables
from integration.awx_api import AwxApi, Item, served
from integration.documented_blocks import block, blocks
from integration.playbook_runs import Playbook, Run
from preloaded_ansible import ANSIBLE

COLLECTION = Path(__file__).resolve().parents[2]
PROJECT_FILES = tuple(shown.file for shown in blocks() if shown.page == "awx" and shown.file)
VARIABLES = {**yaml.safe_load(block("awx-setup-variables").text), "aws_ml_awx_execution_environment": "ml-permissions"}
SERVICES = sorted(path.parent.name for path in (COLLECTION / "services").glob("*/documented.yml"))
ALWAYS_CHANGED = ["Read the accounts"]
"""The tasks of which awx.awx reports a change each time: it asks for an update, and does not say what came of it."""
EACH_TIME = [("projects", "update"), ("inventory_sources", "update")]
"""What a setup writes where nothing is to be changed: collection and action."""

SetUp = Callable[..., Run]


@pytest.fixture
def api() -> Iterator[AwxApi]:
    """An AWX as it is before the first setup, with teams and an execution environment."""
    api = AwxApi(PROJECT_FILES)
    organization = api.add("organizations", name="Default")
    for team in ("platform", "security", "Night watch"):
        api.add("teams", name=team, organization=organization["id"])
    api.add("execution_environments", name="ml-permissions")
    with served(api):
        yield api


@pytest.fixture
def set_up(api: AwxApi, tmp_path: Path) -> SetUp:
    """Runs the playbook with the variables of the page on AWX and those given. None leaves one out."""
    keys = {
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "hush-31415",
        "AWS_ML_EXTERNAL_ID": "hush-27182",
    }
    environment = {**keys, "CONTROLLER_HOST": api.url, "CONTROLLER_OAUTH_TOKEN": "0123456789-token"}
    playbook = Playbook(tmp_path, {**environment, "ANSIBLE_HOME": os.environ.get("ANSIBLE_HOME", str(tmp_path))})
    # The playbook names an interpreter, so the inventory cannot name another.
    python = {"ansible_python_interpreter": str(ANSIBLE.executable(tmp_path / "python"))}

    def run(**variables: Any) -> Run:
        api.writes.clear()
        api.requests = 0
        given = {name: value for name, value in {**VARIABLES, **python, **variables}.items() if value is not None}
        return playbook("aws_ml.permissions.awx.setup", {"all": {"hosts": {"localhost": {}}}}, given)

    return run


def changed(run: Run) -> list[str]:
    """The tasks that reported a change."""
    entries = [entry for play in run.plays for entry in play["tasks"]]
    return [entry["task"]["name"] for entry in entries if entry["hosts"]["localhost"].get("changed")]


def written(api: AwxApi) -> list[tuple[str, str]]:
    """The requests of the last run that are not GET: collection, and what the path ends with."""
    return [(path.split("/")[3], path.rstrip("/").rpartition("/")[2]) for dummy, path in api.writes]


def pending_approval(api: AwxApi) -> Item:
    """An approval that is still pending."""
    template = api.named("workflow_job_template_nodes", "approval")["unified_job_template"]
    return api.add("workflow_approvals", workflow_approval_template=template, status="pending")


def counts(api: AwxApi) -> dict[str, int]:
    """How many objects there are of what a setup makes."""
    runs = ("project_updates", "inventory_updates", "workflow_approvals")
    return {name: len(items) for name, items in api.objects.items() if name not in runs}


def test_setup_makes_everything_a_second_one_changes_nothing_and_a_third_one_changes_an_older_workflow(
    api: AwxApi, set_up: SetUp
) -> None:
    first = set_up()
    assert (first.rc, first.failures()) == (0, {}), first.stderr
    made = counts(api)
    the_templates_are_right(api)
    the_workflow_is_right(api)
    the_surveys_are_right(api)
    assert api.granted() == {
        ("Site check and apply", "execute_role"): ["platform"],
        ("Site check and apply", "approval_role"): ["security"],
        ("Site check", "read_role"): ["platform", "security"],
        ("Site unchanged", "read_role"): ["platform", "security"],
        ("Site plans", "read_role"): ["platform", "security"],
        ("Site apply", "read_role"): ["platform"],
    }
    assert written(api)[-1] == ("inventory_sources", "update"), "the first check finds the accounts"

    pending = pending_approval(api)
    second = set_up()
    assert (second.rc, second.failures()) == (0, {}), second.stderr
    assert changed(second) == ALWAYS_CHANGED
    assert written(api) == EACH_TIME
    assert pending["status"] == "pending"
    assert counts(api) == made
    for run in (first, second):
        assert "hush-" not in run.stdout + run.stderr
        assert "0123456789-token" not in run.stdout + run.stderr
    an_older_workflow_is_changed_and_keeps_a_pending_approval(api, set_up)


def an_older_workflow_is_changed_and_keeps_a_pending_approval(api: AwxApi, set_up: SetUp) -> None:
    """In older setups the approval came directly after the check."""
    nodes = {name: api.named("workflow_job_template_nodes", name) for name in ("check", "approval")}
    api.linked[f"{nodes['check']['url']}always_nodes/"] = [nodes["approval"]["id"]]
    for name in ("unchanged", "plans"):
        node = api.named("workflow_job_template_nodes", name)
        del api.objects["workflow_job_template_nodes"][node["id"]]
    pending = pending_approval(api)

    again = set_up(aws_ml_awx_approval_seconds=3600, aws_ml_awx_operators=["Night watch"], aws_ml_awx_approvers=[])
    assert (again.rc, again.failures()) == (0, {}), again.stderr
    names = ["Add the jobs of the workflow", "Add the approval of the workflow", "Connect the nodes of the workflow"]
    assert changed(again) == [
        *names,
        "Allow the operators to start the workflow",
        "Allow the operators to read the jobs",
        *ALWAYS_CHANGED,
    ]
    the_workflow_is_right(api)
    assert api.named("workflow_approval_templates", "Approve the plans")["timeout"] == 3600
    assert pending["status"] == "pending"
    assert not {method for method, dummy in api.writes} & {"DELETE"}
    assert api.granted()["Site check and apply", "execute_role"] == ["Night watch", "platform"], "nothing is revoked"
    assert api.granted()["Site check and apply", "approval_role"] == ["security"]


def test_project_whose_first_update_failed_recovers(api: AwxApi, set_up: SetUp) -> None:
    api.updates_fail = True
    failed = set_up()
    assert list(failed.failures().values()) == ["Project update failed"]
    assert api.names("job_templates") == []
    still = set_up()
    assert "failed" in still.failures()["localhost"], "it says so as long as it fails"
    api.updates_fail = False
    recovered = set_up()
    assert (recovered.rc, recovered.failures()) == (0, {}), recovered.stderr
    the_templates_are_right(api)
    assert api.names("projects") == ["ML permissions"]


WRONG = {
    "aws_ml_awx_project_url": (None, "must be set, such as https://git.example.com/ml-permissions.git"),
    "aws_ml_awx_project_branch": ("", "is empty; it must be text"),
    "aws_ml_awx_organization": ([], "is []; it must be text"),
    "aws_ml_awx_execution_environment": (True, "is true; it must be text"),
    "aws_ml_awx_slices": (0, "is 0; it must be a whole number, 1 or more, such as 4"),
    "aws_ml_awx_forks": ("many", 'is "many"; it must be a whole number, 1 or more, such as 20'),
    "aws_ml_awx_approval_seconds": ("-1", 'is "-1"; it must be a whole number, 1 or more, such as 86400'),
    "aws_ml_awx_operators": ({"team": "platform"}, 'is {"team": "platform"}; it must be a list'),
    "aws_ml_awx_approvers": (["security", ""], 'has the entry ""; it must be a list without empty entries'),
    "aws_ml_awx_aprovers": (["security"], "is not a variable of this collection (set for localhost); did you mean"),
}


def test_everything_that_is_wrong_is_said_before_the_first_call(api: AwxApi, set_up: SetUp) -> None:
    read = known_variables().read_by("awx.setup").keys()
    assert WRONG.keys() == read | {"aws_ml_awx_aprovers"}, "a new variable needs a row"
    run = set_up(**{name: value for name, (value, dummy) in WRONG.items()})
    [message] = run.failures().values()
    assert message.startswith(f"localhost: {len(WRONG)} problems found, AWX was not called:\n")
    assert [name for name, (dummy, says) in WRONG.items() if f"\n- {name}: {says}" not in message] == [], message
    assert api.requests == 0


def the_templates_are_right(api: AwxApi) -> None:
    [inventory], [project], [credential] = (
        list(api.objects[name].values()) for name in ("inventories", "projects", "credentials")
    )
    source = api.named("inventory_sources", "AWS Organizations")
    environment = api.named("execution_environments", "ml-permissions")["id"]
    assert (source["inventory"], source["source_project"]) == (inventory["id"], project["id"])
    assert (source["credential"], source["execution_environment"]) == (credential["id"], environment)
    assert source["source_path"] in PROJECT_FILES
    assert (source["update_on_launch"], source["update_cache_timeout"]) == (True, 0), "what is pushed counts at once"
    [kind] = api.objects["credential_types"].values()
    assert credential["inputs"].keys() == {entry["id"] for entry in kind["inputs"]["fields"]}
    assert "hush-" not in str(credential["inputs"])
    templates = api.objects["job_templates"].values()
    for template in templates:
        assert (template["inventory"], template["project"]) == (inventory["id"], project["id"])
        assert template["execution_environment"] == environment
        assert template["ask_variables_on_launch"] is False, "whoever may give variables approves for himself"
    with_keys = [name for name in api.names("job_templates") if credential["id"] in credentials_of(api, name)]
    sliced = [template["name"] for template in templates if template["job_slice_count"] > 1]
    assert with_keys == sliced == ["Site check", "Site apply"]
    assert [template["name"] for template in templates if template["job_type"] != "check"] == ["Site apply"]


def credentials_of(api: AwxApi, template: str) -> list[int]:
    return api.linked[f"{api.named('job_templates', template)['url']}credentials/"]


def the_workflow_is_right(api: AwxApi) -> None:
    """This test checks what each node starts; test_awx_workflow.py checks the outcome."""
    [workflow] = api.objects["workflow_job_templates"].values()
    assert (workflow["ask_variables_on_launch"], workflow["allow_simultaneous"]) == (False, False)
    templates = {**api.objects["job_templates"], **api.objects["workflow_approval_templates"]}
    started = {
        node["identifier"]: templates[node["unified_job_template"]]["name"]
        for node in api.objects["workflow_job_template_nodes"].values()
    }
    assert started == {
        "check": "Site check",
        "unchanged": "Site unchanged",
        "plans": "Site plans",
        "approval": "Approve the plans",
        "apply": "Site apply",
    }
    for name, template in started.items():
        if name != "approval":
            assert api.named("job_templates", template)["playbook"] == f"{name}.yml"
    assert api.links() == {
        ("check", "always_nodes"): ["unchanged"],
        ("unchanged", "failure_nodes"): ["plans"],
        ("plans", "success_nodes"): ["approval"],
        ("approval", "success_nodes"): ["apply"],
    }


def the_surveys_are_right(api: AwxApi) -> None:
    """They ask for what the playbooks read."""
    assert api.surveys.keys() == {"Site check", "Site check and apply"}
    assert api.surveys["Site check"] == api.surveys["Site check and apply"]
    spec = api.surveys["Site check"]["spec"]
    questions = {question["variable"]: question for question in spec}
    assert questions.keys() <= known_variables().read_by("site").keys()
    read = (COLLECTION / "playbooks" / "site.yml").read_text(encoding="utf-8")
    assert sorted(questions["aws_ml_only_services"]["choices"]) == sorted(SERVICES)
    for question in spec:
        assert {"question_name", "variable", "type", "required"} <= question.keys()
        assert question["type"] in ("text", "multiplechoice", "multiselect")
        assert question.get("default") in (None, "all", *question.get("choices", []))
    profile = questions["aws_ml_profile"]
    assert "aws_ml_profile" in read
    for service in SERVICES:
        options = yaml.safe_load((COLLECTION / f"roles/{service}_iam/meta/argument_specs.yml").read_text())
        allowed = options["argument_specs"]["main"]["options"][f"{service}_iam_profile"]["choices"]
        assert profile["choices"] == [profile["default"], *allowed]
