# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role is released from a recorded quarantine exactly as it was, and later retirements leave it alone for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError

from .deeplens_leftovers import SERVICE
from .ground import DENY_ALL, Ground
from .test_records import KEY, NAME, WAYS, step_of

REASON = "cameras in hall 3 - J. Doe"
DAY = timedelta(days=1)
MARKS = ["aws_ml_permissions:release_reason", "aws_ml_permissions:released"]


def where(ground: Ground, way: str) -> dict[str, Any]:
    """The options that name the place of the records."""
    return {"backup_dir": str(ground.backups)} if way == "folder" else {"record_key": KEY}


def release(ground: Ground, *, roles: list[str] | None = None, **options: Any) -> dict[str, Any]:
    given = {"state": "released", "roles": roles or [NAME], "release_reason": REASON, "release_days": 60}
    return ground.retire(**{**given, **options})


@WAYS
def test_what_quarantine_changed_is_undone_and_nothing_else(ground: Ground, way: str) -> None:
    ground.give({"roles": [SERVICE | {"tags": {"team": "vision"}}]})
    before = ground.snapshot()[f"role/{NAME}"]
    there = where(ground, way)
    ground.retire(**there)
    ground.aws.clear_calls()
    planned = release(ground, check_mode=True, later=DAY, **there)
    assert (planned["changed"], ground.writes()) == (True, [])
    done = release(ground, later=DAY, **there)
    assert done["plan_id"] == planned["plan_id"]
    after = ground.snapshot()[f"role/{NAME}"]
    marks = MARKS if way == "folder" else ["aws_ml_permissions:release_record", *MARKS]
    assert after == {**before, "tags": sorted([*before["tags"], *marks])}
    assert done["released"] == [
        {
            "resource": f"role/{NAME}",
            "step": "released",
            "since": "2026-11-22T10:00:00Z",
            "quarantine_reason": "AWS DeepLens ended on 2024-01-31",
            "at": "2026-11-23T10:00:00Z",
            "until": "2027-01-22T10:00:00Z",
            "reason": REASON,
            "note": done["released"][0]["note"],
        }
    ]
    assert done["lifted_quarantines"][0]["name"] == NAME
    again = release(ground, later=2 * DAY, **there)
    assert (again["changed"], again["released"][0]["step"]) == (False, "unchanged")
    assert again["released"][0]["until"] == "2027-01-22T10:00:00Z"


@WAYS
def test_a_released_role_is_left_alone_until_its_release_ends(ground: Ground, way: str) -> None:
    ground.give({"roles": [SERVICE]})
    there = where(ground, way)
    ground.retire(**there)
    release(ground, later=DAY, **there)
    kept = ground.retire(later=2 * DAY, **there)
    assert (kept["changed"], step_of(kept)) == (False, "kept")
    (item,) = kept["retired"]
    assert item["reason"] == (
        f"was released from quarantine on 2026-11-23T10:00:00Z ({REASON}), and is left alone until 2027-01-22T10:00:00Z"
    )
    assert [one["code"] for one in kept["disturbances"]] == ["released"]
    assert step_of(ground.retire(later=2 * DAY, check_mode=True, allow=["released"], **there)) == "quarantined"
    late = ground.retire(later=70 * DAY, **there)
    assert step_of(late) == "quarantined"
    assert DENY_ALL in ground.snapshot()[f"role/{NAME}"]["managed"]
    assert not [key for key in ground.snapshot()[f"role/{NAME}"]["tags"] if "release" in key]


def test_tags_alone_release_nothing(ground: Ground) -> None:
    ground.give({"roles": [SERVICE]})
    ground.tag(NAME, **{"aws_ml_permissions:released": "2026-11-22T10:00:00Z until 2099-01-01T00:00:00Z"})
    ground.tag(NAME, **{"aws_ml_permissions:release_record": "v1 2026-11-22T10:00:00Z 00 2099-01-01T00:00:00Z"})
    assert step_of(ground.retire(check_mode=True, record_key=KEY)) == "quarantined"


def test_a_killed_release_is_completed(ground: Ground) -> None:
    ground.give({"roles": [SERVICE]})
    ground.retire()
    release(ground, later=DAY)
    ground.iam.attach_role_policy(RoleName=NAME, PolicyArn=DENY_ALL)
    assert release(ground, later=DAY)["changed"]
    assert DENY_ALL not in ground.snapshot()[f"role/{NAME}"]["managed"]


REFUSALS: list[tuple[dict[str, Any], list[str], str]] = [
    ({"managed": ["AWSDenyAll"]}, ["AWSDeepLens*"], "not_recorded"),
    ({}, [NAME], "not_in_quarantine"),
]


@pytest.mark.parametrize(("more", "roles", "code"), REFUSALS)
def test_what_this_collection_did_not_quarantine_is_refused(
    ground: Ground, more: dict[str, Any], roles: list[str], code: str
) -> None:
    ground.give({"roles": [SERVICE | more]})
    for check in (True, False):
        with pytest.raises(EngineError) as refused:
            release(ground, roles=roles, check_mode=check)
        assert [one["code"] for one in refused.value.fields["refusals"]] == [code]
    assert ground.writes() == []


def test_a_role_that_was_changed_meanwhile_is_released_only_by_its_name(ground: Ground) -> None:
    ground.give({"roles": [SERVICE]})
    ground.retire()
    ground.iam.attach_role_policy(RoleName=NAME, PolicyArn="arn:aws:iam::aws:policy/IAMFullAccess")
    with pytest.raises(EngineError) as refused:
        release(ground, roles=["AWSDeepLens*"])
    assert refused.value.fields["refusals"][0]["reason"] == (
        "was changed during its quarantine: it got managed policy IAMFullAccess"
    )
    told = release(ground)
    assert f"role/{NAME}: was changed during its quarantine: it got managed policy IAMFullAccess" in told["warnings"]


def test_names_that_do_not_exist(ground: Ground) -> None:
    ground.give({"roles": [SERVICE]})
    ground.retire()
    elsewhere = release(ground, roles=["camera-*"], check_mode=True)
    assert (elsewhere["changed"], elsewhere["released"]) == (False, [])
    assert "roles: no role of the account matches camera-*" in elsewhere["warnings"]
    with pytest.raises(EngineError) as refused:
        release(ground, roles=["AWSDeepLensServcieRole"])
    assert "did you mean AWSDeepLensServiceRole?" in refused.value.message


def test_bad_options_are_reported_together(ground: Ground) -> None:
    options = {"roles": [], "release_reason": "", "release_days": 0, "backup_dir": None}
    with pytest.raises(EngineError) as refused:
        ground.retire(state="released", **options)
    places = [problem.partition(":")[0] for problem in refused.value.fields["problems"]]
    assert places == ["backup_dir", "release_days", "release_reason", "roles"]
    assert ground.aws.calls() == []
