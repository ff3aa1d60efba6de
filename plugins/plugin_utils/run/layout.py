# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Lays out text in lines of a limited width: groups of accounts, and commands that stay copyable. Pure."""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Iterator, Sequence

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable

WIDTH = 80
"""Columns of a line."""

_ACCOUNT_ID = re.compile(r"(?<!\d)\d{12}(?!\d)")
_MOST_NAMES = 40
"""Names of accounts that can fit into the lines of an entry."""

_SHORT_NAMES = 30
"""Columns of the names of a few accounts where the text beside them has to be cut too."""


def columns(text: str) -> int:
    """The columns of a screen that a printable text takes."""
    return len(text) if text.isascii() else sum(map(_columns_of, text))


def _columns_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def shortened(text: str, width: int) -> str:
    """A text of at most `width` columns, with … in place of its middle. An account id is left whole or out."""
    if columns(text) <= width:
        return text
    begin, end = _taken(text, (width - 1) - (width - 1) // 2), len(text) - _taken(text[::-1], (width - 1) // 2)
    for found in _ACCOUNT_ID.finditer(text):
        begin = found.start() if found.start() < begin < found.end() else begin
        end = found.end() if found.start() < end < found.end() else end
    return f"{text[:begin]}…{text[end:]}"


def _taken(text: str, width: int) -> int:
    """How many characters of a text fit into `width` columns."""
    used = 0
    for number, character in enumerate(text):
        used += _columns_of(character)
        if used > width:
            return number
    return len(text)


def wrapped(text: str, first: str = "", others: str = "", width: int = WIDTH) -> list[str]:
    """The lines of a text that is broken at its spaces. `first` and `others` begin lines; a long word is shortened."""
    lines: list[str] = []
    line = first
    begun = False
    for word in printable(text, None).split(" "):
        fitting = shortened(word, width - max(columns(first), columns(others)))
        if begun and columns(line) + 1 + columns(fitting) > width:
            lines.append(line.rstrip())
            line, begun = others, False
        line += f" {fitting}" if begun else fitting
        begun = True
    return [*lines, line.rstrip()]


def entry(text: str, names: Sequence[str], most: int, is_sentence: bool = False) -> list[str]:
    """`text: name, name and 3 more` in at most `most` lines, indented. Where no name fits, their number.

    A text that does not fit either loses its middle, which tells names apart best, and a sentence its end.
    """
    counted = printable(", ".join(names)) if len(names) < 4 else f"{len(names)} accounts"
    if columns(counted) > _SHORT_NAMES:
        counted = f"{len(names)} accounts" if len(names) > 1 else shortened(counted, _SHORT_NAMES)
    shown = [printable(name) for name in names[:_MOST_NAMES]]
    for number in range(len(shown), 0, -1):
        more = f" and {len(names) - number} more" if number < len(names) else ""
        lines = wrapped(f"{text}: {', '.join(shown[:number])}{more}", "  ", "    ")
        if len(lines) <= most:
            return lines
    lines = wrapped(f"{text}: {counted}", "  ", "    ")
    if len(lines) <= most:
        return lines
    whole = printable(text, None)
    for width in range(most * (WIDTH - 4) - len(counted) - 2, 8, -8):
        lines = wrapped(f"{_begun(whole, width) if is_sentence else shortened(whole, width)}: {counted}", "  ", "    ")
        if len(lines) <= most:
            return lines
    return [f"  {counted}"]


def _begun(text: str, width: int) -> str:
    """A sentence without its end, cut after a word."""
    return text if columns(text) <= width else f"{text[: _taken(text, width - 2)].rpartition(' ')[0]} …"


def command(words: Sequence[str], width: int = WIDTH) -> list[str]:
    """The lines of a command, quoted for a shell. Each line but the last ends in a backslash, so that it can be copied.

    A word that is too long for a line continues at the beginning of the next one, where a shell joins its parts.
    """
    lines: list[str] = []
    line = ""
    for word, quoted in _units(words, width - 6):
        if not line:
            line = f"  {quoted}"
        elif columns(line) + 1 + columns(quoted) <= width - 2:
            line += f" {quoted}"
        elif 4 + columns(quoted) <= width - 2:
            lines.append(f"{line} \\")
            line = f"    {quoted}"
        else:
            *parts, last = _parts(word, width - 2)
            lines += [f"{line} \\", *(f"{part}\\" for part in parts)]
            line = last
    return [*lines, line]


def _units(words: Sequence[str], width: int) -> Iterator[tuple[str, str]]:
    """Each word, and it quoted. An option and its value stay together where they fit into `width` columns."""
    option = ""
    for word in words:
        quoted = shlex.quote(word)
        if option and not word.startswith("-") and columns(f"{option} {quoted}") <= width:
            yield "", f"{option} {quoted}"
            option = ""
            continue
        if option:
            yield option, option
        option = word if word.startswith("-") and quoted == word else ""
        if not option:
            yield word, quoted
    if option:
        yield option, option


def _parts(word: str, width: int) -> list[str]:
    """A word in quoted parts of at most `width` columns."""
    parts = [""]
    part = ""
    for character in word:
        longer = shlex.quote(part + character)
        if columns(longer) > width:
            parts.append("")
            part = ""
        part += character
        parts[-1] = shlex.quote(part)
    return parts
