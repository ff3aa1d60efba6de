# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The replaying server over HTTP, between boto3 and local AWS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from bench.replay import Replay
from local_aws import LocalAws

OTHER = "700000000042"


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws(members=1) as running:
        yield running


@pytest.fixture
def replay(aws: LocalAws) -> Iterator[Replay]:
    with Replay(aws.members[0]["id"], aws.endpoint) as running:
        running.learn("lesson")
        yield running


def client(replay: Replay, service: str, **keys: str) -> Any:
    own = {"aws_access_key_id": "AKIALOCALAWSOPERATOR", "aws_secret_access_key": "not-a-secret", **keys}
    config = Config(retries={"total_max_attempts": 1})
    return boto3.Session().client(  # type: ignore[call-overload]
        service, endpoint_url=replay.endpoint, region_name="us-east-1", config=config, **own
    )


def entered(replay: Replay, account: str) -> Any:
    arn = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
    given = client(replay, "sts").assume_role(RoleArn=arn, RoleSessionName="test")
    assert account in given["AssumedRoleUser"]["Arn"]
    keys = given["Credentials"]
    return client(
        replay,
        "iam",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def test_what_one_account_answered_every_account_answers_with_its_own_id(aws: LocalAws, replay: Replay) -> None:
    learned_from = aws.members[0]["id"]
    learned = [role["Arn"] for role in entered(replay, learned_from).list_roles(MaxItems=1000)["Roles"]]
    replay.recite("lesson")
    replay.counts()
    aws.clear_calls()

    iam = entered(replay, OTHER)
    for _time in range(2):
        recited = [role["Arn"] for role in iam.list_roles(MaxItems=1000)["Roles"]]
        assert recited == [arn.replace(learned_from, OTHER) for arn in learned] != []
    assert aws.calls() == []
    counts = replay.counts()
    assert counts == {"actions": {"AssumeRole": 1, "ListRoles": 2}, "accounts": {OTHER: 3}, "unknown": []}
    assert replay.counts() == {"actions": {}, "accounts": {}, "unknown": []}


@pytest.mark.parametrize(
    ("method", "parameters"),
    [("list_policies", {}), ("list_roles", {"MaxItems": 999}), ("create_role", {"RoleName": "r"})],
    ids=["another action", "other parameters", "a write"],
)
def test_what_was_not_learned_is_an_error_and_is_reported(
    aws: LocalAws, replay: Replay, method: str, parameters: dict[str, Any]
) -> None:
    entered(replay, aws.members[0]["id"]).list_roles(MaxItems=1000)
    replay.recite("lesson")
    replay.counts()
    trust = {"AssumeRolePolicyDocument": "{}"} if method == "create_role" else {}
    with pytest.raises(ClientError, match="NotLearned"):
        getattr(entered(replay, OTHER), method)(**parameters, **trust)
    [unknown] = replay.counts()["unknown"]
    assert unknown.startswith("iam:" + "".join(part.capitalize() for part in method.split("_")))


def test_an_error_of_the_server_is_learned_too(aws: LocalAws, replay: Replay) -> None:
    for _time in range(2):
        with pytest.raises(ClientError, match="NoSuchEntity"):
            entered(replay, aws.members[0]["id"]).get_role(RoleName="nobody")
        replay.recite("lesson")


def test_a_call_is_answered_in_the_order_in_which_it_was_learned_for_every_account_and_again_when_reported(
    aws: LocalAws, replay: Replay
) -> None:
    iam = entered(replay, aws.members[0]["id"])
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_group(GroupName="people")
    iam.create_group(GroupName="people")
    iam.get_group(GroupName="people")
    for _time in range(2):
        replay.recite("lesson")
        for account in (OTHER, "700000000043"):
            iam = entered(replay, account)
            with pytest.raises(ClientError, match="NoSuchEntity"):
                iam.get_group(GroupName="people")
            assert [iam.get_group(GroupName="people")["Group"]["GroupName"] for _read in range(2)] == ["people"] * 2


def test_lessons_are_kept_apart(aws: LocalAws, replay: Replay) -> None:
    entered(replay, aws.members[0]["id"]).list_roles(MaxItems=1000)
    replay.learn("another")
    entered(replay, aws.members[0]["id"]).list_policies()
    replay.recite("lesson")
    with pytest.raises(ClientError, match="NotLearned"):
        entered(replay, OTHER).list_policies()
    replay.recite("another")
    entered(replay, OTHER).list_policies()
