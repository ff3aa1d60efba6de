# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit tests that import Ansible run with both ends of ansible-core, and some playbooks do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
COLLECTION = "ansible_collections.aws_ml.permissions.plugins."
NEEDS_ANSIBLE = re.compile(
    rf"(ansible|preloaded_ansible|{re.escape(COLLECTION)}(action|callback|filter|inventory|lookup|modules))(\.|$)"
)
MARKED = re.compile(r"^(pytestmark = |@)pytest\.mark\.both_generations$", re.MULTILINE)


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_what_imports_ansible_runs_with_both_generations() -> None:
    unmarked = [
        path for path in (TESTS / "unit").rglob("test_*.py") if not MARKED.search(path.read_text(encoding="utf-8"))
    ]
    needing = {str(path): [name for name in imported(path) if NEEDS_ANSIBLE.match(name)] for path in unmarked}
    assert {path: names for path, names in needing.items() if names} == {}


@pytest.mark.parametrize("part", ["unit", "integration"])
def test_both_parts_run_with_both_generations(part: str) -> None:
    assert [path for path in (TESTS / part).rglob("test_*.py") if MARKED.search(path.read_text(encoding="utf-8"))]
