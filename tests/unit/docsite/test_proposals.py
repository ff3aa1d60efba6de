# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What messages, remedies and overrides propose exists: variables, playbooks, modules and choices of options."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.argument_specs import retire_options
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import catalogue
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.known_variables import known_variables

pytestmark = pytest.mark.both_generations

ROOT = Path(__file__).resolve().parents[3]
MODULES = {path.stem for path in (ROOT / "plugins/modules").glob("*.py")}
PLAYBOOKS = {path.stem for path in (ROOT / "playbooks").glob("*.yml")}
OF_OTHER_USE = {"aws_ml_permissions"}
"""The prefix of the tags."""
NO_VARIABLE = re.compile(r"aws_ml_(access|plans)_|aws_ml_reports?$|aws_ml_retire_$")
VERBS = {"of", "reads", "removes", "sets", "without"}
"""What else follows "the playbook" in the code."""


def texts() -> Iterator[tuple[str, str]]:
    """Every text of the code that a person may read, and every remedy in the data, with its file."""
    for path in sorted((ROOT / "plugins").rglob("*.py")):
        if "doc_fragments" in path.parts or "modules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
                yield str(path.relative_to(ROOT)), node.value
    rules = ROOT / "plugins/plugin_utils/data/aws_facts/finding_rules.yml"
    for path in (rules, *sorted((ROOT / "services").glob("*/remedies.yml"))):
        for text in _values(yaml.safe_load(path.read_text(encoding="utf-8"))):
            yield str(path.relative_to(ROOT)), text


def _values(content: object) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from _values(value)
    elif isinstance(content, list):
        for value in content:
            yield from _values(value)


TEXTS = list(texts())


def named(pattern: str) -> set[tuple[str, str]]:
    """What the texts name by a pattern, with the file."""
    return {(file, found) for file, text in TEXTS for found in re.findall(pattern, text)}


def test_variables_exist() -> None:
    found = named(r"(?<![\w.:])aws_ml_[a-z_]+")
    known = set(known_variables().playbooks) | known_results()
    assert len(found) > 20
    assert {one for one in found if one[1] not in known | OF_OTHER_USE and not NO_VARIABLE.match(one[1])} == set()


def known_results() -> set[str]:
    content = yaml.safe_load((ROOT / "plugins/plugin_utils/data/playbook_facts/variables.yml").read_text("utf-8"))
    return set(content["results"])


def test_variables_of_services_exist() -> None:
    variables = {f"{name}_iam_{one}" for name, service in catalogue().items() for one in service.variables}
    prefixes = "|".join(f"{name}_iam_" for name in catalogue())
    found = named(rf"(?<![\w.])(?:{prefixes})[a-z_]+")
    assert len(found) > 10
    assert {one for one in found if one[1] not in variables} == set()


def test_modules_and_playbooks_exist() -> None:
    modules = named(r"(?<![\w.:/-])iam_[a-z]+(?:_[a-z]+)*(?= with | with\b|: )")
    options = {"iam_type", "iam_name"}
    assert {one for one in modules if one[1] not in MODULES | options} == set()
    playbooks = named(r"the playbook ([a-z]+)(?=[ ,;.(]|$)")
    assert {one for one in playbooks if one[1] not in PLAYBOOKS | VERBS} == set()
    qualified = named(r"aws_ml\.permissions\.([a-z_]+)")
    plugins = {path.stem for path in (ROOT / "plugins").glob("*/*.py")}
    assert {one for one in qualified if one[1] not in MODULES | PLAYBOOKS | plugins} == set()


def test_overrides_are_choices_of_allow() -> None:
    found = named(r"allow: \[([a-z_]+)\]") | {
        (file, code)
        for file, source in (
            (str(path), path.read_text(encoding="utf-8"))
            for path in (ROOT / "plugins/module_utils/retire").glob("*.py")
        )
        for code in re.findall(r"_allow\(\"([a-z_]+)\"\)", source)
    }
    assert len(found) >= 6
    assert {one for one in found if one[1] not in retire_options()["allow"]["choices"]} == set()
