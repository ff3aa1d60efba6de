# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the two evaluators differ because of what AWS documents: differences.yml, with a rewriting for each.

A rewriting makes of a case one of which our evaluator says what the judge says of the case itself. So a difference
explains a disagreement only if nothing else differs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.patterns import resource_pattern, text_pattern

from .case import Case, Document
from .conditions import SEVERAL

Rewriting = Callable[[Case], Case]
_NO_VALUE = "${aws:NoSuchKey}"
_SEVERAL = {key.lower() for key in SEVERAL}


@dataclass(frozen=True)
class Difference:
    """A class of disagreements. `source` is the document of AWS that says who is right."""

    id: str
    differs: str
    judge: str
    source: str
    right: str
    rewriting: Rewriting


def known_differences() -> list[Difference]:
    """What differences.yml lists."""
    listed = yaml.safe_load((Path(__file__).parent / "differences.yml").read_text(encoding="utf-8"))
    return [Difference(**{**one, "rewriting": REWRITINGS[one["rewriting"]]}) for one in listed]


def _in_conditions(case: Case, change: Callable[[str, str, list[str]], list[str] | None]) -> Case:
    """Change the values of conditions: `change` gets the operator, the key and the values. None makes it never met."""

    def in_statement(statement: Document) -> None:
        changed: dict[str, Any] = {}
        for operator, keys in statement.get("Condition", {}).items():
            for key, values in keys.items():
                new = change(operator, key, values if isinstance(values, list) else [values])
                if new is None:
                    changed.setdefault("NoSuchOperator", {})[key] = "x"
                else:
                    changed.setdefault(operator, {})[key] = new
        if changed:
            statement["Condition"] = changed

    return _in_statements(case, in_statement)


def _in_statements(case: Case, change: Callable[[Document], None]) -> Case:
    def in_document(document: Document) -> Document:
        statements = document["Statement"]
        for statement in statements if isinstance(statements, list) else [statements]:
            change(statement)
        return document

    return case.with_documents(in_document)


def for_any_value_if_exists(case: Case) -> Case:
    """ForAnyValue:…IfExists as if it were without IfExists."""

    def in_statement(statement: Document) -> None:
        condition = statement.get("Condition", {})
        for operator in list(condition):
            if operator.startswith("ForAnyValue:") and operator.endswith("IfExists"):
                condition.setdefault(operator.removesuffix("IfExists"), {}).update(condition.pop(operator))

    return _in_statements(case, in_statement)


def escapes_in_equals(case: Case) -> Case:
    """`${*}` under an operator without wildcards as if it were these four characters."""

    def change(operator: str, key: str, values: list[str]) -> list[str]:
        if "Equals" not in operator or "String" not in operator:
            return values
        return [re.sub(r"\$\{([*?$])\}", r"${$}{\1}", value) for value in values]

    return _in_conditions(case, change)


def field_by_field(case: Case) -> Case:
    """Resource patterns that only match because `*` spans colons as if they matched nothing."""
    return _without_resources(case, lambda pattern: _by_field(pattern, case))


def _without_resources(case: Case, stays: Callable[[str], bool]) -> Case:
    def in_statement(statement: Document) -> None:
        for element in ("Resource", "NotResource"):
            if element in statement:
                given = statement[element]
                entries = given if isinstance(given, list) else [given]
                statement[element] = [one if stays(one) else "arn:aws:none:::none" for one in entries]

    return _in_statements(case, in_statement)


def _by_field(pattern: str, case: Case) -> bool:
    fields, parts = pattern.split(":", 5), case.resource.split(":", 5)
    if pattern == "*" or len(parts) < 6:
        return True
    context = case.request().full_context
    if resource_pattern(pattern, variables=True)(case.resource, context) is not True:
        return True
    if len(fields) < 6:
        return fields[-1] == "*" or fields[-1] == parts[len(fields) - 1] or len(fields) <= 3
    return all(
        text_pattern(field, variables=True)(part, context) is True for field, part in zip(fields, parts, strict=True)
    )


def literal_type(case: Case) -> Case:
    """Resource patterns with a wildcard in the type of the resource as if they matched nothing."""
    kind = re.match(r"[^/:]*[/:]", case.resource.split(":", 5)[-1])

    def plain(pattern: str) -> bool:
        last = pattern.split(":", 5)[-1]
        written = re.match(r"[^/:]*[/:]?", last)
        return kind is None or last == "*" or written is None or not re.search(r"[*?]", written.group())

    return _without_resources(case, plain)


def epoch_in_milliseconds(case: Case) -> Case:
    """Seconds since 1970 under a date operator as if they were milliseconds."""

    def of(value: str) -> str:
        if not value.isdigit():
            return value
        return datetime.fromtimestamp(int(value) / 1000, UTC).isoformat()

    def change(operator: str, key: str, values: list[str]) -> list[str]:
        return [of(value) for value in values] if "Date" in operator else values

    context = {key: of(value) if key == "aws:EpochTime" and isinstance(value, str) else value
               for key, value in case.context.items()}  # fmt: skip
    return replace(_in_conditions(case, change), context=context)


def every_ipv4_address(case: Case) -> Case:
    """A network of all IPv4 addresses as if it were its one address."""

    def change(operator: str, key: str, values: list[str]) -> list[str]:
        if "IpAddress" not in operator:
            return values
        return [re.sub(r"^([0-9.]+)/0$", r"\1/32", value) for value in values]

    return _in_conditions(case, change)


def address_of_the_other_version(case: Case) -> Case:
    """NotIpAddress with a single address of another version of IP than the request's as if it were never met."""
    given = {key.lower(): value for key, value in case.context.items() if isinstance(value, str)}

    def change(operator: str, key: str, values: list[str]) -> list[str] | None:
        there = given.get(key.lower())
        if "NotIpAddress" not in operator or there is None:
            return values
        return None if any("/" not in value and (":" in value) != (":" in there) for value in values) else values

    return _in_conditions(case, change)


def ordinary_role(case: Case) -> Case:
    """A service-linked role as if it were an ordinary one."""

    def plain(text: str) -> str:
        return text.replace("role/aws-service-role/", "role/service/")

    changed = case.with_documents(lambda one: _parsed(plain(json.dumps(one))))
    context = _parsed(plain(json.dumps({**_derived(case), **case.context})))
    return replace(changed, principal=plain(case.principal), context=context)


def ordinary_caller(case: Case) -> Case:
    """A root user as if it were a role with the policies that are given."""
    if not case.principal.endswith(":root"):
        return case
    context = {**_derived(case), **case.context}
    return replace(case, principal=case.principal.replace(":root", ":role/root"), context=context)


def _derived(case: Case) -> dict[str, str | list[str]]:
    return {key: list(values) for key, values in case.request().full_context.known().items() if values is not None}


def _parsed(text: str) -> Document:
    document: Document = json.loads(text)
    return document


def limited_session(case: Case) -> Case:
    """A session policy as if it limited what a policy of the resource grants the session too: as an SCP does."""
    if case.session is None:
        return case
    return replace(case, service_control=(*case.service_control, (case.session,)))


def trust_of_the_account(case: Case) -> Case:
    """A role without a trust policy as if it trusted its account."""
    if case.resource_policy is not None or not case.action.startswith("sts:"):
        return case
    trust = {"Effect": "Allow", "Principal": {"AWS": case.owner}, "Action": "sts:*"}
    return replace(case, resource_policy={"Version": "2012-10-17", "Statement": [trust]})


def set_operator_is_missing(case: Case) -> Case:
    """A condition on a key that can have several values as if it were never met without a set operator."""

    def change(operator: str, key: str, values: list[str]) -> list[str] | None:
        there = {name.lower() for name in case.context}
        bare = ":" not in operator and operator != "Null"
        return None if bare and key.lower() in _SEVERAL & there else values

    return _in_conditions(case, change)


def variables_in_every_version(case: Case) -> Case:
    """Policies of version 2008-10-17 as if they were of 2012-10-17."""
    return case.with_documents(lambda one: {**one, "Version": "2012-10-17"})


def other_fields_first(case: Case) -> Case:
    """A negated ARN operator as if a variable without a value did not count where another field is not the same."""
    context = case.request().full_context

    def differs(value: str, there: str) -> bool:
        fields = zip(value.split(":", 5), there.split(":", 5), strict=False)
        plain = [(field, part) for field, part in fields if "${" not in field]
        return any(text_pattern(field, variables=True)(part, context) is False for field, part in plain)

    def change(operator: str, key: str, values: list[str]) -> list[str]:
        found = context.values(key.lower())
        if "ArnNot" not in operator or not found:
            return values
        return ["arn:aws:none:::none" if "${" in one and differs(one, found[0]) else one for one in values]

    return _in_conditions(case, change)


def arn_of_one_field(case: Case) -> Case:
    """A value of an ARN operator that is no ARN, such as `*`, as if it met nothing."""

    def change(operator: str, key: str, values: list[str]) -> list[str]:
        if "Arn" not in operator:
            return values
        return [value if value.count(":") >= 5 else _NO_VALUE for value in values]

    return _in_conditions(case, change)


REWRITINGS: dict[str, Rewriting] = {
    rewriting.__name__: rewriting
    for rewriting in (
        for_any_value_if_exists,
        escapes_in_equals,
        field_by_field,
        literal_type,
        every_ipv4_address,
        address_of_the_other_version,
        epoch_in_milliseconds,
        ordinary_role,
        ordinary_caller,
        limited_session,
        trust_of_the_account,
        set_operator_is_missing,
        variables_in_every_version,
        other_fields_first,
        arn_of_one_field,
    )
}


def rewritten(case: Case, differences: Iterable[Difference]) -> Case:
    """The case with all of these differences taken away."""
    for difference in differences:
        case = difference.rewriting(case)
    return case
