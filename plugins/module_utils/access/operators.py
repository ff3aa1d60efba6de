# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The operators of conditions, each comparing one value of a request with one value of a policy. Pure.

Source: IAM user guide, "IAM JSON policy elements: condition operators". A value that has not the form that its operator
needs meets no condition, a negated one neither.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

from .context import Context
from .patterns import Matcher, arn_pattern, text_pattern
from .truth import Truth

_Parsed = TypeVar("_Parsed")
_ARN_FIELDS = 6
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_YEAR_OR_MONTH = re.compile(r"[0-9]{4}(-[0-9]{2})?")


class Unreadable(Exception):
    """A value of the request has not the form that the operator needs: its condition is not met."""


def _string(*, wildcards: bool = False, fold_case: bool = False) -> Callable[[str, bool], Matcher]:
    def build(value: str, variables: bool) -> Matcher:
        return text_pattern(value, variables=variables, wildcards=wildcards, fold_case=fold_case)

    return build


def _arn(value: str, variables: bool) -> Matcher:
    compare = arn_pattern(value, variables=variables)

    def matches(given: str, context: Context) -> Truth:
        if given.count(":") < _ARN_FIELDS - 1:
            raise Unreadable(given)
        return compare(given, context)

    return matches


def _compared(
    parse: Callable[[str], _Parsed | None], compare: Callable[[_Parsed, _Parsed], bool]
) -> Callable[[str, bool], Matcher]:
    """An operator that reads both values alike. It has no policy variables and no wildcards."""

    def build(value: str, variables: bool) -> Matcher:
        wanted = parse(value)

        def matches(given: str, context: Context) -> Truth:
            found = parse(given)
            if found is None or wanted is None:
                raise Unreadable(given)
            return compare(found, wanted)

        return matches

    return build


@lru_cache(maxsize=4096)
def readable_number(text: str) -> Decimal | None:
    """The number of a numeric operator, None if the text is none."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


@lru_cache(maxsize=4096)
def readable_moment(text: str) -> datetime | None:
    """A date as W3C writes ISO 8601, or the seconds since 1970. Four digits are a year; without an offset it is UTC."""
    try:
        if _YEAR_OR_MONTH.fullmatch(text):
            text += "-01" * (2 if len(text) == len("2026") else 1)
        if _NUMBER.fullmatch(text):
            return datetime.fromtimestamp(float(text), UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def _binary(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


@lru_cache(maxsize=4096)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _ip(value: str, variables: bool) -> Matcher:
    network = _network(value)

    def matches(given: str, context: Context) -> Truth:
        address = _address(given)
        if address is None or network is None:
            raise Unreadable(given)
        return address in network

    return matches


OPERATORS: dict[str, tuple[Callable[[str, bool], Matcher], bool]] = {
    "stringequals": (_string(), False),
    "stringnotequals": (_string(), True),
    "stringequalsignorecase": (_string(fold_case=True), False),
    "stringnotequalsignorecase": (_string(fold_case=True), True),
    "stringlike": (_string(wildcards=True), False),
    "stringnotlike": (_string(wildcards=True), True),
    "arnequals": (_arn, False),
    "arnlike": (_arn, False),
    "arnnotequals": (_arn, True),
    "arnnotlike": (_arn, True),
    "numericequals": (_compared(readable_number, lambda given, wanted: given == wanted), False),
    "numericnotequals": (_compared(readable_number, lambda given, wanted: given == wanted), True),
    "numericlessthan": (_compared(readable_number, lambda given, wanted: given < wanted), False),
    "numericlessthanequals": (_compared(readable_number, lambda given, wanted: given <= wanted), False),
    "numericgreaterthan": (_compared(readable_number, lambda given, wanted: given > wanted), False),
    "numericgreaterthanequals": (_compared(readable_number, lambda given, wanted: given >= wanted), False),
    "dateequals": (_compared(readable_moment, lambda given, wanted: given == wanted), False),
    "datenotequals": (_compared(readable_moment, lambda given, wanted: given == wanted), True),
    "datelessthan": (_compared(readable_moment, lambda given, wanted: given < wanted), False),
    "datelessthanequals": (_compared(readable_moment, lambda given, wanted: given <= wanted), False),
    "dategreaterthan": (_compared(readable_moment, lambda given, wanted: given > wanted), False),
    "dategreaterthanequals": (_compared(readable_moment, lambda given, wanted: given >= wanted), False),
    "bool": (_compared(_boolean, lambda given, wanted: given is wanted), False),
    "binaryequals": (_compared(_binary, lambda given, wanted: given == wanted), False),
    "ipaddress": (_ip, False),
    "notipaddress": (_ip, True),
}
"""By the operator's name in lower case: what builds its comparison, and whether the operator is the negation of it."""
