# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules document is what they take: checked against the argument spec that each really runs with."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.amazon.aws.plugins.module_utils.modules import aws_argument_spec
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules import runner as module_runner

pytestmark = pytest.mark.both_generations

ROOT = Path(__file__).resolve().parents[4]
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("[!_]*.py"))
OF_THE_CONTROLLER = {
    "account_variables",
    "adopted_inventory",
    "notify",
    "retirement_wave",
    "run_summary",
    "service_definitions",
}
"""Modules that are an action plugin alone, which has their options."""
MEANT_AS_UNSET = {"required": False, "default": None, "choices": None, "elements": None, "aliases": []}


class SpecSeen(Exception):
    """Carries the argument spec of a module away before the module runs."""


def keep_spec(argument_spec: dict[str, Any], **dummy: Any) -> None:
    raise SpecSeen(argument_spec)


@pytest.fixture(params=sorted(set(MODULES) - OF_THE_CONTROLLER))
def module(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def ansible_doc() -> subprocess.CompletedProcess[str]:
    """One run of ansible-doc over all modules, as in a user's shell."""
    command = shutil.which("ansible-doc", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    assert command, "ansible-doc is not installed"
    names = [f"aws_ml.permissions.{name}" for name in MODULES]
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv/collections"), "NO_COLOR": "1"}
    return subprocess.run(
        [command, "-t", "module", "--json", *names], env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def documented(ansible_doc: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What ansible-doc makes of every module, fragments merged."""
    return json.loads(ansible_doc.stdout)


@pytest.fixture
def spec(module: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The argument spec that the module hands to Ansible, without amazon.aws's own options."""
    monkeypatch.setattr(module_runner, "Module", keep_spec)
    plugin = importlib.import_module(f"ansible_collections.aws_ml.permissions.plugins.modules.{module}")
    with pytest.raises(SpecSeen) as seen:
        plugin.main()
    return {name: option for name, option in seen.value.args[0].items() if name not in aws_argument_spec()}


@pytest.fixture
def documentation(module: str, documented: dict[str, Any]) -> dict[str, Any]:
    return documented[f"aws_ml.permissions.{module}"]


def test_all_modules_are_found() -> None:
    assert len(MODULES) == 20


def test_ansible_doc_shows_every_module_without_complaint(ansible_doc: subprocess.CompletedProcess[str]) -> None:
    assert (ansible_doc.returncode, ansible_doc.stderr) == (0, "")
    assert sorted(json.loads(ansible_doc.stdout)) == [f"aws_ml.permissions.{name}" for name in MODULES]


def test_options_are_documented_as_they_are_taken(spec: dict[str, Any], documentation: dict[str, Any]) -> None:
    options = {
        name: option for name, option in documentation["doc"]["options"].items() if name not in aws_argument_spec()
    }
    assert dict(comparable(options, "suboptions")) == dict(comparable(spec, "options"))


def comparable(options: dict[str, Any], nested: str, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Each option by its place, with what documentation and argument spec both say of it."""
    for name, option in options.items():
        said = {key: option.get(key, unset) for key, unset in MEANT_AS_UNSET.items()}
        yield f"{place}{name}", {**said, "aliases": sorted(said["aliases"]), "type": option.get("type", "str")}
        yield from comparable(option.get(nested) or {}, nested, f"{place}{name}.")


def test_options_of_amazon_aws_are_documented(documentation: dict[str, Any]) -> None:
    assert set(aws_argument_spec()) <= set(documentation["doc"]["options"])


def test_items_of_a_baseline_say_what_their_modules_say(documented: dict[str, Any]) -> None:
    """The same sentences, with option names that are right where they stand."""
    modules = {
        "roles": "iam_role",
        "managed_policies": "iam_managed_policy",
        "attachments": "iam_policy_attachment",
        "trust_statements": "iam_trust_statement",
    }
    baseline = documented["aws_ml.permissions.iam_baseline"]["doc"]["options"]
    for section, single in modules.items():
        options = documented[f"aws_ml.permissions.{single}"]["doc"]["options"]
        for name, item in baseline[section]["suboptions"].items():
            said = " ".join(item["description"])
            assert said.replace(f"O({section}[].", "O(") == " ".join(options[name]["description"])
            assert said.count("O(") == said.count(f"O({section}[].")


def test_module_says_who_and_since_when(documentation: dict[str, Any]) -> None:
    doc = documentation["doc"]
    assert doc["version_added"] == "1.0.0"
    assert doc["author"] == "aws_ml.permissions contributors (@aws-ml)"
    assert doc["attributes"]["check_mode"]["support"] == "full"
    assert doc["attributes"]["diff_mode"]["support"] == "full"


def test_examples_show_every_option(module: str, spec: dict[str, Any], documentation: dict[str, Any]) -> None:
    used: set[str] = set()
    for task in yaml.safe_load(documentation["examples"]):
        used |= set(places(task.get(f"aws_ml.permissions.{module}", {})))
    declared = {place for place, dummy in comparable(spec, "options")}
    assert declared - used == set()


def places(value: Any, place: str = "") -> Iterator[str]:
    """The place of every key in a task's options; items of a list share the place of the list."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            for name, inner in item.items():
                yield f"{place}{name}"
                yield from places(inner, f"{place}{name}.")
