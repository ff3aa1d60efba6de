# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module ships no more files to a host than `shipped_files.yml` says.

Ansible ships what a module imports, and what that imports, wherever in a file the import is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

PLUGINS = Path(__file__).resolve().parents[4] / "plugins"
LIMITS: dict[str, dict[str, int]] = yaml.safe_load(
    Path(__file__).with_name("shipped_files.yml").read_text(encoding="utf-8")
)
COLLECTION = "ansible_collections.aws_ml.permissions.plugins."


def imported(path: Path) -> Iterator[Path]:
    """The modules of `plugins` that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom):
            continue
        if node.level:
            base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
        elif (node.module or "").startswith(COLLECTION):
            base = PLUGINS.joinpath(*(node.module or "").removeprefix(COLLECTION).split("."))
        else:
            continue
        candidates = (base, *(base / alias.name for alias in node.names))
        yield from filter(Path.is_file, (candidate.with_suffix(".py") for candidate in candidates))


def shipped(module: str) -> set[Path]:
    """The files of `module_utils` below its first level that Ansible ships with a module."""
    waiting = list(imported(PLUGINS / "modules" / f"{module}.py"))
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += imported(path)
    packages = {path.parent / "__init__.py" for path in found if path.parent.name != "module_utils"}
    return found | packages


def test_every_module_has_a_limit() -> None:
    assert set(LIMITS) == {path.stem for path in (PLUGINS / "modules").glob("[!_]*.py")}


@pytest.mark.parametrize("module", sorted(LIMITS))
def test_a_module_ships_no_more_than_its_limit(module: str) -> None:
    files = shipped(module)
    size = sum(path.stat().st_size for path in files)
    assert len(files) <= LIMITS[module]["files"]
    assert size <= LIMITS[module]["kilobytes"] * 1000
