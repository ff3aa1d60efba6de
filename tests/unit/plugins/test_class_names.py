# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A class name has one meaning in all plugins."""

from __future__ import annotations

import ast
from pathlib import Path

PLUGINS = Path(__file__).resolve().parents[3] / "plugins"

NAMES_OF_ANSIBLE = {
    "ActionModule",
    "CallbackModule",
    "FilterModule",
    "InventoryModule",
    "LookupModule",
    "ModuleDocFragment",
}
"""Ansible finds plugins by these names, in each file anew."""


def test_every_class_name_occurs_once() -> None:
    places: dict[str, list[str]] = {}
    for path in sorted(PLUGINS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and node.name not in NAMES_OF_ANSIBLE:
                places.setdefault(node.name, []).append(str(path.relative_to(PLUGINS)))
    assert len(places) > 100
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
