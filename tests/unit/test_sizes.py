# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and functions stay short enough to be read at once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINES_OF_A_FILE = 300
LINES_OF_A_FUNCTION = 40

DOCUMENTATION = {"DOCUMENTATION", "EXAMPLES", "RETURN"}
"""The constants from which Ansible makes the documentation of a plugin. They are as long as it has options."""


def python_files(folder: str) -> list[Path]:
    """The Python of a folder, with the scripts that have no suffix."""
    return [
        path
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file()
        and (path.suffix == ".py" or (not path.suffix and path.read_bytes().startswith(b"#!/usr/bin/env python")))
    ]


def lines_of(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def is_documentation(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id in DOCUMENTATION for target in node.targets
    )


def too_long(name: str, text: str) -> Iterator[str]:
    """What has more lines than it may have: the file without its documentation, and each of its functions."""
    tree = ast.parse(text)
    lines = len(text.splitlines()) - sum(lines_of(node) for node in tree.body if is_documentation(node))
    if lines > LINES_OF_A_FILE:
        yield f"{name}: {lines} lines"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines_of(node) > LINES_OF_A_FUNCTION:
            yield f"{name}: {node.name} has {lines_of(node)} lines"


@pytest.mark.parametrize("folder", ["plugins", "local_aws", "bench", "demo", "scripts", "tests", "extensions"])
def test_files_and_functions_are_short(folder: str) -> None:
    files = python_files(folder)
    assert files
    assert [
        problem for file in files for problem in too_long(str(file.relative_to(ROOT)), file.read_text(encoding="utf-8"))
    ] == []


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("a = 1\n" * 300, []),
        ("a = 1\n" * 301, ["it: 301 lines"]),
        ('DOCUMENTATION = """\n' + "a\n" * 400 + '"""\n' + "a = 1\n" * 300, []),
        ('TEXT = """\n' + "a\n" * 400 + '"""\n', ["it: 402 lines"]),
        ("def f():\n" + "    a = 1\n" * 39, []),
        ("def f():\n" + "    a = 1\n" * 40, ["it: f has 41 lines"]),
        ("class A:\n    async def f():\n" + "        a = 1\n" * 40, ["it: f has 41 lines"]),
    ],
)
def test_what_is_too_long(text: str, problems: list[str]) -> None:
    assert list(too_long("it", text)) == problems
