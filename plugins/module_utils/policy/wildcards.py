# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The patterns of IAM policies, in time that grows with the length of the pattern times that of the text. Pure.

`*` stands for any text and `?` for one character. A policy variable such as `${aws:PrincipalTag/team}` can become any
text; `${*}`, `${?}` and `${$}` stand for `*`, `?` and `$` themselves (IAM user guide, policy elements: variables).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

ANY = "any text"
ONE = "one character"

_TOKEN = re.compile(r"\$\{[^}]*\}|.", re.DOTALL)
_SPECIAL = {"*": ANY, "?": ONE, "${*}": "*", "${?}": "?", "${$}": "$"}

# Stand-ins for what is not a character, from Unicode's private use area: IAM takes no such character in a document.
_ANY_CODE, _ONE_CODE, _FIRST_VARIABLE, _LAST_VARIABLE = "\ue000", "\ue001", 0xE002, 0xF8FF


@lru_cache(maxsize=16384)
def tokens(pattern: str) -> tuple[str, ...]:
    """A pattern taken apart: characters, `ANY`, `ONE`, and policy variables as they are written."""
    found: list[str] = []
    for text in _TOKEN.findall(pattern):
        token = _SPECIAL.get(text, text)
        if token != ANY or found[-1:] != [ANY]:
            found.append(token)
    return tuple(found)


def is_variable(token: str) -> bool:
    return token.startswith("${")


def has_variable(pattern: str) -> bool:
    """Whether what the pattern stands for depends on the request."""
    return "${" in pattern and any(map(is_variable, tokens(pattern)))


def fits(text: str, pattern: str) -> bool:
    """Whether a text can fit a pattern; case counts, as in ARNs."""
    return text == pattern or _fits(text, pattern)


@lru_cache(maxsize=65536)
def fits_any_case(text: str, pattern: str) -> bool:
    """Whether a text can fit a pattern, as the names of actions and of IAM's objects do."""
    return _fits(text.lower(), pattern.lower())


def covers(wide: str, narrow: str) -> bool:
    """Whether every text that fits `narrow` is known to fit `wide`. A variable is covered by itself and by `*`."""
    if wide == narrow:
        return True
    wider, narrower = tokens(wide), tokens(narrow)
    variables = sorted({token for token in (*wider, *narrower) if is_variable(token)})
    if len(variables) > _LAST_VARIABLE - _FIRST_VARIABLE:
        return False
    codes = {ANY: _ANY_CODE, ONE: _ONE_CODE}
    codes.update({variable: chr(_FIRST_VARIABLE + index) for index, variable in enumerate(variables)})
    text = "".join(codes.get(token, token) for token in narrower)
    one = f"[^{_ANY_CODE}{chr(_FIRST_VARIABLE)}-{chr(_LAST_VARIABLE)}]"
    segments = [[one if token == ONE else re.escape(codes.get(token, token)) for token in row] for row in _split(wider)]
    return _compiled(tuple("".join(segment) for segment in segments)).fullmatch(text) is not None


def _fits(text: str, pattern: str) -> bool:
    # Most actions are patterns that fit themselves alone, and an expression is slow to compile.
    if not any(special in pattern for special in "*?$"):
        return text == pattern
    return _expression(pattern).fullmatch(text) is not None


@lru_cache(maxsize=16384)
def _expression(pattern: str) -> re.Pattern[str]:
    """What fits a pattern, where variables are any text."""
    row = [ANY if is_variable(token) else token for token in tokens(pattern)]
    return _compiled(
        tuple("".join("." if token == ONE else re.escape(token) for token in part) for part in _split(row))
    )


def _split(row: Sequence[str]) -> list[list[str]]:
    """What stands before, between and after the `ANY` of a pattern."""
    segments: list[list[str]] = [[]]
    for token in row:
        if token == ANY:
            segments.append([])
        else:
            segments[-1].append(token)
    return segments


@lru_cache(maxsize=16384)
def _compiled(segments: tuple[str, ...]) -> re.Pattern[str]:
    """An expression that finds each segment at its first place and does not look for another (atomic groups)."""
    first, *rest = segments
    if not rest:
        return re.compile(first, re.DOTALL)
    middle = "".join(f"(?>.*?{segment})" for segment in rest[:-1] if segment)
    return re.compile(f"{first}{middle}.*{rest[-1]}", re.DOTALL)


@lru_cache(maxsize=16384)
def _ends(pattern: str) -> tuple[str, str]:
    """The text that everything begins with that fits a pattern, and the text that it ends with."""
    row = tokens(pattern)
    open_ended = [index for index, token in enumerate(row) if token in (ANY, ONE) or is_variable(token)]
    if not open_ended:
        return "".join(row), "".join(row)
    return "".join(row[: open_ended[0]]), "".join(row[open_ended[-1] + 1 :])


def ends_differ(one: str, other: str) -> bool:
    """Whether two patterns cannot both fit a text because of how it would begin or end; a quick look."""
    (start, end), (other_start, other_end) = _ends(one), _ends(other)
    length = min(len(start), len(other_start))
    if start[:length] != other_start[:length]:
        return True
    length = min(len(end), len(other_end))
    return end[len(end) - length :] != other_end[len(other_end) - length :]


@lru_cache(maxsize=16384)
def meet(one: str, other: str) -> bool:
    """Whether some text can fit both patterns.

    Reads `one` token by token, with the places of `other` that can be reached by then as the bits of a number.
    """
    places = _Places.of(other)
    reached = places.along(1)
    for token in tokens(one):
        if token == ANY or is_variable(token):
            reached = places.from_first(reached)
        else:
            reached = places.along(places.after(reached, token))
    return bool(reached >> places.length & 1)


class _Places:
    """The places between the tokens of a pattern, as bits: bit 0 before the first, bit `length` after the last."""

    def __init__(self, row: Sequence[str]) -> None:
        self.length = len(row)
        self._open = self._one = 0
        self._characters: dict[str, int] = {}
        for index, token in enumerate(row):
            if token == ANY or is_variable(token):
                self._open |= 1 << index
            elif token == ONE:
                self._one |= 1 << index
            else:
                self._characters[token] = self._characters.get(token, 0) | 1 << index
        self._all = (1 << self.length + 1) - 1

    @classmethod
    @lru_cache(maxsize=1024)
    def of(cls, pattern: str) -> _Places:
        """The places of a pattern; neighbouring tokens that can be any text are one."""
        row: list[str] = []
        for token in tokens(pattern):
            kind = ANY if is_variable(token) else token
            if kind != ANY or row[-1:] != [ANY]:
                row.append(kind)
        return cls(row)

    def along(self, reached: int) -> int:
        """The places with those behind a token that can be empty."""
        return reached | (reached & self._open) << 1

    def from_first(self, reached: int) -> int:
        """All places from the first that is reached."""
        return self._all & -(reached & -reached) if reached else 0

    def after(self, reached: int, token: str) -> int:
        """The places after one more token, a character or `ONE`."""
        fitting = self._all if token == ONE else self._characters.get(token, 0) | self._one
        return (reached & fitting & ~self._open) << 1 & self._all | reached & self._open
