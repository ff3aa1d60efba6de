# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole suite as the proof of the policy documents: they allow exactly the calls of the tests.

Runs after all other tests, on what they have recorded in the folder LOCAL_AWS_CALLS, a folder in it for each part.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from local_aws.call_record import FOLDER
from local_aws.permissions_needed import Needed
from local_aws.policy_evaluation import allows, denies

from .documents import ADDED, MODES, NAMES, document, single_permissions
from .record import CALLERS, Recorded, parts, read

PARTS = {
    "unit": CALLERS - {"aws_accounts", "iam_access", "iam_audit", "iam_baseline_info", "iam_export"},
    "integration": CALLERS,
    "molecule": {"iam_services"},
}
"""The modules that each part of the tests must have called; otherwise its record is incomplete."""

AUTOMATION = re.compile(r"arn:[a-z-]+:iam::\d{12}:(role|policy)/ml-permissions/.+")
OTHER_PARTITION = re.compile(r"arn:aws-[a-z-]+:.+")
"""With all accounts and partitions treated as one. IAM refuses these ARNs for every caller."""
PROVEN_IN = {
    **{mode: mode for mode in MODES},
    **{name: mode for mode, names in ADDED.items() for name in names},
    "converge_bounded": "converge",
    "security_hub": "audit",
    "simulate": "audit",
}
"""The mode whose calls show that a document allows nothing unnecessary. No module does what the boundary allows."""

Calls = dict[str, list[Recorded]]


@pytest.fixture(scope="module")
def recorded() -> list[Recorded]:
    folder = os.environ.get(FOLDER)
    assert folder, f"{FOLDER} does not say where the calls were recorded; `make permissions` does"
    return read(Path(folder))


@pytest.fixture(scope="module")
def calls(recorded: list[Recorded]) -> Calls:
    """The calls by mode."""
    found: Calls = defaultdict(list)
    for one in recorded:
        found[one.mode].append(one)
    return found


def shown(some: Iterable[Recorded]) -> str:
    lines = sorted(map(str, some))
    return "\n".join([*lines[:40], *([f"and {len(lines) - 40} more"] if len(lines) > 40 else [])])


def is_deployment(one: Recorded) -> bool:
    """Whether a module writes the automation's own roles and policies, which is for an administrator."""
    return AUTOMATION.fullmatch(one.needed.resource) is not None and not re.match("iam:(Get|List)", one.needed.action)


def entered(one: Recorded) -> Needed:
    """The needed permission; assuming any role of a test counts as assuming one of the automation's."""
    if one.needed.action != "sts:AssumeRole":
        return one.needed
    arn = re.sub(r":role/.*", ":role/ml-permissions/entered", one.needed.resource)
    return Needed(one.needed.action, arn, one.needed.context)


@pytest.mark.parametrize("part", PARTS)
def test_the_record_is_whole(part: str, recorded: list[Recorded]) -> None:
    called = parts(recorded).get(part, set())
    assert called, f"no calls were recorded in the part {part}: run `make {part}` before"
    assert PARTS[part] <= called, f"the part {part} was not run whole, these made no calls: {PARTS[part] - called}"


@pytest.mark.parametrize("mode", MODES)
def test_every_call_is_allowed(mode: str, calls: Calls) -> None:
    assert calls[mode], f"no call was recorded in the mode {mode}"
    documents = [document(name) for name in (mode, *ADDED.get(mode, ()))]
    refused = [
        one
        for one in calls[mode]
        if not allows(documents, entered(one))
        and not is_deployment(one)
        and not OTHER_PARTITION.fullmatch(one.needed.resource)
    ]
    assert not refused, f"docs/permissions/{mode}.json does not allow what modules need:\n{shown(refused)}"


@pytest.mark.parametrize("name", PROVEN_IN)
def test_nothing_is_allowed_that_no_call_needs(name: str, calls: Calls) -> None:
    needed = {entered(one) for one in calls[PROVEN_IN[name]]}
    needless = [
        place
        for place, single in single_permissions(document(name))
        if not any(allows([single], one) for one in needed)
    ]
    assert not needless, f"no call of a test needs this of docs/permissions/{name}.json: {needless}"


def test_no_one_but_an_administrator_changes_the_automation(calls: Calls) -> None:
    made = [one for one in calls["converge"] if is_deployment(one)]
    assert made, "no example has made the automation's own roles"
    assert all(denies([document("converge")], one.needed) for one in made)


def test_every_document_is_accounted_for() -> None:
    assert {*PROVEN_IN, "boundary"} == set(NAMES)
