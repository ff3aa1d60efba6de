# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Policy documents as IAM sees them: parsing, canonical form, equality and size.

Everything here is pure. Any JSON object is accepted as a document. `validate.policy_document` checks whether IAM would
accept it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from .statement import Statement, listed, ordered_statement, principal_pairs, scalar

IMPLICIT_VERSION = "2008-10-17"

_PRINCIPAL_ID = re.compile(r"(AROA|AIDA)[A-Z0-9]{8,}")


class UnreadableDocument(ValueError):
    """The text is not a JSON object. The message says what is wrong and where."""


class PolicyDocument:
    """One policy document, stored as it was written and compared as IAM compares it.

    Two documents are equal when IAM treats them as equal. These differences do not count (FACTS C4): the order of
    statements, actions, resources, principals and condition values, duplicates, a scalar or a list of one, the case of
    actions and of condition keys, `*` or `{"AWS": "*"}`, an account id or its root ARN in any partition, an empty Sid
    or none, and booleans or numbers written as strings. A missing `Version` means 2008-10-17.
    """

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content

    @classmethod
    def parse(cls, source: str | Mapping[str, Any]) -> PolicyDocument:
        """Read a document from JSON text or from a mapping. Raises UnreadableDocument.

        A byte order mark before the text, as editors on Windows write it, is ignored.
        """
        if isinstance(source, Mapping):
            return cls(source)
        try:
            content = json.loads(
                source.removeprefix("\ufeff"), object_pairs_hook=without_duplicate_keys, parse_constant=not_a_number
            )
        except json.JSONDecodeError as error:
            raise UnreadableDocument(
                f"not valid JSON: {error.msg} at line {error.lineno} column {error.colno}"
            ) from error
        except UnreadableDocument:
            raise
        except ValueError as error:
            # The only other ValueError is Python's limit on the digits of a number.
            raise UnreadableDocument("not valid JSON: a number has too many digits") from error
        except RecursionError as error:
            raise UnreadableDocument("nested too deep to be a policy document") from error
        if not isinstance(content, dict):
            raise UnreadableDocument("a policy document must be a JSON object with Version and Statement")
        return cls(content)

    @cached_property
    def statements(self) -> tuple[Any, ...]:
        """The statements as written. A statement outside a list is a list of one."""
        return tuple(listed(self.content.get("Statement", ())))

    @cached_property
    def parsed(self) -> tuple[Statement, ...]:
        """The statements that are objects, each read once."""
        return tuple(Statement.of(statement) for statement in self.statements if isinstance(statement, Mapping))

    @cached_property
    def allowing(self) -> tuple[Statement, ...]:
        """The Allow statements."""
        return tuple(statement for statement in self.parsed if statement.effect == "Allow")

    @cached_property
    def denying(self) -> tuple[Statement, ...]:
        """The Deny statements."""
        return tuple(statement for statement in self.parsed if statement.effect == "Deny")

    @cached_property
    def text(self) -> str:
        """The compact JSON that is sent to IAM: Version comes first, Statement is a list and comes last.

        A parser of IAM refuses a Version after a statement that is not in a list.
        """
        content = {key: self.content[key] for key in sorted(self.content, key=_place_in_document)}
        if "Statement" in content:
            content["Statement"] = list(self.statements)
        return json.dumps(content, separators=(",", ":"), ensure_ascii=False, default=str)

    @cached_property
    def size(self) -> int:
        """Length in characters as IAM counts it for its quotas: white space does not count (FACTS C1)."""
        return len(re.sub(r"\s", "", self.text))

    @cached_property
    def canonical(self) -> str:
        """A text that is the same for two documents if and only if IAM treats them as equal."""
        return json.dumps(_ordered(self.content, fold_case=True), sort_keys=True, ensure_ascii=False, default=str)

    def presented(self) -> dict[str, Any]:
        """The document in canonical order for users to read: actions keep their case."""
        return _ordered(self.content, fold_case=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PolicyDocument) and self.canonical == other.canonical

    def __hash__(self) -> int:
        return hash(self.canonical)

    def __repr__(self) -> str:
        return f"PolicyDocument({self.text})"


def principals(statement: Mapping[str, Any], element: str = "Principal") -> list[tuple[str, str]]:
    """The principals of a statement as (type, value) pairs; `"*"` counts as `("AWS", "*")`."""
    return principal_pairs(statement.get(element))


def dangling_principals(document: PolicyDocument) -> list[str]:
    """Unique ids that replace the ARNs of deleted roles and users (FACTS C4)."""
    found = (
        value
        for statement in document.parsed
        for kind, value in statement.principals or ()
        if kind == "AWS" and is_principal_id(value)
    )
    return sorted(set(found))


def is_principal_id(principal: str) -> bool:
    """Whether a principal is the unique id of a role or user (`AROA…`, `AIDA…`), not its ARN."""
    return _PRINCIPAL_ID.fullmatch(principal) is not None


def without_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        names = [name for name, dummy in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise UnreadableDocument(f"the key {', '.join(twice)} is a duplicate in one object")
    return content


def not_a_number(constant: str) -> None:
    raise UnreadableDocument(f"not valid JSON: {constant} is not a number")


def _ordered(content: Mapping[str, Any], *, fold_case: bool) -> dict[str, Any]:
    ordered = dict(content)
    ordered["Version"] = scalar(content.get("Version", IMPLICIT_VERSION))
    by_text = {
        json.dumps(statement, sort_keys=True, ensure_ascii=False, default=str): statement
        for statement in (
            ordered_statement(statement, fold_case=fold_case) for statement in listed(content.get("Statement", ()))
        )
    }
    ordered["Statement"] = [by_text[text] for text in sorted(by_text)]
    return {key: ordered[key] for key in sorted(ordered, key=_place_in_document)}


def _place_in_document(member: Any) -> tuple[bool, bool, str]:
    return member == "Statement", member != "Version", str(member)
