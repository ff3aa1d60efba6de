# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Whether the requests that meet some conditions also meet others. Pure and cautious: the answer is no if in doubt."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Collection, Iterable

from ..policy.statement import Condition
from ..policy.wildcards import covers

_IF_EXISTS = "ifexists"
_BY_VALUE = {"stringequals", "stringequalsignorecase", "bool", "numericequals", "dateequals", "binaryequals"}
_BY_PATTERN = {"stringlike": 0, "arnlike": 5, "arnequals": 5}
"""Operators that compare by pattern, and the number of colons at which they split a value."""

_NEGATED = {"stringnotequals", "stringnotequalsignorecase", "numericnotequals", "datenotequals", "notipaddress"}
_SETS = ("forallvalues:", "foranyvalue:")


def implies(one: Iterable[Condition], other: Iterable[Condition]) -> bool:
    """Whether every request that meets all conditions of `one` meets all of `other`.

    Keys of one operator that differ only by case count for nothing: IAM does not document what they mean together.
    """
    given, asked = list(one), list(other)
    if set(given) == set(asked):
        return True
    times = Counter((mine.operator.lower(), mine.name) for mine in given)
    clear = [mine for mine in given if times[mine.operator.lower(), mine.name] == 1]
    return all(any(_is_within(mine, wanted) for mine in clear) for wanted in asked)


def _is_within(mine: Condition, wanted: Condition) -> bool:
    if mine.name != wanted.name:
        return False
    operator, other = mine.operator.lower(), wanted.operator.lower()
    if operator == other:
        return is_narrower(operator, mine.values, wanted.values)
    if other == f"{operator}{_IF_EXISTS}":
        return is_narrower(operator, mine.values, wanted.values)
    if operator == "stringequals" and other in ("stringlike", "stringlikeifexists"):
        return all(any(covers(pattern, _literal(value)) for pattern in wanted.values) for value in mine.values)
    return False


def is_narrower(operator: str, values: Collection[str], others: Collection[str]) -> bool:
    """Whether a request that meets an operator with some values is known to meet it with the others."""
    if set(values) == set(others):
        return True
    plain = operator.lower().removesuffix(_IF_EXISTS)
    is_set = plain.startswith(_SETS)
    plain = plain.partition(":")[2] if is_set else plain
    if plain in _BY_VALUE:
        return set(values) <= set(others)
    if plain in _BY_PATTERN:
        return all(any(_covers_parts(_BY_PATTERN[plain], value, other) for other in others) for value in values)
    if plain == "ipaddress":
        return all(any(_is_subnet(value, other) for other in others) for value in values)
    return plain in _NEGATED and not is_set and set(values) >= set(others)


def _covers_parts(colons: int, pattern: str, other: str) -> bool:
    parts, other_parts = pattern.split(":", colons), other.split(":", colons)
    return len(parts) == len(other_parts) and all(map(covers, other_parts, parts))


def _is_subnet(network: str, other: str) -> bool:
    try:
        narrow, wide = ipaddress.ip_network(network, strict=False), ipaddress.ip_network(other, strict=False)
    except ValueError:
        return False
    if isinstance(narrow, ipaddress.IPv4Network) and isinstance(wide, ipaddress.IPv4Network):
        return narrow.subnet_of(wide)
    if isinstance(narrow, ipaddress.IPv6Network) and isinstance(wide, ipaddress.IPv6Network):
        return narrow.subnet_of(wide)
    return False


def _literal(value: str) -> str:
    """A value of StringEquals as a pattern that only it matches."""
    return value.replace("*", "${*}").replace("?", "${?}") if "${" not in value else value
