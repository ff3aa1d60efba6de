# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Which identities may be able to act on an object of IAM, found without looking at all of them. Pure.

An account has thousands of roles, and few of them can act on another. What they may act on is indexed by the pattern of
the resource, and patterns by the text before their first wildcard.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from ..access.context import Context
from ..access.patterns import resource_pattern

_WILD = re.compile(r"[*?$]")
_NOTHING = Context()

Place = tuple[str, str]
"""What is asked for, such as an action, and the pattern. All keys of a place are recorded together."""


class Candidates:
    """Keys of identities by what they may do (`what`) and by the pattern of the ARN that they may do it to."""

    def __init__(self) -> None:
        self._keys: dict[Place, dict[str, None]] = {}
        self._beginnings: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
        self._lengths: dict[str, list[int]] = {}

    def may_reach(self, key: str, patterns: Iterable[str], what: str) -> None:
        """Record that an identity may do something to all whose ARN matches."""
        for pattern in dict.fromkeys(patterns):
            place = (what, pattern)
            if place not in self._keys:
                self._keys[place] = {}
                wild = _WILD.search(pattern)
                if wild:
                    self._beginnings[what][pattern[: wild.start()]][pattern] = None
            self._keys[place][key] = None

    def places(self, what: str, arn: str) -> Iterator[Place]:
        """The places whose keys may be able to do something to an ARN."""
        if (what, arn) in self._keys:
            yield what, arn
        beginnings = self._beginnings.get(what)
        if not beginnings:
            return
        if what not in self._lengths:
            self._lengths[what] = sorted({len(text) for text in beginnings})
        for length in self._lengths[what]:
            for pattern in beginnings.get(arn[:length], ()) if length <= len(arn) else ():
                if resource_pattern(pattern, variables=True)(arn, _NOTHING) is not False:
                    yield what, pattern

    def at(self, place: Place) -> Collection[str]:
        return self._keys[place].keys()

    def of(self, what: str, arn: str) -> list[str]:
        """All keys that may be able to do something to an ARN, sorted."""
        return sorted({key for place in self.places(what, arn) for key in self._keys[place]})
