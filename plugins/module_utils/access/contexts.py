# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Contexts that may decide a request: values of condition keys that the conditions of its policies tell apart. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice, product

from ..policy.wildcards import ANY, ONE, is_variable, tokens
from .conditions import CompiledCondition
from .context import Context, Values
from .operators import readable_moment, readable_number

MOST_CONTEXTS = 256
"""Contexts to try for one request."""

FRESH = "some-other-value"
FRESH_ADDRESS = "203.0.113.77"
FRESH_ARN = "arn:aws:x:x:999999999999:x"
"""Values that no policy names."""

Free = Callable[[str], bool]
"""Whether the caller chooses the value of a key, which is in lower case."""


def any_key(key: str) -> bool:
    """Every key is free: the question is whether some context exists at all."""
    return True


def contexts(known: Context, conditions: Iterable[CompiledCondition], free: Free) -> Iterator[Context]:
    """Contexts that agree with what is known, at most `MOST_CONTEXTS`, those that meet the first conditions first.

    A free key gets each value that a condition tells apart. Another key gets values that no policy names, or is absent.
    """
    if known.complete:
        yield known
        return
    by_key: dict[str, list[CompiledCondition]] = {}
    for condition in conditions:
        for key in condition.keys:
            if known.is_unknown(key):
                by_key.setdefault(key, []).append(condition)
    choices = [list(dict.fromkeys(_values(key, found, free(key)))) for key, found in by_key.items()]
    for chosen in islice(product(*choices), MOST_CONTEXTS):
        values = {key: value for key, value in zip(by_key, chosen, strict=True) if value is not None}
        absent = [key for key, value in zip(by_key, chosen, strict=True) if value is None]
        yield Context({}, complete=True).with_defaults(values, absent).with_defaults(*_split(known))


def _split(known: Context) -> tuple[dict[str, Values], list[str]]:
    values = known.known()
    return {key: value for key, value in values.items() if value is not None}, [
        key for key, value in values.items() if value is None
    ]


def _values(key: str, conditions: Iterable[CompiledCondition], is_free: bool) -> Iterator[Values | None]:
    """The values to try for a key, None for none, the most promising first."""
    about = [condition for condition in conditions if condition.key == key]
    suggested = list(dict.fromkeys(value for condition in about for value in _suggested(condition)))
    negated_first = bool(about) and (about[0].is_negated or _wants_absence(about[0]))
    fresh: list[Values | None] = [(value,) for value in _fresh(about)]
    if is_free:
        named: list[Values | None] = [(value,) for value in suggested]
        yield from (*fresh, None, *named) if negated_first else (*named, *fresh, None)
        if len(suggested) > 1 and any(condition.set for condition in about):
            yield tuple(suggested)
    else:
        yield from fresh
        yield None


def _wants_absence(condition: CompiledCondition) -> bool:
    return condition.operator == "null" and "true" in map(str.lower, condition.values)


def _fresh(conditions: Iterable[CompiledCondition]) -> Iterator[str]:
    operators = [condition.operator for condition in conditions]
    if any("ipaddress" in operator for operator in operators):
        yield FRESH_ADDRESS
    elif any(operator.startswith("arn") for operator in operators):
        yield FRESH_ARN
    elif "bool" in operators:
        yield "true"
        yield "false"
    else:
        yield FRESH


def _suggested(condition: CompiledCondition) -> Iterator[str]:
    """Values on either side of what a condition compares with."""
    for value in condition.values:
        operator = condition.operator
        if operator == "null":
            continue
        if operator.startswith("numeric"):
            yield from _numbers_near(value)
        elif operator.startswith("date"):
            yield from _moments_near(value)
        elif "ipaddress" in operator:
            yield from _addresses_of(value)
        elif operator.startswith(("stringlike", "stringnotlike", "arn")):
            yield _instance(value)
        else:
            yield value


def _numbers_near(text: str) -> Iterator[str]:
    number = readable_number(text)
    if number is not None:
        yield from (str(number + Decimal(step)) for step in (0, -1, 1))


def _moments_near(text: str) -> Iterator[str]:
    moment = readable_moment(text)
    if moment is not None:
        for step in (0, -1, 1):
            try:
                yield datetime.isoformat(moment + timedelta(seconds=step))
            except OverflowError:
                continue


def _addresses_of(text: str) -> Iterator[str]:
    try:
        yield str(ipaddress.ip_network(text, strict=False).network_address)
    except ValueError:
        return


def _instance(pattern: str) -> str:
    """A text that a pattern matches."""
    return "".join("x" if token in (ANY, ONE) or is_variable(token) else token for token in tokens(pattern))
