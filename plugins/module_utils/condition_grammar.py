# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM refuses as the Condition of a statement. Source: the IAM JSON policy element reference, Condition."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping
from typing import Any

from .account_ids import condition_refusal
from .errors import Problem, shown

_OPERATORS = (
    "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
    "StringNotLike", "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals",
    "NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals", "DateNotEquals", "DateLessThan",
    "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "Bool", "BinaryEquals", "IpAddress",
    "NotIpAddress", "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike", "Null",
)  # fmt: skip


def condition_problems(value: Any, where: str) -> Iterator[Problem]:
    """Problems of a condition block."""
    if not isinstance(value, Mapping):
        yield Problem(where, f"{shown(value)} is no condition; write an object: operator, condition key, values")
        return
    for operator, keys in value.items():
        spot = f"{where}.{operator}"
        if _base(operator) not in _OPERATORS:
            close = difflib.get_close_matches(_base(operator), _OPERATORS, n=1)
            yield Problem(spot, "unknown condition operator" + (f"; did you mean {close[0]}?" if close else ""))
        if not isinstance(keys, Mapping):
            yield Problem(spot, "a condition operator holds an object: condition key, then values")
            continue
        for key, values in keys.items():
            if ":" not in str(key):
                yield Problem(f"{spot}.{key}", "a condition key is written prefix:name, such as aws:SourceAccount")
            for entry in values if isinstance(values, list) else [values]:
                refused = condition_refusal(_base(operator), str(key), entry)
                if not _is_value(entry):
                    yield Problem(f"{spot}.{key}", f"{shown(entry)} is no value for a condition; write text")
                elif refused:
                    yield Problem(f"{spot}.{key}", f"{shown(entry)} {refused}")


def _base(operator: Any) -> str:
    text = str(operator)
    for prefix in ("ForAllValues:", "ForAnyValue:"):
        text = text.removeprefix(prefix)
    base = text.removesuffix("IfExists")
    return text if base == "Null" else base


def _is_value(entry: Any) -> bool:
    return isinstance(entry, (str, bool, int)) or (isinstance(entry, float) and math.isfinite(entry))
