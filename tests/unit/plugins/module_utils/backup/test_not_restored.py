# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a restore leaves alone or cannot bring back, and what it says of that."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from unit.plugins.module_utils.apply.faults import Faults

from local_aws import LocalAws

from .conftest import Converge, Restored
from .small_account import (
    ADMIN,
    LAMBDA,
    READER,
    SAGEMAKER,
    attached,
    document,
    make_policy,
    make_role,
    principals,
    reasons,
)


def test_principals_that_do_not_exist_are_left_out_and_come_back_with_their_role(
    iam: Any, account: str, converge: Converge, restore: Restored
) -> None:
    dead, late = make_role(iam, "dead"), make_role(iam, "late")
    make_role(iam, "worker", {"AWS": dead}, {"AWS": late}, LAMBDA)
    make_role(iam, "lonely", {"AWS": dead})
    iam.delete_role(RoleName="dead")
    converge(state="absent", roles=[{"name": "worker"}, {"name": "late"}, {"name": "lonely"}])

    result = restore(roles=["worker", "lonely"])
    assert principals(iam, "worker") == [LAMBDA]
    assert principals(iam, "lonely") == [{"AWS": "*"}]  # the denial that keeps a trust policy valid
    told = [note["reason"] for note in result["not_restored"]]
    assert any(f"named {late}, which does not exist any more" in reason for reason in told)
    assert sum("is the id of one that was deleted before" in reason for reason in told) == 2

    restore()
    assert principals(iam, "worker") == sorted([LAMBDA, {"AWS": late}], key=str)


def test_instance_profiles_are_joined_again_where_they_are_free(
    iam: Any, converge: Converge, restore: Restored
) -> None:
    make_role(iam, "worker")
    make_role(iam, "squatter")
    # A role can be in several profiles, a profile holds one role.
    for profile in ("free", "taken", "gone"):
        iam.create_instance_profile(InstanceProfileName=profile)
        iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName="worker")
    converge("roles", name="worker", state="absent")
    iam.add_role_to_instance_profile(InstanceProfileName="taken", RoleName="squatter")
    iam.delete_instance_profile(InstanceProfileName="gone")
    result = restore()
    profiles = iam.list_instance_profiles_for_role(RoleName="worker")["InstanceProfiles"]
    assert [profile["InstanceProfileName"] for profile in profiles] == ["free"]
    told = sorted(note["reason"] for note in result["not_restored"])
    assert told == ["instance profile gone is missing", "instance profile taken contains role squatter now"]
    assert restore()["plan"] == []


def test_a_policy_that_aws_has_withdrawn_comes_back_as_one_of_the_account(
    aws: LocalAws, iam: Any, account: str, converge: Converge, restore: Restored
) -> None:
    make_role(iam, "worker")
    iam.create_user(UserName="alice")
    iam.attach_role_policy(RoleName="worker", PolicyArn=ADMIN)
    iam.attach_user_policy(UserName="alice", PolicyArn=READER)
    aws.seed(account, withdrawn_policy=ADMIN)
    aws.seed(account, withdrawn_policy=READER)
    absent = {"iam_type": "user", "iam_name": "alice", "managed_policies": [READER], "state": "absent"}
    converge(roles=[{"name": "worker", "state": "absent"}], attachments=[absent])

    result = restore()
    stand_in = f"arn:aws:iam::{account}:policy/IAMFullAccess-restored"
    assert result["restored_as"] == [{"policy_arn": ADMIN, "restored_as": stand_in}]
    assert attached(iam, "worker") == {"IAMFullAccess-restored"}
    assert iam.list_attached_user_policies(UserName="alice")["AttachedPolicies"] == []
    assert "do not fit into a customer managed policy, whose limit is 6144" in reasons(result)["user/alice"]
    assert any(note["resource"] == "policy/IAMFullAccess" for note in result["cannot_come_back"])
    again = restore()
    assert (again["plan"], again["restored_as"]) == ([], [])


def test_a_role_does_not_come_back_without_its_boundary_or_an_unknown_policy(
    iam: Any, account: str, converge: Converge, restore: Restored
) -> None:
    boundary, guard = make_policy(iam, "Boundary"), make_policy(iam, "Guard")
    make_role(iam, "bounded", PermissionsBoundary=boundary)
    make_role(iam, "guarded")
    iam.attach_role_policy(RoleName="guarded", PolicyArn=guard)
    converge(state="absent", roles=[{"name": "bounded"}, {"name": "guarded"}])
    iam.delete_policy(PolicyArn=boundary)
    iam.delete_policy(PolicyArn=guard)
    result = restore()
    assert result["plan"] == []
    assert reasons(result) == {
        "role/bounded": "its boundary cannot be set: policy Boundary no longer exists and is not in the backup",
        "role/guarded": "policy Guard no longer exists and is not in the backup",
    }
    restore(roles=["bounded", "guarded"])
    assert {role["RoleName"] for role in iam.list_roles()["Roles"]} & {"bounded", "guarded"} == {"guarded"}


def test_what_was_removed_in_quarantine_comes_back_in_quarantine(
    iam: Any, converge: Converge, restore: Restored
) -> None:
    make_role(iam, "worker")
    converge("roles", name="worker", state="quarantined", quarantine_reason="unused")
    removed = converge("roles", name="worker", state="absent")["backup"]["path"]
    result = restore(src=removed)
    assert attached(iam, "worker") == {"AWSDenyAll"}
    assert any("is restored as it was when it was removed, in quarantine" in warning for warning in result["warnings"])
    assert result["roles"][0]["quarantined"]["reason"] == "unused"


def test_the_mark_of_a_removal_that_was_begun_does_not_come_back(
    iam: Any, converge: Converge, restore: Restored
) -> None:
    mark = {"Key": "aws_ml_permissions:retired", "Value": "deeplens"}
    for name in ("whole", "half"):
        make_role(iam, name, Tags=[{"Key": "team", "Value": "a"}, mark])
        iam.attach_role_policy(RoleName=name, PolicyArn=READER)
    converge(roles=[{"name": "whole", "state": "absent"}, {"name": "half", "managed_policies": []}])
    restore()
    for name in ("whole", "half"):
        assert iam.get_role(RoleName=name)["Role"]["Tags"] == [{"Key": "team", "Value": "a"}]
        assert attached(iam, name) == {"ReadOnlyAccess"}
    assert restore()["plan"] == []


def test_a_role_made_anew_by_others_is_left_alone(iam: Any, converge: Converge, restore: Restored) -> None:
    make_role(iam, "worker")
    iam.attach_role_policy(RoleName="worker", PolicyArn=ADMIN)
    converge("roles", name="worker", state="absent")
    make_role(iam, "worker", SAGEMAKER, Path="/other/")
    result = restore(overwrite=True)
    assert result["plan"] == []
    assert reasons(result) == {"role/worker": "a role of that name is at path /other/ now, not /"}


def test_nothing_is_written_to_another_account(aws: LocalAws, iam: Any, converge: Converge, restore: Restored) -> None:
    make_role(iam, "worker")
    path = converge("roles", name="worker", state="absent")["backup"]["path"]
    other = aws.members[1]
    aws.clear_calls()
    with pytest.raises(EngineError, match=f"These credentials belong to account {other['id']}, not to"):
        restore(src=path, assume_role={"role_arn": other["role_arn"]})
    assert not any(action.startswith(("Create", "Attach", "Put", "Update")) for action in aws.call_counts())


def test_a_caller_who_may_not_read_the_whole_account_restores_all_but_trust_policies_of_others(
    aws: LocalAws, iam: Any, account: str, converge: Converge, restore: Restored
) -> None:
    gone = make_role(iam, "gone")
    iam.attach_role_policy(RoleName="gone", PolicyArn=make_policy(iam, "Needed"))
    iam.put_role_policy(RoleName="gone", PolicyName="own", PolicyDocument=json.dumps(document(["s3:PutObject"])))
    make_role(iam, "foreign", {"AWS": gone}, LAMBDA)
    converge(state="absent", roles=[{"name": "gone"}], managed_policies=[{"name": "Needed"}])
    keys = aws.credentials(account)
    denied = {
        "operation": "GetAccountAuthorizationDetails",
        "error": {"code": "AccessDenied", "status": 403, "message": "no"},
    }
    with Faults(aws.endpoint) as faults:
        faults.set({keys["aws_access_key_id"]: [denied]})
        result = restore(
            assume_role=None,
            endpoint_url=faults.endpoint,
            access_key=keys["aws_access_key_id"],
            secret_key=keys["aws_secret_access_key"],
            session_token=keys["aws_session_token"],
        )
    assert attached(iam, "gone") == {"Needed"}
    assert "AROA" in str(principals(iam, "foreign"))
    assert any("may not call iam:GetAccountAuthorizationDetails" in warning for warning in result["warnings"])
    healed = restore()
    assert [step["resource"] for step in healed["plan"]] == ["role/foreign"]
