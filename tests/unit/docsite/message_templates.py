# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages of the code: every text in it, with `…` for each value."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import ansible
import yaml

COLLECTION = Path(__file__).resolve().parents[3]
ANSIBLE = Path(ansible.__file__).parent
FAILURES = {
    *("AnsibleActionFail", "AnsibleError", "AnsibleParserError", "AwsError", "BadBackup", "EngineError"),
    *("OrganizationError", "Problem", "Refusal", "ReportError"),
}
"""What is called with the text of a failure."""

_FILLED_IN = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{[0-9]*\}|%s", re.DOTALL)
_LEAST = 10
"""Letters that a template has to have of its own to be recognized where its values are shown."""


@cache
def templates(file: str) -> tuple[str, ...]:
    """The texts of a file of the collection, or of Ansible where its path begins with `ansible/`."""
    path = ANSIBLE / file.removeprefix("ansible/") if file.startswith("ansible/") else COLLECTION / file
    if path.suffix == ".yml":
        content = yaml.safe_load(path.read_text(encoding="utf-8").replace("!unsafe ", ""))
        return tuple(map(_plain, _strings(content)))
    return tuple(_plain(text) for text in _texts(ast.parse(path.read_text(encoding="utf-8"))))


def failures() -> Iterator[tuple[str, str]]:
    """Every text with which the plugins fail, and the file that it is in."""
    for path in sorted((COLLECTION / "plugins").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in ast.walk(tree):
            name = getattr(getattr(call, "func", None), "id", "") if isinstance(call, ast.Call) else ""
            if name in FAILURES and isinstance(call, ast.Call):
                for argument in call.args:
                    for text in map(_plain, _texts(argument)):
                        if " " in text.strip("… ") and re.search(r"[a-z]{2} [a-z]{2}", text):
                            yield path.relative_to(COLLECTION).as_posix(), text


def is_said(shown: str, template: str) -> bool:
    """Whether a text that is shown is (a part of) what the template says, or what it says with values filled in."""
    if shown in template:
        return True
    own = [re.escape(part) for part in template.split("…")]
    return len(template.replace("…", "")) >= _LEAST and re.fullmatch(".*".join(own), shown) is not None


def _texts(tree: ast.AST) -> Iterator[str]:
    whole = _text(tree)
    if whole is not None:
        yield whole
        if isinstance(tree, ast.Constant):
            return
    for child in ast.iter_child_nodes(tree):
        if whole is None or not isinstance(child, ast.Constant):
            yield from _texts(child)


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "…" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left), _text(node.right)
        return None if left is None and right is None else (left or "…") + (right or "…")
    return None


def _strings(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, (dict, list)):
        for item in content.values() if isinstance(content, dict) else content:
            yield from _strings(item)


def _plain(text: str) -> str:
    """A text with one sign for each place where values are filled in, and single spaces."""
    return " ".join(re.sub("…+", "…", _FILLED_IN.sub("…", text)).split())
