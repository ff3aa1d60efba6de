# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a retirement does, from the first look to the last trace, against the local AWS."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.module_utils.restore.source import restoring

from .ground import DENY_ALL, NOW, Ground

MONTH = timedelta(days=30)
SERVICE = {
    "name": "AWSDeepLensServiceRole",
    "path": "/service-role/",
    "trusts": ["deeplens"],
    "managed": ["service-role/AWSDeepLensServiceRolePolicy"],
    "tags": {"team": "vision"},
}
LAMBDA = {
    "name": "AWSDeepLensLambdaRole",
    "trusts": ["lambda"],
    "managed": ["deeplens-cameras", "AmazonS3ReadOnlyAccess"],
    "inline": {"own": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}]},
}
DEVICE = {"name": "camera-7", "trusts": ["lambda"], "managed": ["AWSDeepLensLambdaFunctionAccessPolicy"]}
CAMERAS = {
    "name": "deeplens-cameras",
    "statements": [{"Effect": "Allow", "Action": "deeplens:*", "Resource": "*"}],
}
OTHER = {"name": "other", "trusts": ["ec2"], "managed": ["AmazonS3ReadOnlyAccess"]}
MESS = {"policies": [CAMERAS], "roles": [SERVICE, LAMBDA, DEVICE, OTHER]}
RETIRED = ("role/AWSDeepLensLambdaRole", "role/AWSDeepLensServiceRole", "role/camera-7")


def steps(result: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    return {item["resource"]: (item["step"], item["until"]) for item in result["retired"]}


def left_out(*patterns: str) -> dict[str, Any]:
    return {"exclude": list(patterns)}


def release(ground: Ground) -> None:
    """End every quarantine."""
    roles = [{"name": resource.partition("/")[2]} for resource in RETIRED]
    options = {name: ground.defaults()[name] for name in ("assume_role", "backup_dir")}
    converging(Task({**options, "roles": roles})).result()


def test_whole_life(ground: Ground) -> None:
    ground.give(MESS)
    before = ground.snapshot()
    planned = ground.retire(check_mode=True)
    assert (ground.writes(), ground.snapshot()) == ([], before)

    first = ground.retire()
    assert (first["plan"], first["plan_id"], first["retired"]) == (
        planned["plan"], planned["plan_id"], planned["retired"],
    )  # fmt: skip
    until = "2026-12-22T10:00:00Z"
    assert steps(first) == {
        **dict.fromkeys(RETIRED, ("quarantined", until)),
        "policy/deeplens-cameras": ("waiting", until),
    }
    assert [item["status"] for item in first["roles"]] == ["quarantined"] * 3
    assert first["backup"]["objects"] == sorted(RETIRED)
    there = ground.snapshot()
    tags = ["aws_ml_permissions:quarantine_reason", "aws_ml_permissions:quarantined"]
    for resource in RETIRED:
        assert there[resource] == {
            **before[resource],
            "managed": sorted([*before[resource]["managed"], DENY_ALL]),
            "tags": sorted([*before[resource]["tags"], *tags]),
        }
    assert {name: there[name] for name in there if name not in RETIRED} == {
        name: before[name] for name in before if name not in RETIRED
    }

    waiting = ground.retire(later=MONTH - timedelta(seconds=1))
    assert (waiting["changed"], waiting["plan"]) == (False, [])
    assert set(steps(waiting).values()) == {("waiting", until)}

    last = ground.retire(later=MONTH)
    assert set(steps(last).values()) == {("removed", None)}
    assert set(steps(last)) == {*RETIRED, "policy/deeplens-cameras"}
    assert last["backup"]["objects"] == ["policy/deeplens-cameras", *sorted(RETIRED)]
    left = ground.snapshot()
    assert left == {name: before[name] for name in before if name not in (*RETIRED, "policy/deeplens-cameras")}

    again = ground.retire(later=MONTH)
    assert (again["changed"], again["retired"], ground.snapshot()) == (False, [], left)


def test_skip_quarantine(ground: Ground) -> None:
    ground.give(MESS)
    before = ground.snapshot()
    ground.retire(skip_quarantine=True)
    assert ground.snapshot() == {"role/other": before["role/other"]} | {
        name: content for name, content in before.items() if "OrganizationAccountAccessRole" in name
    }
    assert not any("AWSDenyAll" in str(call.get("parameters", "")) for call in ground.aws.calls())


def test_quarantine_is_undone_by_state_present(ground: Ground) -> None:
    ground.give(MESS)
    before = ground.snapshot()
    ground.retire()
    release(ground)
    assert ground.snapshot() == before
    assert set(steps(ground.retire(later=2 * MONTH)).values()) == {
        ("quarantined", "2027-02-20T10:00:00Z"), ("waiting", "2027-02-20T10:00:00Z"),
    }  # fmt: skip


def restored(ground: Ground, source: str = "") -> list[dict[str, Any]]:
    """Put back all that the backups hold, or one. What cannot come back."""
    options = {"src": source or str(ground.backups), "roles": [], "policies": [], "attachments": [], "overwrite": False}
    entry = {"assume_role": ground.defaults()["assume_role"]}
    told: list[dict[str, Any]] = restoring(Task({**entry, **options}, clock=lambda: NOW + MONTH)).result()[
        "not_restored"
    ]
    return told


def test_a_backup_puts_back_what_went_without_quarantine(ground: Ground) -> None:
    ground.give(MESS)
    before = ground.snapshot()
    ground.retire(skip_quarantine=True)
    assert restored(ground) == []
    assert ground.snapshot() == before


def test_a_backup_puts_back_what_went_into_quarantine(ground: Ground) -> None:
    ground.give(MESS)
    before = ground.snapshot()
    ground.retire()
    assert restored(ground) == []
    assert ground.snapshot() == before


def test_the_backup_of_a_removal_puts_back_what_went_after_quarantine(ground: Ground) -> None:
    """In quarantine, as it was when it was removed."""
    ground.give(MESS)
    ground.retire()
    powerless = ground.snapshot()
    removed = ground.retire(later=MONTH)["backup"]["path"]
    assert restored(ground, removed) == []
    assert ground.snapshot() == powerless


def test_the_backups_of_both_runs_restored_what_was_before_the_quarantine(ground: Ground) -> None:
    ground.give(MESS)
    before = ground.snapshot()
    ground.retire()
    ground.retire(later=MONTH)
    assert restored(ground) == []
    assert ground.snapshot() == before


def test_calls(ground: Ground) -> None:
    """Two listings, twice where there is something to write, and the quotas then."""
    ground.give(MESS)
    ground.retire()
    assert ground.aws.call_counts(ground.account) == {
        **{"GetAccountAuthorizationDetails": 2, "ListRoles": 2, "GetAccountSummary": 1},
        **{"AttachRolePolicy": 3, "TagRole": 3},
    }
    ground.aws.clear_calls()
    ground.retire()
    assert ground.aws.call_counts(ground.account) == {"GetAccountAuthorizationDetails": 1, "ListRoles": 1}


def test_only_what_is_named(ground: Ground) -> None:
    ground.give(MESS)
    assert set(steps(ground.retire(check_mode=True, roles=["AWSDeepLens*"]))) == set(RETIRED[:2])
    assert set(steps(ground.retire(check_mode=True, roles=["awsdeeplensservicerole"]))) == {RETIRED[1]}
    assert set(steps(ground.retire(check_mode=True, roles=["*"], policies=["*"]))) == {
        *RETIRED, "policy/deeplens-cameras",
    }  # fmt: skip
    assert set(steps(ground.retire(check_mode=True, **left_out("camera-?", "deeplens-*")))) == set(RETIRED[:2])
    assert steps(ground.retire(check_mode=True, services=["panorama"])) == {}
    assert steps(ground.retire(check_mode=True, roles=["NoSuchRole"])) == {}


def test_a_policy_that_someone_has_stays(ground: Ground) -> None:
    ground.give({**MESS, "users": [{"name": "ada", "managed": ["deeplens-cameras"]}]})
    result = ground.retire(skip_quarantine=True)
    assert steps(result)["policy/deeplens-cameras"] == ("kept", None)
    assert "policy/deeplens-cameras stays: user/ada has it" in result["warnings"]
    assert ground.snapshot()["policy/deeplens-cameras"] == 1


def test_a_policy_that_no_one_has_goes(ground: Ground) -> None:
    ground.give({"policies": [CAMERAS], "roles": [OTHER]})
    result = ground.retire()
    assert steps(result) == {"policy/deeplens-cameras": ("removed", None)}
    assert result["backup"]["objects"] == ["policy/deeplens-cameras"]


def test_roles_of_one_run_may_depend_on_each_other(ground: Ground) -> None:
    account = f"arn:aws:iam::{ground.account}:role"
    passing = {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": f"{account}/service-role/AWSDeepLensServiceRole",
    }
    lambda_role = {**LAMBDA, "managed": [], "inline": {"pass": [passing]}}
    ground.give({"roles": [SERVICE, {**lambda_role, "trusted_roles": ["service-role/AWSDeepLensServiceRole"]}]})
    assert set(steps(ground.retire())) == {"role/AWSDeepLensLambdaRole", "role/AWSDeepLensServiceRole"}
    ground.retire(later=MONTH)
    assert "role/AWSDeepLensServiceRole" not in ground.snapshot()


def test_a_wildcard_is_no_dependant(ground: Ground) -> None:
    passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}
    ground.give({"roles": [SERVICE, LAMBDA | {"managed": []}, {**OTHER, "inline": {"pass": [passing]}}]})
    assert len(ground.retire(check_mode=True)["retired"]) == 2


def test_the_approved_plan_or_none(ground: Ground) -> None:
    ground.give(MESS)
    planned = ground.retire(check_mode=True)
    ground.aws.seed(ground.account, role={"name": "AWSDeepLensGreengrassRole"})
    with pytest.raises(EngineError, match="nothing was written"):
        ground.retire(approved_plan=planned["plan_id"])
    assert ground.writes() == []
    ground.iam.delete_role(RoleName="AWSDeepLensGreengrassRole")
    assert ground.retire(approved_plan=planned["plan_id"], later=timedelta(hours=1))["changed"]


def test_no_backup_no_write(ground: Ground) -> None:
    ground.give(MESS)
    ground.backups.parent.mkdir(exist_ok=True)
    ground.backups.write_text("not a directory", encoding="utf-8")
    for skip_quarantine in (False, True):
        with pytest.raises(EngineError) as caught:
            ground.retire(skip_quarantine=skip_quarantine)
        assert str(ground.backups) in caught.value.message
    assert ground.writes() == []


def test_the_reason_is_reported_and_tagged(ground: Ground) -> None:
    ground.give(MESS)
    result = ground.retire(quarantine_reason="cameras were sold", roles=["camera-7"])
    assert result["retired"][0]["reason"] == "cameras were sold"
    tags = {tag["Key"]: tag["Value"] for tag in ground.iam.list_role_tags(RoleName="camera-7")["Tags"]}
    assert tags == {
        "aws_ml_permissions:quarantine_reason": "cameras were sold",
        "aws_ml_permissions:quarantined": "2026-11-22T10:00:00Z",
    }
    assert json.dumps(result["retired"])


def test_findings_do_not_report_what_a_powerless_role_could_do(ground: Ground) -> None:
    ground.give({"roles": [{**LAMBDA, "managed": ["IAMFullAccess"]}]})
    result = ground.retire()
    assert [item for item in result["findings"] if item["resource"] == "role/AWSDeepLensLambdaRole"] == []
    assert result["warnings"] == []


@pytest.mark.parametrize(
    ("options", "warned"),
    [
        (left_out("BreakGlass*"), ['exclude: "BreakGlass*" matches no role or policy of the account']),
        # A role of the guide is spelled right, though another of its roles is called much the same.
        (
            left_out("AWSDeepLensSageMakerRole"),
            ['exclude: "AWSDeepLensSageMakerRole" matches no role or policy of the account'],
        ),
        (left_out("AWSDeepLensSage*"), ['exclude: "AWSDeepLensSage*" matches no role or policy of the account']),
        # Its neighbour in a row of roles was retired before.
        ({"roles": ["camera-6", "AWSDeepLens*"]}, ['roles: "camera-6" matches no role of the account']),
        (left_out("other"), []),
    ],
)
def test_what_matches_nothing_is_reported_and_need_not_match_in_every_account(
    ground: Ground, options: dict[str, Any], warned: list[str]
) -> None:
    ground.give(MESS)
    result = ground.retire(check_mode=True, **options)
    assert [text for text in result["warnings"] if "matches no" in text] == warned
    assert {"role/AWSDeepLensLambdaRole", "role/AWSDeepLensServiceRole"} <= set(steps(result))
