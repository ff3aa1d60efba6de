# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A definition is data: it runs no code, reads no file, reaches no variables of others, and cannot hang a run."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.declaration import declared
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.parser import Parser
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.service import SECTIONS
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services import yaml_reader as service_yaml
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.folders import ServiceFolder, read_folder

pytestmark = pytest.mark.both_generations

OWN = Path(__file__).parents[4] / "integration" / "own_services" / "camera_lab"
JINJA = "{{ lookup('file', '/etc/passwd') }}{{ vars }}{% for x in range(10) %}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OWN, tmp_path / "camera_lab"))


def read(folder: Path) -> ServiceFolder:
    problems: list[Any] = []
    found = read_folder(folder, problems)
    assert found is not None, problems
    return found


def test_jinja_in_a_definition_and_in_values_stays_text(folder: Path) -> None:
    path = folder / "service.yml"
    path.write_text(path.read_text().replace("Camera Lab reads images.", json.dumps(JINJA)))
    service = Parser("camera_lab", read(folder).files).service()
    found, problems = declared(service, {"tags": {"owner": JINJA, "other": "${state}"}})
    assert found is not None, problems
    assert found.roles[0]["description"] == JINJA
    assert found.roles[0]["tags"] == {"owner": JINJA, "other": "${state}"}


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system ['touch FILE']",
        "a: !!python/name:os.system",
        "a: !!python/module:os",
        "a: !vault x",
        "a: !unsafe x",
        "a: !!binary aGVsbG8=",
        "a: !!set {x, y}",
    ],
)
def test_tags_are_refused(text: str, tmp_path: Path) -> None:
    data, problems = service_yaml.read(text.replace("FILE", str(tmp_path / "made")))
    assert data is None
    assert ["is not allowed; a definition is plain text" in problem.message for problem in problems] == [True]
    assert list(tmp_path.iterdir()) == []


def laughing(entry: str) -> str:
    """Each line holds the one above nine times."""
    first = "a0: &a0 {x: 1}\n"
    return first + "".join(f"a{n}: &a{n} {entry.format(', '.join([f'*a{n - 1}'] * 9))}\n" for n in range(1, 40))


@pytest.mark.parametrize("entry", ["[{}]", "{{<<: [{}]}}", "{{k: [{}]}}"])
def test_multiplying_aliases_are_refused_at_once(entry: str) -> None:
    before = time.process_time()
    data, problems = service_yaml.read(laughing(entry))
    assert data is None
    assert "has more than 50000 values" in problems[0].message
    assert time.process_time() - before < 1


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}", "[" * 5000, "- " * 5000, "[" * 100 + "]" * 100])
def test_endless_nesting_is_refused(text: str) -> None:
    data, problems = service_yaml.read(text)
    assert data is None
    assert problems


def locals_of(first: str, each: str) -> dict[str, str]:
    return {"l0": first, **{f"l{n}": each.format(f"l{n - 1}") for n in range(1, 60)}}


ENDLESS = {
    "texts": {"locals": locals_of("0123456789", "${{{0}}}${{{0}}}")},
    "lists in an expression": {"locals": locals_of("${[state, state]}", "${{[{0}, {0}][]}}")},
    "lists in lists": {"locals": locals_of("${[state, state]}", "${{[{0}, {0}]}}")},
    "lists of substitutions": {"locals": {"l0": ["x"], **{f"l{n}": [f"${{l{n - 1}}}"] * 2 for n in range(1, 60)}}},
    "dictionaries": {
        "locals": {"l0": {"x": 1}, **{f"l{n}": {"a": f"${{l{n - 1}}}", "b": f"${{l{n - 1}}}"} for n in range(1, 60)}}
    },
    "one expression": {"locals": {"l": "${[state]" + "[].[@, @]" * 150 + "}"}},
    "joined texts": {"locals": {"l": "${[state, state]" + " | [join('', @), join('', @)]" * 60 + "}"}},
    "comparisons": {
        "locals": {**locals_of("${[state, state]}", "${{[{0}, {0}]}}"), "end": "${l59 == l58}"},
    },
    "repetitions": {
        "locals": {
            "l0": ["x"] * 100,
            "l": [{"for_each": {f"n{n}": "l0" for n in range(12)}, "value": "x"}],
        }
    },
    "objects": {
        "locals": {"l0": ["x"] * 100},
        "roles": {"r": {"name": "r${a_index}", "for_each": dict.fromkeys("abcdefgh", "l0")}},
    },
}


@pytest.mark.parametrize("content", ENDLESS.values(), ids=list(ENDLESS))
def test_work_without_end_is_a_problem(content: dict[str, Any], folder: Path) -> None:
    files = {**read(folder).files}
    files["service"] = {**files["service"], **content}
    before = time.process_time()
    parser = Parser("camera_lab", files)
    found, problems = declared(parser.service(), {})
    assert found is None
    message = ": its definition cannot be evaluated for these values: "
    assert [str(problem).partition(message)[0] for problem in problems] == ["service camera_lab"]
    assert "it takes more steps than an evaluation may take; repeat over fewer entries" in str(problems[0])
    assert time.process_time() - before < 20


def test_variables_of_others_are_not_reached(folder: Path) -> None:
    service = Parser("camera_lab", read(folder).files).service()
    found, problems = declared(service, {"ansible_password": "secret", "deeplens_iam_state": "absent"})
    assert found is not None, problems
    assert "secret" not in json.dumps([getattr(found, section) for section in SECTIONS])
    files = {**read(folder).files}
    for name in ("ansible_password", "vars", "hostvars", "deeplens_iam_state", "@"):
        files["service"] = {**files["service"], "locals": {"mine": f"${{{name}}}"}}
        parser = Parser("camera_lab", files)
        parser.service()
        assert any(name in problem.message for problem in parser.problems), name
