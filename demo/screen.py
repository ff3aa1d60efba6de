# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The output of the demonstration."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence

from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run import layout

COLOURED = sys.stdout.isatty() and "NO_COLOR" not in os.environ
WIDTH = min(shutil.get_terminal_size((100, 24)).columns, 100)


def chapter(number: int, title: str) -> None:
    """Begin a step of the demonstration."""
    say()
    say(_painted(f"── {number}. {title} ".ljust(WIDTH, "─"), "1;36"))


def say(text: str = "") -> None:
    print(text, flush=True)


def command(arguments: Sequence[str]) -> None:
    """Show a command before it runs, in lines that can be copied."""
    first, *others = layout.command(tuple(arguments))
    say(_painted("\n".join((f"$ {first.lstrip()}", *others)), "1"))


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows under headings, each column as wide as it needs to be."""
    widths = [max(len(str(row[column])) for row in (headings, *rows)) for column in range(len(headings))]
    for index, row in enumerate((headings, *rows)):
        line = "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        say(f"  {_painted(line, '1') if index == 0 else line}")


def _painted(text: str, code: str) -> str:
    return f"\033[{code}m{text}\033[0m" if COLOURED else text
