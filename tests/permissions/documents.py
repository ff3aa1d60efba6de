# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy documents of docs/permissions, filled in as the engine fills them in, and judged as IAM judges them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.placeholders import Placeholders
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import Account

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "permissions"
NAMES = sorted(file.stem for file in FOLDER.glob("*.json"))
MODES = ("audit", "converge", "retire", "restore", "inventory", "central")
"""The documents for the modes of a run; `converge_bounded` is a second one for the same mode, `boundary` is not for a
mode.
"""
ADDED = {"audit": ("simulate", "security_hub"), "converge": ("simulate",), "retire": ("retire_full_roles",)}
"""Documents that an identity of a mode has beside that of the mode where few runs need more."""

ACCOUNT = "123456789012"
Document = dict[str, Any]
Statement = dict[str, Any]


def text_of(name: str) -> str:
    return (FOLDER / f"{name}.json").read_text(encoding="utf-8")


def document(name: str, account: str = ACCOUNT, partition: str = "aws") -> Document:
    """A document in an account."""
    placeholders = Placeholders(Account(account, partition), {})
    filled: Document = placeholders.fill(json.loads(text_of(name)))
    return filled


def single_permissions(whole: Document) -> Iterator[tuple[str, Document]]:
    """Every action and every resource that a document allows by itself, as a name and a document of one statement."""
    for statement in whole["Statement"]:
        if statement["Effect"] == "Allow":
            for element in ("Action", "Resource"):
                for value in listed(statement[element]):
                    yield f"{statement['Sid']}: {value}", {**whole, "Statement": [{**statement, element: value}]}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
