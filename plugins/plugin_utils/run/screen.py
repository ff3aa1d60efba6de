# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Prints lines of the collection as they are, in a callback or in a task."""

from __future__ import annotations

from collections.abc import Iterable

from ansible import constants as C
from ansible.utils.display import Display

_JSON_CALLBACKS = {"json", "jsonl", "ansible.posix.json", "ansible.posix.jsonl"}


def is_stdout_json() -> bool:
    """Whether nothing but JSON may go to stdout."""
    return C.DEFAULT_STDOUT_CALLBACK in _JSON_CALLBACKS


def show(lines: Iterable[str]) -> None:
    """Print lines, to stderr where stdout is JSON. From a worker, Ansible passes them to the process that prints."""
    aside = is_stdout_json()
    for line in lines:
        Display().display(line, stderr=aside)
