# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Reads waivers from the option `waivers`, with every problem at its place. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import Any

from ..errors import Problem, shown
from ..policy.account_ids import account_id_refusal, as_account_id
from .aws_facts import AwsFacts
from .finding import SEVERITIES, Severity
from .waivers import MOST_DAYS, Waiver, Waivers, finding_codes

OPTION = "waivers"

FIELDS = ("code", "accounts", "resources", "severity", "evidence", "reason", "owner", "until")
"""What every waiver has. `place` may say where it is written."""

_MISSING = {
    "accounts": 'give account ids, or "*" for every account',
    "code": "give the code of the finding",
    "evidence": 'copy it from the finding, or give "*" to accept the finding whatever it is based on',
    "owner": "name who answers for it",
    "reason": "say why the finding is accepted",
    "resources": "give resources such as role/l4e-role",
    "severity": "give the severity of the finding",
    "until": "give the day on which it ends, such as 2027-01-31",
}
_KINDS = ("role", "user", "group", "policy", "service", "account")
_ACCOUNTS = re.compile(r"[0-9*?]{1,40}")
_LONGEST = 1000
"""Characters of one text of a waiver."""


def parse_waivers(given: Sequence[Any], facts: AwsFacts, today: date) -> tuple[Waivers, list[Problem]]:
    """The waivers for this day, and every problem with them; if there are any, the waivers are not complete."""
    parser = _Parser(finding_codes(facts), today)
    found = [parser.waiver(entry, f"{OPTION}[{index}]") for index, entry in enumerate(given)]
    return Waivers([one for one in found if one is not None], today), parser.problems


class _Parser:
    def __init__(self, codes: frozenset[str], today: date) -> None:
        self._codes = sorted(codes)
        self._today = today
        self.problems: list[Problem] = []

    def waiver(self, entry: Any, place: str) -> Waiver | None:
        """One waiver, None if there is a problem with it."""
        if not isinstance(entry, Mapping):
            self._refuse(place, f"{shown(entry)} is not a waiver, a dictionary with {', '.join(FIELDS)}")
            return None
        before = len(self.problems)
        place = self._text(entry["place"], f"{place}.place") if "place" in entry else place
        for key in entry:
            if key not in (*FIELDS, "place"):
                self._refuse(f"{place}.{key}", f"is not part of a waiver{_hint(str(key), FIELDS)}")
        for key in FIELDS:
            if entry.get(key) is None:
                self._refuse(f"{place}.{key}", f"is missing: {_MISSING[key]}")
        values = {key: entry[key] for key in FIELDS if entry.get(key) is not None}
        readers: dict[str, Callable[[Any, str], Any]] = {
            **dict.fromkeys(FIELDS, self._text),
            "accounts": self._accounts,
            "resources": self._resources,
            "evidence": self._patterns,
            "code": self._code,
            "severity": self._severity,
            "until": self._day,
        }
        read: dict[str, Any] = {key: readers[key](value, f"{place}.{key}") for key, value in values.items()}
        return Waiver(place=place, **read) if len(self.problems) == before else None

    def _code(self, value: Any, place: str) -> str:
        return self._one_of(value, self._codes, place, "is not the code of a finding")

    def _severity(self, value: Any, place: str) -> Severity | None:
        text = self._one_of(value, SEVERITIES, place, f"is not a severity, one of {', '.join(SEVERITIES)}")
        return Severity.parse(text) if text else None

    def _one_of(self, value: Any, known: Sequence[str], place: str, otherwise: str) -> str:
        if isinstance(value, str) and value in known:
            return str(value)
        self._refuse(place, f"{shown(value)} {otherwise}{_hint(str(value), known)}")
        return ""

    def _accounts(self, value: Any, place: str) -> tuple[str, ...]:
        return tuple(self._account(one, where) for one, where in self._entries(value, place))

    def _account(self, value: Any, place: str) -> str:
        text = as_account_id(value) or str(value)
        is_pattern = isinstance(value, str) and ("*" in text or "?" in text)
        if is_pattern and not _ACCOUNTS.fullmatch(text):
            self._refuse(place, f"{shown(value)} is not a pattern of account ids: digits, * and ?")
        elif not is_pattern and (refused := account_id_refusal(value)):
            self._refuse(place, f"{shown(value)} {refused}")
        return text

    def _resources(self, value: Any, place: str) -> tuple[str, ...]:
        found = self._patterns(value, place)
        for index, pattern in enumerate(found):
            kind, slash, _name = pattern.partition("/")
            is_known = pattern.startswith(("arn:", "*")) or kind.lower() in _KINDS or pattern == "anyone"
            if not is_known:
                names = [f"{kind}/" for kind in _KINDS]
                what = f"is not a resource such as role/l4e-role{_hint(kind + slash, names)}"
                self._refuse(f"{place}[{index}]", f"{shown(pattern)} {what}")
        if not found:
            self._refuse(place, f"is empty: {_MISSING['resources']}")
        return found

    def _patterns(self, value: Any, place: str) -> tuple[str, ...]:
        found = []
        for one, where in self._entries(value, place, may_be_empty=True):
            text = self._text(one, where)
            if "$" in text:
                self._refuse(where, f"{shown(text)} has a $; the wildcards are * and ?")
            found.append(text)
        return tuple(found)

    def _entries(self, value: Any, place: str, *, may_be_empty: bool = False) -> list[tuple[Any, str]]:
        """The entries of a list with their places; a single value is a list of one."""
        if isinstance(value, (str, int)):
            return [(value, place)]
        if not isinstance(value, Sequence) or (not value and not may_be_empty):
            self._refuse(place, f"{shown(value)} is not a list with an entry")
            return []
        return [(one, f"{place}[{index}]") for index, one in enumerate(value)]

    def _text(self, value: Any, place: str) -> str:
        text = str(value) if isinstance(value, str) else ""
        if not text.strip() or len(text) > _LONGEST:
            self._refuse(place, f"{shown(value)} is not a text of 1 to {_LONGEST} characters")
        return text

    def _day(self, value: Any, place: str) -> date:
        """A day; YAML reads one as a date, JSON as text."""
        found = value if isinstance(value, date) and not isinstance(value, datetime) else None
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            try:
                found = date.fromisoformat(value)
            except ValueError:
                found = None
        if found is None:
            self._refuse(place, f"{shown(value)} is not a day such as 2027-01-31")
            return date.min
        last = self._today + timedelta(days=MOST_DAYS)
        if found > last:
            self._refuse(place, f"{found} is too far ahead: a waiver ends after {MOST_DAYS} days at most, on {last}")
        return date(found.year, found.month, found.day)

    def _refuse(self, place: str, message: str) -> None:
        self.problems.append(Problem(place, message))


def _hint(text: str, known: Iterable[str]) -> str:
    near = get_close_matches(text.lower(), known, 1)
    return f"; did you mean {near[0]}?" if near else ""
