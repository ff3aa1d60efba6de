# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a Resource of a policy can match an ARN format of the service authorization reference."""

from __future__ import annotations

import re
from functools import cache

_VARIABLE = re.compile(r"\$\{([^}]+)\}")
_FIELDS = 6

# Variables whose values hold slashes, beside those that name a path; no other variable spans a slash or a colon.
_WITH_SLASHES = {"ObjectName", "LogGroupName", "LogStreamName", "RepositoryName"}


@cache
def can_match(resource: str, format_: str) -> bool:
    """Whether some ARN of the format matches the resource, in which * is any text and ? any character.

    A wildcard does not reach over the colons in front of the last field, as in IAM.
    """
    if resource == "*":
        return True
    fields = resource.split(":", _FIELDS - 1)
    formats = format_.split(":", _FIELDS - 1)
    if len(fields) < _FIELDS:
        return False
    return all(_meet(_glob(field), _tokens(pattern)) for field, pattern in zip(fields, formats, strict=True))


def _glob(text: str) -> tuple[str, ...]:
    """The characters of a resource; a policy variable such as ${aws:username} can become any text."""
    return tuple(_VARIABLE.sub("*", text))


def _tokens(format_: str) -> tuple[str, ...]:
    """Characters of a format and, for a variable, the characters that it cannot hold after a leading NUL."""
    tokens: list[str] = []
    position = 0
    for found in _VARIABLE.finditer(format_):
        name = found.group(1)
        forbidden = ":" if name in _WITH_SLASHES or "Path" in name else ":/"
        tokens += [*format_[position : found.start()], "\0" + forbidden]
        position = found.end()
    return (*tokens, *format_[position:])


def _meet(glob: tuple[str, ...], tokens: tuple[str, ...]) -> bool:
    """Whether a text exists that the glob matches and that has the format. A variable holds one character or more."""
    reached = {(0, 0, False)}
    waiting = list(reached)
    while waiting:
        left, right, inside = waiting.pop()
        if left == len(glob) and right == len(tokens):
            return True
        for following in _following(glob, tokens, left, right, inside):
            if following not in reached:
                reached.add(following)
                waiting.append(following)
    return False


def _following(
    glob: tuple[str, ...], tokens: tuple[str, ...], left: int, right: int, inside: bool
) -> list[tuple[int, int, bool]]:
    """Where one can be after the next step. `inside` is whether the variable at `right` has a character already."""
    moves: list[tuple[int, int, bool]] = []
    token = tokens[right] if right < len(tokens) else None
    letter = glob[left] if left < len(glob) else None
    if letter == "*":
        moves.append((left + 1, right, inside))
    if inside:
        moves.append((left, right + 1, False))
    if token is None or letter is None:
        return moves
    is_variable = token[0] == "\0"
    wild = letter in "*?"
    agree = (wild or letter not in token[1:]) if is_variable else (wild or letter == token)
    if agree:
        next_left = left if letter == "*" else left + 1
        moves.append((next_left, right, True) if is_variable else (next_left, right + 1, False))
    return moves
