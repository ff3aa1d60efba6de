# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""A text that matches several patterns at once. Pure and bounded.

It serves as an example of what two statements are both about. Policy variables count as any text, so the example has
to be checked.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from ..policy.wildcards import ANY, ONE, is_variable, tokens

MOST_STATES = 5_000
"""Combinations of places in the patterns to look at; about 10 ms."""

FILLING = "x"
"""What stands where the patterns allow any character."""

Row = tuple[str, ...]


def common_texts(patterns: Sequence[str]) -> Iterator[str]:
    """Up to two texts that match all patterns: one in which wildcards stand for some text, and the shortest."""
    rows = [_row(pattern) for pattern in dict.fromkeys(patterns)]
    if len(rows) == 1 and ANY not in rows[0] and ONE not in rows[0]:
        yield "".join(rows[0])
        return
    filled = _shortest([_filled(row) for row in rows])
    if filled is not None:
        yield filled
    shortest = _shortest(rows)
    if shortest is not None and shortest != filled:
        yield shortest


def _row(pattern: str) -> Row:
    return tuple(ANY if is_variable(token) else token for token in tokens(pattern))


def _filled(row: Row) -> Row:
    return tuple(part for token in row for part in ((ONE, ANY) if token == ANY else (token,)))


def _shortest(rows: Sequence[Row]) -> str | None:
    """The shortest text that matches all; None if there is none, or if it was not found within `MOST_STATES`."""
    start = (0,) * len(rows)
    goal = tuple(map(len, rows))
    reached: dict[tuple[int, ...], tuple[tuple[int, ...], str]] = {start: (start, "")}
    front = deque([start])
    while front:
        places = front.popleft()
        if places == goal:
            return _text_to(places, reached)
        if len(reached) > MOST_STATES:
            return None
        for following, character in _moves(places, rows):
            if following not in reached:
                reached[following] = (places, character)
                # A step without a character comes first, so that the text is the shortest.
                (front.append if character else front.appendleft)(following)
    return None


def _moves(places: tuple[int, ...], rows: Sequence[Row]) -> Iterator[tuple[tuple[int, ...], str]]:
    here = [row[place] if place < len(row) else None for row, place in zip(rows, places, strict=True)]
    for index, token in enumerate(here):
        if token == ANY:
            yield (*places[:index], places[index] + 1, *places[index + 1 :]), ""
    if None in here:
        return
    wanted = {token for token in here if token not in (ANY, ONE)}
    if len(wanted) > 1:
        return
    character = wanted.pop() if wanted else FILLING
    yield tuple(place + (token != ANY) for place, token in zip(places, here, strict=True)), str(character)


def _text_to(places: tuple[int, ...], reached: dict[tuple[int, ...], tuple[tuple[int, ...], str]]) -> str:
    characters: list[str] = []
    while any(places):
        places, character = reached[places]
        characters.append(character)
    return "".join(reversed(characters))
