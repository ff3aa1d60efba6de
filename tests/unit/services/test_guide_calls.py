# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of the guides and the dangerous ones beside them, checked by an independent evaluator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from iam_simulate import IamSimulate

from .declarations import SERVICE_ROLES
from .guide_requests import TABLES, Case, Entry, Request, cases, entries, simulated, simulated_entry
from .neighbours import dangerous, dangerous_entries, rules
from .variants import CASES as VARIANT_CASES
from .variants import documents as variant_documents

CASES = cases()
NARROW = [case for case in CASES if case.is_narrow]
ENTRIES = entries()
NARROW_ENTRIES = [entry for entry in ENTRIES if entry.is_narrow]
EXCEPTIONS: list[dict[str, Any]] = [
    {"role": role, **exception} for role, table in TABLES.items() for exception in table.get("allowed", ())
]
NEEDED, DANGEROUS = 370, 8900
"""At least so many calls of the guides, and so many judgements of dangerous ones; docs/tests.md has the figures."""
Allowed = dict[Case, list[tuple[str, Request]]]


@pytest.fixture(scope="module")
def judge() -> Iterator[IamSimulate]:
    with IamSimulate() as running:
        yield running


@pytest.fixture(scope="module")
def allowed(judge: IamSimulate) -> Allowed:
    """What the narrow identities are allowed of what is dangerous."""
    found: Allowed = {}
    for case in NARROW:
        asked = dangerous(case)
        answers = judge.allowed([simulated(case, request) for _kind, request in asked])
        found[case] = [one for one, answer in zip(asked, answers, strict=True) if answer]
    return found


def is_about(exception: dict[str, Any], case: Case, kind: str, request: Request) -> bool:
    return (
        exception["role"] == case.role
        and exception.get("kind", kind) == kind
        and re.search(exception.get("who", ""), f"{case.variant} {case.identity}") is not None
        and any(re.search(call, str(request)) for call in exception["calls"])
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_a_guide_needs_is_allowed(judge: IamSimulate, case: Case) -> None:
    answers = judge.allowed([simulated(case, request) for request in case.needed])
    assert [str(request) for request, answer in zip(case.needed, answers, strict=True) if not answer] == []


@pytest.mark.parametrize("case", NARROW, ids=str)
def test_what_is_dangerous_is_refused(allowed: Allowed, case: Case) -> None:
    unexpected = [
        f"{kind}: {request}"
        for kind, request in allowed[case]
        if not any(is_about(exception, case, kind, request) for exception in EXCEPTIONS)
    ]
    assert unexpected == []


def test_every_exception_is_needed_and_has_a_reason(allowed: Allowed) -> None:
    for exception in EXCEPTIONS:
        assert len(exception["reason"].split()) > 3, exception
        for call in exception["calls"]:
            single = {**exception, "calls": [call]}
            assert any(
                is_about(single, case, kind, request) for case, found in allowed.items() for kind, request in found
            ), f"nothing needs {single}"


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_who_needs_a_role_enters_it(judge: IamSimulate, entry: Entry) -> None:
    assert judge.allowed([simulated_entry(entry, entry.by, entry.request)]) == [True]


@pytest.mark.parametrize("entry", NARROW_ENTRIES, ids=str)
def test_no_one_else_enters_a_role(judge: IamSimulate, entry: Entry) -> None:
    role = (entry.role, entry.variant, entry.identity)
    tried = dangerous_entries(entry, {one.by for one in ENTRIES if (one.role, one.variant, one.identity) == role})
    answers = judge.allowed([simulated_entry(entry, by, request) for by, request in tried])
    assert [f"{by}: {request}" for (by, request), answer in zip(tried, answers, strict=True) if answer] == []


def test_every_stronger_action_is_asked_of_someone() -> None:
    asked = {request.action for case in NARROW for kind, request in dangerous(case) if kind == "stronger"}
    assert {
        action for role in TABLES for rule in rules("stronger", role) for action in rule["actions"]
    } - asked == set()


def test_every_variant_that_grants_something_has_calls() -> None:
    granting = {(role, variant) for role, variant in VARIANT_CASES if variant_documents(role, variant)}
    assert granting - {(case.role, case.variant) for case in CASES} == set()


def test_as_many_calls_are_judged_as_the_documentation_says() -> None:
    needed = {(case.role, request) for case in CASES for request in case.needed}
    assert {role for role, _request in needed} == set(SERVICE_ROLES)
    judged = sum(len(dangerous(case)) for case in NARROW)
    judged += sum(len(dangerous_entries(entry, set())) for entry in NARROW_ENTRIES)
    assert len(needed) >= NEEDED
    assert judged >= DANGEROUS
