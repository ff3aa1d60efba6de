# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Mistakes in the definition of a service, as data. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from .expressions import WrongExpression
from .parts import Path
from .templates import compiled


@dataclass(frozen=True)
class DefinitionProblem:
    """A mistake in a definition, at `path`.

    If `text` is given, the mistake is where that text is, in `path` or in one of the paths `also`: the definition of an
    object can be in two files.
    """

    path: Path
    message: str
    text: str = ""
    also: tuple[Path, ...] = ()


def near(name: str, known: Iterable[str]) -> str:
    """A suggestion to add to a message, empty if there is no similar name."""
    found = get_close_matches(name, sorted(known), 1)
    return f"; did you mean {found[0]}?" if found else ""


def is_text_of(scalar: str, text: str) -> bool:
    """Whether a text of a file is, or contains, the text of a problem: an expression or a whole template."""
    return text in (scalar, f"${{{scalar}}}") or f"${{{text}}}" in scalar


def unreadable_texts(content: Any) -> Iterator[tuple[str, str]]:
    """Each text of a template that cannot be read, and why."""
    for text in dict.fromkeys(_texts(content)):
        try:
            compiled(text)
        except WrongExpression as error:
            yield text, str(error)


def _texts(content: Any, is_expression: bool = False) -> Iterator[str]:
    """The texts of a template; those that are expressions as a substitution."""
    if isinstance(content, str):
        yield f"${{{content}}}" if is_expression else content
    elif isinstance(content, Mapping):
        for key, value in content.items():
            yield from _texts(value, is_expression or key in ("when", "for_each"))
    elif isinstance(content, list):
        for entry in content:
            yield from _texts(entry)
