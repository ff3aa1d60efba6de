# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`absent` leaves the account as it was, whatever the variables say by then."""

from __future__ import annotations

from typing import Any

import pytest

from .accounts import converged, ground
from .declarations import SERVICE_ROLES, declared
from .variants import TABLES, VARIANTS, as_module_takes, options_of

RETIRED: list[tuple[str, str, dict[str, Any]]] = [
    (role, one["variant"], one["then"]) for role, table in TABLES.items() for one in table["retired"]
]
"""A variant, and what the variables say differently by the time of `absent`, the profile aside."""


@pytest.mark.parametrize(
    ("role", "variant", "changed"), RETIRED, ids=[f"{role} {variant}" for role, variant, _unused in RETIRED]
)
def test_absent_leaves_what_was_there_before(role: str, variant: str, changed: dict[str, Any]) -> None:
    before = ground(role)
    there = converged(options_of(role, variant), before).goal
    variables = VARIANTS[role][variant]
    other = "least_privilege" if variables.get("profile", "documented") == "documented" else "documented"
    absent = as_module_takes(declared(role, **{**variables, **changed, "profile": other, "state": "absent"}))
    assert there.identities != before.identities
    after = converged(absent, there).goal
    assert after.identities == before.identities
    assert after.policies == before.policies


def test_every_role_is_retired() -> None:
    assert {role for role, *_rest in RETIRED} == set(SERVICE_ROLES)
