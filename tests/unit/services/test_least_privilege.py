# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""With the example values the roles declare the documents that were reviewed, but for what reviewed.yml lists."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument

from .variants import VARIANTS, documents

HERE = Path(__file__).parent
REVIEWED: dict[str, PolicyDocument] = {
    path.stem: PolicyDocument(json.loads(path.read_text(encoding="utf-8")))
    for path in sorted((HERE / "reviewed").glob("*.json"))
}
TABLE: dict[str, Any] = yaml.safe_load((HERE / "reviewed.yml").read_text(encoding="utf-8"))
ENTRIES = [
    (group["role"], group["variant"], entry["at"], entry) for group in TABLE["documents"] for entry in group["all"]
]


def with_differences(names: Sequence[str], differences: Sequence[Mapping[str, Any]]) -> PolicyDocument:
    """The reviewed documents as one, changed as the table says. A difference that changes nothing fails."""
    statements = [dict(statement) for name in names for statement in REVIEWED[name].statements]
    for difference in differences:
        before = PolicyDocument({"Statement": list(statements)})
        if "added" in difference:
            statements = [*statements, difference["added"]]
        else:
            (index,) = [
                place for place, statement in enumerate(statements) if statement.get("Sid") == difference["statement"]
            ]
            laid_over = {**statements[index], **difference.get("with", {})}
            changed = {element: value for element, value in laid_over.items() if value is not None}
            statements[index : index + 1] = [] if difference.get("removed") else [changed]
        assert PolicyDocument({"Statement": statements}) != before, difference
    return PolicyDocument({"Version": "2012-10-17", "Statement": statements})


@pytest.mark.parametrize(
    ("role", "variant", "at", "entry"), ENTRIES, ids=[f"{role} {at}" for role, _unused, at, _unused in ENTRIES]
)
def test_a_document_is_the_reviewed_one(role: str, variant: str, at: str, entry: dict[str, Any]) -> None:
    found = {str(placed): placed.document for placed in documents(role, variant)}
    assert at in found
    expected = with_differences(entry["is"], entry.get("differences", ()))
    assert found[at].presented() == expected.presented()
    assert found[at] == expected


def test_every_reviewed_document_is_used_or_known_to_be_unused() -> None:
    used = {name for *_place, entry in ENTRIES for name in entry["is"]}
    assert sorted(used & TABLE["unused"].keys()) == []
    assert sorted({*used, *TABLE["unused"]}) == sorted(REVIEWED)


def test_every_document_beside_them_is_known_not_to_be_reviewed() -> None:
    compared = {(role, at) for role, _variant, at, _entry in ENTRIES}
    variants = {entry[:2] for entry in ENTRIES}
    beside = {
        (role, str(placed))
        for role, variant in variants
        for placed in documents(role, variant)
        if VARIANTS[role][variant].get("profile") == "least_privilege"
    }
    assert beside - compared == {(role, at) for role, owners in TABLE["own"].items() for at in owners}


def test_every_difference_and_every_unused_document_has_a_reason() -> None:
    differences = [difference for *_place, entry in ENTRIES for difference in entry.get("differences", ())]
    reasons = [difference.get("reason") for difference in differences] + list(TABLE["unused"].values())
    reasons += [reason for owners in TABLE["own"].values() for reason in owners.values()]
    assert all(isinstance(reason, str) and len(reason.split()) > 3 for reason in reasons), reasons
