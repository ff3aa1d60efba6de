# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenario without faults is itself correct."""

from __future__ import annotations

from typing import Any

from unit.plugins.module_utils.apply.bad_day import CalmPhase
from unit.plugins.module_utils.apply.scenario import PHASES, without_old_versions

WRITES = {
    *(f"{verb}{kind}Policy" for verb in ("Attach", "Detach", "Put", "Delete") for kind in ("Role", "User", "Group")),
    *("CreateRole", "UpdateRole", "UpdateAssumeRolePolicy", "DeleteRole", "RemoveRoleFromInstanceProfile"),
    *("PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary"),
    *("CreatePolicy", "CreatePolicyVersion", "DeletePolicyVersion", "DeletePolicy"),
    *("TagRole", "UntagRole", "TagPolicy", "UntagPolicy"),
}
"""Every kind of write that the engine makes."""


def test_the_scenario_makes_every_kind_of_write(calm: dict[str, CalmPhase]) -> None:
    assert set().union(*(calm[phase].actions for phase in PHASES)) == WRITES


def test_a_second_run_has_nothing_to_do(calm: dict[str, CalmPhase]) -> None:
    assert [phase for phase in PHASES if calm[phase].again] == []


def test_the_repair_restores_what_was_created(calm: dict[str, CalmPhase]) -> None:
    assert _declared(calm["repair"].before) != _declared(calm["create"].after)
    assert _declared(calm["repair"].after) == _declared(calm["create"].after)


def test_the_deletion_leaves_what_was_there_before(calm: dict[str, CalmPhase]) -> None:
    assert calm["delete"].after == calm["create"].before


def _declared(snapshot: dict[str, Any]) -> dict[str, Any]:
    """A snapshot without undeclared properties that were changed by hand."""
    told = without_old_versions(snapshot)
    told["Listed"] = [{**role, "MaxSessionDuration": None} for role in told["Listed"]]
    told["RoleDetailList"] = [{**role, "InstanceProfileList": None} for role in told["RoleDetailList"]]
    return {key: value for key, value in told.items() if key != "InstanceProfiles"}
