# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every document that a role can declare, against AWS's service authorization reference."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from .authorization_reference import KNOWN, permission_findings, trust_findings, used_exceptions
from .variants import CASES, VARIANTS, documents, options_of

_FIXED = re.compile(r"arn:aws(?:-[a-z-]+)?:[^\s\"\\]*|\b\d{12}\b")


@pytest.mark.parametrize(("role", "variant"), CASES)
def test_every_action_resource_and_condition_key(role: str, variant: str) -> None:
    found = [
        f"{placed}: {finding}"
        for placed in documents(role, variant)
        for finding in (trust_findings if placed.is_trust else permission_findings)(placed.document)
    ]
    assert found == []


@pytest.mark.parametrize(("role", "variant"), CASES)
def test_no_document_fixes_an_account_or_a_partition(role: str, variant: str) -> None:
    """Beyond what the variables say, and the objects in accounts of AWS."""
    given = json.dumps(VARIANTS[role][variant]) + " ".join(KNOWN["objects_of_aws"])
    fixed = {text for text in _FIXED.findall(json.dumps(options_of(role, variant), default=str)) if text not in given}
    assert fixed == set()


def test_every_exception_is_needed() -> None:
    every = [placed.document for role, variant in CASES for placed in documents(role, variant) if not placed.is_trust]
    assert set().union(*map(used_exceptions, every)) == {*KNOWN["ended_services"], *KNOWN["whole_services"]}


def test_every_key_and_object_that_is_known_is_used() -> None:
    texts: dict[str, Any] = {
        kind: "".join(
            placed.document.text
            for role, variant in CASES
            for placed in documents(role, variant)
            if placed.is_trust == (kind == "trust")
        )
        for kind in ("trust", "permissions")
    }
    idle = [key for kind in texts for key in KNOWN[f"global_keys_of_{kind}"] if f'"{key}"' not in texts[kind]]
    idle += [text for text in KNOWN["objects_of_aws"] if text not in texts["permissions"]]
    assert idle == []
