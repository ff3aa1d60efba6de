# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Pattern matching of IAM policies. The time grows with the length of the pattern times that of the text. Pure.

`*` matches any text and `?` one character. A policy variable such as `${aws:PrincipalTag/team}` can become any
text. `${*}`, `${?}` and `${$}` mean the characters `*`, `?` and `$` (IAM user guide, policy elements: variables).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

ANY = "any text"
ONE = "one character"

_TOKEN = re.compile(r"\$\{[^}]*\}|.", re.DOTALL)
_SPECIAL = {"*": ANY, "?": ONE, "${*}": "*", "${?}": "?", "${$}": "$"}

# Replacements for tokens that are not characters, from Unicode's private use area, which IAM refuses in a document.
_ANY_CODE, _ONE_CODE, _FIRST_VARIABLE, _LAST_VARIABLE = "\ue000", "\ue001", 0xE002, 0xF8FF


@lru_cache(maxsize=16384)
def tokens(pattern: str) -> tuple[str, ...]:
    """The parts of a pattern: characters, `ANY`, `ONE`, and policy variables as they are written."""
    found: list[str] = []
    for text in _TOKEN.findall(pattern):
        token = _SPECIAL.get(text, text)
        if token != ANY or found[-1:] != [ANY]:
            found.append(token)
    return tuple(found)


def is_variable(token: str) -> bool:
    return token.startswith("${")


def has_variable(pattern: str) -> bool:
    """Whether the meaning of the pattern depends on the request."""
    return "${" in pattern and any(map(is_variable, tokens(pattern)))


def fits(text: str, pattern: str) -> bool:
    """Whether a text can match a pattern. Case counts, as in ARNs."""
    return text == pattern or _fits(text, pattern)


@lru_cache(maxsize=65536)
def fits_any_case(text: str, pattern: str) -> bool:
    """Whether a text can match a pattern regardless of case, as names of actions and of IAM's objects do."""
    return _fits(text.lower(), pattern.lower())


@lru_cache(maxsize=16384)
def covers(wide: str, narrow: str) -> bool:
    """Whether every text that matches `narrow` is known to match `wide`. Only itself and `*` cover a variable."""
    if wide == narrow:
        return True
    if ends_differ(wide, narrow):
        return False
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
    # Most actions are patterns that match only themselves, and an expression is slow to compile.
    if not any(special in pattern for special in "*?$"):
        return text == pattern
    return _expression(pattern).fullmatch(text) is not None


@lru_cache(maxsize=16384)
def _expression(pattern: str) -> re.Pattern[str]:
    """The expression of a pattern in which variables are any text."""
    row = [ANY if is_variable(token) else token for token in tokens(pattern)]
    return _compiled(
        tuple("".join("." if token == ONE else re.escape(token) for token in part) for part in _split(row))
    )


def _split(row: Sequence[str]) -> list[list[str]]:
    """The tokens before, between and after each `ANY` of a pattern."""
    segments: list[list[str]] = [[]]
    for token in row:
        if token == ANY:
            segments.append([])
        else:
            segments[-1].append(token)
    return segments


@lru_cache(maxsize=16384)
def _compiled(segments: tuple[str, ...]) -> re.Pattern[str]:
    """An expression that finds each segment at its first position and does not try another (atomic groups)."""
    first, *rest = segments
    if not rest:
        return re.compile(first, re.DOTALL)
    middle = "".join(f"(?>.*?{segment})" for segment in rest[:-1] if segment)
    return re.compile(f"{first}{middle}.*{rest[-1]}", re.DOTALL)


@lru_cache(maxsize=16384)
def _ends(pattern: str) -> tuple[str, str]:
    """The text with which every match of a pattern begins, and the text with which it ends."""
    row = tokens(pattern)
    open_ended = [index for index, token in enumerate(row) if token in (ANY, ONE) or is_variable(token)]
    if not open_ended:
        return "".join(row), "".join(row)
    return "".join(row[: open_ended[0]]), "".join(row[open_ended[-1] + 1 :])


def ends_differ(one: str, other: str) -> bool:
    """Whether two patterns cannot both match a text because their beginnings or ends differ; a quick check."""
    (start, end), (other_start, other_end) = _ends(one), _ends(other)
    length = min(len(start), len(other_start))
    if start[:length] != other_start[:length]:
        return True
    length = min(len(end), len(other_end))
    return end[len(end) - length :] != other_end[len(other_end) - length :]


@lru_cache(maxsize=16384)
def meet(one: str, other: str) -> bool:
    """Whether any text can match both patterns.

    Reads `one` token by token. The positions of `other` that can be reached at each token are the bits of a number.
    """
    if ends_differ(one, other):
        return False
    places = _Places.of(other)
    reached = places.along(1)
    for token in tokens(one):
        if token == ANY or is_variable(token):
            reached = places.from_first(reached)
        else:
            reached = places.along(places.after(reached, token))
    return bool(reached >> places.length & 1)


class _Places:
    """The positions between the tokens of a pattern, as bits: bit 0 before the first, bit `length` after the last."""

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
        """The positions of a pattern. Adjacent tokens that can be any text count as one."""
        row: list[str] = []
        for token in tokens(pattern):
            kind = ANY if is_variable(token) else token
            if kind != ANY or row[-1:] != [ANY]:
                row.append(kind)
        return cls(row)

    def along(self, reached: int) -> int:
        """The positions, plus those after a token that can be empty."""
        return reached | (reached & self._open) << 1

    def from_first(self, reached: int) -> int:
        """All positions from the first one that is reached."""
        return self._all & -(reached & -reached)

    def after(self, reached: int, token: str) -> int:
        """The positions after one more token, a character or `ONE`."""
        fitting = self._all if token == ONE else self._characters.get(token, 0) | self._one
        return (reached & fitting & ~self._open) << 1 & self._all | reached & self._open
