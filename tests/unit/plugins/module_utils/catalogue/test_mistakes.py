# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes in service definitions: each is reported with its file, its line and what is right, all at once."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleError
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services import catalogue as service_catalogue
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services import schema as service_form
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import (
    SERVICES,
    catalogue,
    definition_problems_of,
    definitions,
    own_services,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.folders import (
    DefinitionsError,
    PlacedProblem,
    absolute,
    read_folder,
)

pytestmark = pytest.mark.both_generations

HERE = Path(__file__).parent
OWN = HERE.parents[3] / "integration" / "own_services"
CASES: list[dict[str, Any]] = yaml.safe_load((HERE / "mistakes.yml").read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the service of the tests, in the folder that Ansible runs in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(service_catalogue.CheckedDefinitions, "are_known", lambda self: False)
    shutil.copytree(OWN / "camera_lab", tmp_path / "ours" / "camera_lab")
    own_services.cache_clear()
    return tmp_path / "ours" / "camera_lab"


def problems(*paths: str) -> list[str]:
    own_services.cache_clear()
    try:
        own_services(absolute(paths or ("ours",)))
    except DefinitionsError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize("name", sorted(definitions().keys() - catalogue().keys()))
def test_services_that_are_only_known_have_none(name: str) -> None:
    files = definitions()[name]
    assert set(files) == {"service", "traces"}
    assert [*service_form.form_problems(files)] == []
    shared = (files["service"].get("principals") or {}).get("shared", [])
    assert files["traces"].get("principals", {}) == {
        strength: names for strength, names in (("alone", own_principals(files)), ("supporting", shared)) if names
    }


def own_principals(files: Mapping[str, Any]) -> list[str]:
    return list((files["service"].get("principals") or {}).get("own", []))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"variables": {}}, "documented.yml is missing"),
        ({"service": {"title": "A service", "lifecycle": {"state": "ended", "source": "AWS"}}}, "`since` is missing"),
        ({"service": {"title": "A service"}}, "`lifecycle` is missing"),
        (
            {"traces": {"parts": ["name"]}},
            '"name" is not valid; give one of "action", "attached_policy", "inline_policy"',
        ),
    ],
)
def test_mistake_in_a_service_that_is_only_known(changes: dict[str, Any], problem: str) -> None:
    files = {**definitions()["robomaker"], **changes}
    assert problem in [found.message for found in service_form.form_problems(files)]


@pytest.mark.parametrize("name", list(catalogue()))
def test_services_of_the_collection_have_none(name: str) -> None:
    found: list[PlacedProblem] = []
    service = read_folder(SERVICES / name, found)
    assert service is not None, found
    assert definition_problems_of(service) == []


def test_the_service_of_the_tests_has_none(folder: Path) -> None:
    assert problems() == []
    assert problems("ours/camera_lab") == []
    assert problems("ours", "ours/") == []


@pytest.mark.parametrize("case", CASES, ids=[f"{case['file']}-{case.get('old')}-{case['new']}" for case in CASES])
def test_mistake(folder: Path, case: dict[str, Any]) -> None:
    path = folder / f"{case['file']}.yml"
    if "old" in case:
        text = path.read_text(encoding="utf-8")
        assert text.count(case["old"]) >= 1, text
        path.write_text(text.replace(case["old"], case["new"], 1), encoding="utf-8")
    elif case["new"] is None:
        path.unlink()
    else:
        path.write_text(case["new"], encoding="utf-8")
    place = "ours/camera_lab"
    assert problems() == [f"{place}{'' if one.startswith(':') else '/'}{one}" for one in case["problems"]]


def test_all_are_reported_at_once(folder: Path) -> None:
    shutil.copytree(folder, folder.parent / "other_lab")
    (folder / "remedies.yml").write_text("a: [")
    remedies = folder.parent / "other_lab" / "remedies.yml"
    remedies.write_text("---\nremedies:\n  nothing: x\n  nobody: y\n")
    found = problems()
    assert "ours/camera_lab/remedies.yml:2: cannot be read as YAML: did not find expected node content" in found
    assert "ours/other_lab/remedies.yml:3: `nothing` is not the code of a finding" in found
    assert "ours/other_lab/remedies.yml:4: `nobody` is not the code of a finding" in found


def test_folders(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    assert problems("nowhere", "empty", "file") == [
        "empty: contains no folder of a service",
        "file: is not a folder; give a folder with folders of services",
        "nowhere: does not exist; give a folder with folders of services",
    ]
    for name in ("Camera-Lab", "service", "deeplens"):
        shutil.copytree(folder, tmp_path / "names" / name)
    assert [problem for problem in problems("names") if ": " in problem and ".yml" not in problem] == [
        'names/Camera-Lab: "Camera-Lab" cannot be the name of a service; use lowercase letters, digits and underscores',
        "names/deeplens: deeplens is a service of this collection; give yours another name",
        'names/service: "service" cannot be the name of a service; is taken',
    ]
    shutil.copytree(folder, tmp_path / "more" / "camera_lab")
    assert problems("ours", "more") == [
        "more/camera_lab: camera_lab is in ours/camera_lab too; give each service its own name"
    ]
    (folder / "notes.txt").touch()
    (folder / "README.md").touch()
    assert problems() == []
    (folder / "traces.yml").rename(folder / "traces.yaml")
    assert problems() == ["ours/camera_lab/traces.yaml: is not read; rename it to traces.yml"]
    (folder / "traces.yaml").unlink()
    (folder / "traces.yml").write_bytes(b"\xff\xfe")
    assert problems() == ["ours/camera_lab/traces.yml: is not text in UTF-8"]


def test_without_jsonschema_the_package_is_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    service_form._validator.cache_clear()
    with pytest.raises(AnsibleError, match=r"jsonschema is missing, .* pip install jsonschema, for ansible-playbook"):
        problems()


def test_right_definitions_are_checked_once_in_a_run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("ansible.constants.DEFAULT_LOCAL_TMP", str(tmp_path))
    checks = []
    monkeypatch.setattr(service_catalogue, "form_problems", lambda files: checks.append(files) or ())
    assert [problems(), problems(), len(checks)] == [[], [], 1]
    with (folder / "remedies.yml").open("a") as file:
        file.write("  unheard_of: x\n")
    assert [len(problems()), len(problems()), len(checks)] == [1, 1, 3]
