# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pages that are followed from top to bottom have in common: what commands print, and what pip is to install."""

from __future__ import annotations

import importlib.metadata
import re
from itertools import chain, groupby

from integration.documented_commands import Command


def assert_installed(command: Command) -> None:
    for wanted in command.words[2:]:
        name, _unused, lowest = wanted.partition(">=")
        assert tuple(map(int, importlib.metadata.version(name).split(".")[:1])) >= tuple(
            map(int, lowest.split(".")[:1]) if lowest else (0,)
        )


def missing(shown: str, printed: str) -> str:
    """The first piece of what is shown, between lines of three dots, that was not printed in its place."""
    rest = alike(printed)
    for piece in filter(None, map(alike, re.split(r"(?m)^\.\.\.\n?", shown))):
        if piece not in rest:
            return piece
        rest = rest.partition(piece)[2]
    return ""


def alike(text: str) -> str:
    """A text without what differs from run to run: seconds, days, moments, blanks at ends, and the order of writes."""
    text = re.sub(r"\b20\d\d-\d\d-\d\d\b", "DAY", text)
    text = re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{12}", "MOMENT", re.sub(r"\bin \d+ s\b", "in N s", text))
    lines = [line.rstrip() for line in text.strip("\n").splitlines()]
    runs = [sorted(run) if writes else list(run) for writes, run in groupby(lines, lambda line: line.startswith("<"))]
    return "\n".join(chain.from_iterable(runs))
