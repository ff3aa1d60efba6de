# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages import only what comes before them in `import_order.yml`, and `module_utils` nothing of `plugin_utils`.

Both are private to the collection, and each module says so.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

PLUGINS = Path(__file__).resolve().parents[3] / "plugins"
ORDER: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("import_order.yml").read_text(encoding="utf-8"))
COLLECTION = "ansible_collections.aws_ml.permissions.plugins."


def imported(module: tuple[str, ...], source: str) -> Iterator[tuple[str, ...]]:
    """What of `plugins` a module imports, as the parts of its path; relative imports too, wherever they are."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith(COLLECTION):
                    yield tuple(alias.name.removeprefix(COLLECTION).split("."))
        elif isinstance(node, ast.ImportFrom):
            named = tuple(node.module.split(".")) if node.module else ()
            if node.level:
                base = module[: len(module) - node.level]
                yield from ((*base, *named, alias.name) for alias in node.names)
            elif (node.module or "").startswith(COLLECTION):
                base = tuple((node.module or "").removeprefix(COLLECTION).split("."))
                yield from ((*base, alias.name) for alias in node.names)


def refusals(module: tuple[str, ...], source: str) -> list[str]:
    """The imports of a module that the contract does not allow."""
    kind, package = module[:2]
    return [
        ".".join(other)
        for other in imported(module, source)
        if other[0] in ORDER
        and (
            (kind == "module_utils" and other[0] == "plugin_utils")
            or (other[0] == kind and ORDER[kind].index(other[1]) > ORDER[kind].index(package))
        )
    ]


def modules(kind: str) -> Iterator[tuple[tuple[str, ...], Path]]:
    for path in sorted((PLUGINS / kind).rglob("*.py")):
        parts = path.relative_to(PLUGINS).with_suffix("").parts
        if len(parts) > 2 or parts[1] != "__init__":
            yield parts, path


@pytest.mark.parametrize("kind", ORDER)
def test_packages_import_only_what_comes_before_them(kind: str) -> None:
    found = {
        "/".join(module): wrong
        for module, path in modules(kind)
        if (wrong := refusals(module, path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize("kind", ORDER)
def test_every_package_has_its_place_in_the_order(kind: str) -> None:
    assert {module[1] for module, _path in modules(kind)} == set(ORDER[kind])


@pytest.mark.parametrize(
    ("module", "source", "wrong"),
    [
        ("module_utils/plan/planner", "from ..resolve.quarantine import standing", []),
        ("module_utils/plan/planner", "from .change import Part", []),
        (
            "module_utils/plan/planner",
            "from ..apply.executor import Executor",
            ["module_utils.apply.executor.Executor"],
        ),
        ("module_utils/plan/planner", "def f():\n    from .. import converge", ["module_utils.converge"]),
        ("module_utils/errors", "from . import sdk", ["module_utils.sdk"]),
        (
            "module_utils/errors",
            f"from {COLLECTION}plugin_utils.data.files import data_files",
            ["plugin_utils.data.files.data_files"],
        ),
        ("plugin_utils/data/files", f"import {COLLECTION}plugin_utils.run.results", ["plugin_utils.run.results"]),
        ("plugin_utils/data/files", f"from {COLLECTION}module_utils.modules import runner", []),
    ],
)
def test_the_contract_sees_every_kind_of_import(module: str, source: str, wrong: list[str]) -> None:
    assert refusals(tuple(module.split("/")), source) == wrong


@pytest.mark.parametrize("path", sorted(PLUGINS.glob("*_utils/**/__init__.py")), ids=lambda path: path.parent.name)
def test_packages_run_no_code_of_their_own(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == ""


PRIVATE = "# Private to this collection: it may change in any release. Do not import it elsewhere."


@pytest.mark.parametrize("kind", ORDER)
def test_every_module_says_that_it_is_private(kind: str) -> None:
    public = [
        path.name
        for _module, path in modules(kind)
        if path.name != "__init__.py" and PRIVATE not in path.read_text(encoding="utf-8").splitlines()
    ]
    assert public == []
