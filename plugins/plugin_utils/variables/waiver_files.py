# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The waivers of a playbook's variable: those that are written in it, and those of the files that it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import Problem
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.yaml_reader import composed, line_of, read

NAME = "aws_ml_waivers"


def with_files(entries: Iterable[Any]) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The waivers, each with its place, and what is wrong with the files.

    An entry is a waiver or the path of a file, which may be relative to the current folder.
    """
    found: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for index, entry in enumerate(entries):
        if isinstance(entry, Mapping):
            found.append({"place": f"{NAME}[{index}]", **_without_dates(entry)})
            continue
        waivers, wrong = _of_file(str(entry))
        found += waivers
        problems += wrong
    return found, problems


def _of_file(name: str) -> tuple[list[dict[str, Any]], list[Problem]]:
    try:
        text = Path(name).expanduser().read_text(encoding="utf-8")
    except OSError as error:
        return [], [Problem(NAME, f"the file {name} cannot be read: {error.strerror}")]
    except UnicodeDecodeError:
        return [], [Problem(NAME, f"the file {name} is not text in UTF-8")]
    content, wrong = read(text, dates=True)
    if wrong:
        return [], [Problem(f"{name}:{one.line}", one.message) for one in wrong]
    if not isinstance(content, list) or not all(isinstance(entry, Mapping) for entry in content):
        return [], [Problem(NAME, f"the file {name} does not contain a list of waivers")]
    node = composed(text)
    return [
        {"place": f"{name}:{line_of(node, (str(index),))}", **_without_dates(entry)}
        for index, entry in enumerate(content)
    ], []


def _without_dates(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A waiver with its dates as text, as in JSON."""
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in entry.items()}
