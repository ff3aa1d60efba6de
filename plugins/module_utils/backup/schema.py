# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Checks of single values in a backup: of the right type, and within IAM's own limits (IAM API reference). Pure.

A backup contains what IAM once contained. So these are IAM's checks, not those of a declaration: a reserved path or a
tag of AWS is allowed here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import shown
from ..limits import MAXIMUM_TAGS
from ..policy.document import PolicyDocument
from ..validate.declaration import IAM_NAME, IAM_PATH, NOT_IN_DESCRIPTION, POLICY_ARN, TAG_TEXT

Check = Callable[[Any, str], list[str]]
"""Returns what is wrong with a value, each problem with its place."""

_VERSIONS = ("2012-10-17", "2008-10-17")


def text(value: Any, place: str) -> list[str]:
    return [] if isinstance(value, str) else [f"{place}: not a string"]


def boolean(value: Any, place: str) -> list[str]:
    return [] if isinstance(value, bool) else [f"{place}: not true or false"]


def name_of(what: str, limit: int) -> Check:
    """A name of IAM with at most `limit` characters; `what` says of what, with its article."""

    def check(value: Any, place: str) -> list[str]:
        if isinstance(value, str) and (not IAM_NAME.fullmatch(value) or len(value) > limit):
            return [f"{place}: {shown(value)} is not a valid name of {what}"]
        return text(value, place)

    return check


def path(value: Any, place: str) -> list[str]:
    if isinstance(value, str) and (not IAM_PATH.fullmatch(value) or len(value) > 512):
        return [f"{place}: {shown(value)} is not a valid IAM path"]
    return text(value, place)


def matching(pattern: str, what: str) -> Check:
    """A text that matches a pattern as a whole; `what` says in a message what it has to be."""
    expression = re.compile(pattern, re.ASCII)

    def check(value: Any, place: str) -> list[str]:
        if isinstance(value, str) and not expression.fullmatch(value):
            return [f"{place}: {shown(value)} is not {what}"]
        return text(value, place)

    return check


def policy_arn(value: Any, place: str) -> list[str]:
    if isinstance(value, str) and not POLICY_ARN.fullmatch(value):
        return [f"{place}: {shown(value)} is not the ARN of a managed policy"]
    return text(value, place)


def description(value: Any, place: str) -> list[str]:
    if isinstance(value, str) and (len(value) > 1000 or NOT_IN_DESCRIPTION.search(value)):
        return [f"{place}: not a valid description (at most 1000 characters of plain Latin text)"]
    return text(value, place)


def session_duration(value: Any, place: str) -> list[str]:
    if not isinstance(value, int) or isinstance(value, bool):
        return [f"{place}: not a whole number"]
    return [] if 3600 <= value <= 43200 else [f"{place}: {value} is outside 3600 to 43200 seconds"]


def tags(value: Any, place: str) -> list[str]:
    found = map_of(text)(value, place)
    if found:
        return found
    if len(value) > MAXIMUM_TAGS:
        found.append(f"{place}: {len(value)} tags; IAM allows at most {MAXIMUM_TAGS}")
    if len({key.lower() for key in value}) < len(value):
        found.append(f"{place}: two keys differ only by case, which IAM does not allow")
    for key, content in value.items():
        if not 1 <= len(key) <= 128 or len(content) > 256 or not (_is_tag_text(key) and _is_tag_text(content)):
            found.append(f"{place}.{shown(key)[1:-1]}: not a valid tag")
    return found


def document(limit: int | None) -> Check:
    """A policy document with at most `limit` characters, white space not counted."""

    def check(value: Any, place: str) -> list[str]:
        if not _is_document(value):
            return [f"{place}: not a policy document"]
        size = PolicyDocument(value).size
        return [f"{place}: {size} characters; IAM allows at most {limit}"] if limit and size > limit else []

    return check


def or_null(check: Check) -> Check:
    return lambda value, place: [] if value is None else check(value, place)


def list_of(check: Check, limit: int | None = None) -> Check:
    """A list without duplicates whose members pass the check."""

    def checked(value: Any, place: str) -> list[str]:
        if not isinstance(value, list):
            return [f"{place}: not a list"]
        found = [problem for index, one in enumerate(value) for problem in check(one, f"{place}[{index}]")]
        found += [f"{place}[{index}]: duplicate" for index, one in enumerate(value) if one in value[:index]]
        if limit is not None and len(value) > limit:
            found.append(f"{place}: {len(value)} entries; IAM allows at most {limit}")
        return found

    return checked


def map_of(check: Check, key_check: Check | None = None) -> Check:
    """An object whose values pass a check, and its keys another."""

    def checked(value: Any, place: str) -> list[str]:
        if not isinstance(value, dict):
            return [f"{place}: not an object"]
        found = [problem for key, one in value.items() for problem in check(one, f"{place}.{shown(key)[1:-1]}")]
        return [*(problem for key in value for problem in (key_check(key, place) if key_check else ())), *found]

    return checked


def entry_of(shape: Mapping[str, Check]) -> Check:
    """An object with these members. Other members are ignored."""

    def checked(value: Any, place: str) -> list[str]:
        if not isinstance(value, dict):
            return [f"{place}: not an object"]
        found = []
        for name, check in shape.items():
            found += check(value[name], f"{place}.{name}") if name in value else [f"{place}.{name}: missing"]
        return found

    return checked


def _is_document(value: Any) -> bool:
    if not isinstance(value, dict) or value.get("Version", _VERSIONS[0]) not in _VERSIONS:
        return False
    statements = value.get("Statement")
    listed = statements if isinstance(statements, list) else [statements]
    return bool(listed) and all(isinstance(one, dict) and one.get("Effect") in ("Allow", "Deny") for one in listed)


def _is_tag_text(value: str) -> bool:
    """IAM allows every kind of space in a tag, the pattern of declarations only the common one."""
    return bool(TAG_TEXT.fullmatch("".join(" " if unicodedata.category(sign)[0] == "Z" else sign for sign in value)))
