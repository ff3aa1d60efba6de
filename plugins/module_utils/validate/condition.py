# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What IAM refuses as the Condition of a statement.

Sources: the IAM JSON policy element reference, Condition; FACTS C11. IAM Access Analyzer reports an error for two
condition keys of one operator that differ only by case. No document says which of the two would count.

Sources for dates: the same, date condition operators (W3C's profile of ISO 8601, or seconds since 1970). A policy
variable is not a date: AWS has variables in text and ARNs only.
Doubt: W3C's forms with a negative offset (`-05:00`) or a zone without seconds are accepted here, but an emulator
refuses them.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import Problem, shown
from ..policy.account_ids import condition_refusal

_OPERATORS = (
    "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
    "StringNotLike", "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals",
    "NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals", "DateNotEquals", "DateLessThan",
    "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "Bool", "BinaryEquals", "IpAddress",
    "NotIpAddress", "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike", "Null",
)  # fmt: skip
_SET_PREFIXES = ("ForAllValues:", "ForAnyValue:")


def condition_problems(value: Any, where: str) -> Iterator[Problem]:
    """Problems of a condition block."""
    if not isinstance(value, Mapping):
        yield Problem(
            where, f"{shown(value)} is not a valid condition; write an object: operator, condition key, values"
        )
        return
    for operator, keys in value.items():
        spot = f"{where}.{operator}"
        unknown = _operator_refusal(str(operator))
        if unknown:
            yield Problem(spot, unknown)
        if not isinstance(keys, Mapping):
            yield Problem(spot, "a condition operator must contain an object: condition key, then values")
            continue
        yield from _key_problems(keys, _base(operator), spot)


def _key_problems(keys: Mapping[Any, Any], operator: str, where: str) -> Iterator[Problem]:
    spelt: dict[str, str] = {}
    for key, values in keys.items():
        spot, name = f"{where}.{key}", str(key)
        if ":" not in name:
            yield Problem(spot, "a condition key must have the form prefix:name, such as aws:SourceAccount")
        first = spelt.setdefault(name.lower(), name)
        if first != name:
            yield Problem(spot, f"is the same condition key as {shown(first)}; write it once, with the values of both")
        for entry in values if isinstance(values, list) else [values]:
            refused = _value_refusal(operator, name, entry)
            if refused:
                yield Problem(spot, f"{shown(entry)} {refused}")


def _operator_refusal(operator: str) -> str | None:
    base = _base(operator)
    if base in _OPERATORS:
        return None
    if base.startswith(_SET_PREFIXES):
        return "has two prefixes; an operator can have one of them, ForAllValues: or ForAnyValue:"
    close = difflib.get_close_matches(base, _OPERATORS)
    return "unknown condition operator" + (f"; did you mean {close[0]}?" if close else "")


def _value_refusal(operator: str, key: str, entry: Any) -> str | None:
    if not _is_value(entry):
        return "is not a valid value for a condition; write text"
    if operator in _OPERATORS and operator.startswith("Date") and not is_date(entry):
        return 'is not a date; write ISO 8601 such as "2026-01-31T00:00:00Z", or seconds since 1970'
    return condition_refusal(operator, key, entry)


def _base(operator: Any) -> str:
    text = str(operator)
    prefix = next((prefix for prefix in _SET_PREFIXES if text.startswith(prefix)), "")
    text = text.removeprefix(prefix)
    base = text.removesuffix("IfExists")
    return text if base == "Null" else base


def _is_value(entry: Any) -> bool:
    return isinstance(entry, (str, bool, int)) or (isinstance(entry, float) and math.isfinite(entry))


_DATE = r"[+-]?\d{1,9}(-(0?[1-9]|1[0-2])(-(0?[1-9]|[12]\d|3[01]))?)?"
_TIME = r"([01]?\d|2[0-3])(:[0-5]?\d(:[0-5]?\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)?)?"
_ISO_8601 = re.compile(rf"{_DATE}(T({_TIME})?)?", re.ASCII | re.IGNORECASE)
_SECONDS = re.compile(r"\d+", re.ASCII)
_LATEST = 2**63 - 1


def is_date(value: object) -> bool:
    """Whether IAM accepts a value of a condition as a date."""
    if isinstance(value, bool):
        return False
    text = str(value)
    if _SECONDS.fullmatch(text):
        return len(text) < 20 and int(text) <= _LATEST
    return _ISO_8601.fullmatch(text) is not None
