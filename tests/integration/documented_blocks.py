# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The code blocks of the documentation: all that docs/docsite/rst and the README show, as a reader sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent

COLLECTION = Path(__file__).resolve().parents[2]
PAGES = sorted((COLLECTION / "docs" / "docsite" / "rst").glob("*.rst"))

_DIRECTIVE = re.compile(r"^(?P<indent> *)\.\. code-block:: *(?P<language>\S*) *$")
_OPTION = re.compile(r"^ +:(?P<key>[a-z-]+): *(?P<value>.*?) *$")
_FENCE = re.compile(r"(?ms)^(?P<indent> *)```(?P<language>\w+)\n(?P<text>.*?)^ *```")
_COMMENT_NAME = re.compile(r"# (\S+\.ya?ml)\n")


@dataclass(frozen=True)
class Block:
    """A code block, its place, and the options of its directive."""

    page: str
    line: int
    language: str
    name: str
    caption: str
    text: str

    @property
    def place(self) -> str:
        return self.name or f"{self.page}, line {self.line}"

    @property
    def file(self) -> str:
        """The name of the file that the block shows: its caption, or the comment in its first line."""
        commented = _COMMENT_NAME.match(self.text)
        return self.caption or (commented[1] if commented else "")


@cache
def blocks() -> tuple[Block, ...]:
    """Every block of every page and of the README."""
    found = [block for path in PAGES for block in _of_page(path.stem, path.read_text(encoding="utf-8"))]
    return (*found, *_of_readme((COLLECTION / "README.md").read_text(encoding="utf-8")))


def block(name: str) -> Block:
    """The block of this name."""
    return next(block for block in blocks() if block.name == name)


def _of_page(page: str, text: str) -> Iterator[Block]:
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if opening := _DIRECTIVE.match(line):
            depth = len(opening["indent"])
            below = []
            for follower in lines[number + 1 :]:
                if follower.strip() and len(follower) - len(follower.lstrip()) <= depth:
                    break
                below.append(follower)
            options = {}
            while below and (option := _OPTION.match(below[0])):
                options[option["key"]] = option["value"]
                below.pop(0)
            content = dedent("\n".join(below)).strip("\n") + "\n"
            yield Block(
                page, number + 1, opening["language"], options.get("name", ""), options.get("caption", ""), content
            )


def _of_readme(text: str) -> Iterator[Block]:
    numbers: dict[str, int] = {}
    for found in _FENCE.finditer(text):
        language = found["language"]
        numbers[language] = numbers.get(language, 0) + 1
        name = f"README-{numbers[language]}" if language == "yaml" else ""
        line = text[: found.start()].count("\n") + 1
        yield Block("README", line, language, name, "", dedent(found["text"]))
