# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service role groundtruth_lambda_iam, run from a playbook in accounts that hold roles and people of others."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from integration.playbook_runs import Playbook, Run, play_of
from integration.whole_account import Account, create, declared, differences, held

from local_aws import LocalAws

PLAY = play_of("groundtruth_lambda_iam")
GIVEN: dict[str, Any] = {
    "region": "us-east-1",
    "pre_function": "before-annotation",
    "post_function": "SageMaker-after-annotation",
    "input_bucket": "parcels",
    "output_bucket": "parcel-labels",
}
EXISTING: dict[str, Any] = {
    "existing_execution_role": "sm-execution-role",
    "existing_pre_role": "my-lambda-execution-role",
    "existing_post_role": "my-lambda-execution-role",
}
SAGEMAKER = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
LAMBDA = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
NOTES = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::notes/*"}
BEFORE: dict[str, Any] = {
    "users": {"developer": {"inline": {"own": {"Version": "2012-10-17", "Statement": NOTES}}}},
    "groups": {"labelers": {"managed": ["arn:aws:iam::aws:policy/IAMUserChangePassword"]}},
    "roles": {
        "sm-execution-role": {
            "path": "/labels/",
            "trust": {"Version": "2012-10-17", "Statement": SAGEMAKER},
            "inline": {"own": {"Version": "2012-10-17", "Statement": NOTES}},
            "tags": {"owner": "labels"},
        },
        "my-lambda-execution-role": {
            "path": "/service-role/",
            "trust": {"Version": "2012-10-17", "Statement": LAMBDA},
            "managed": ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
        },
    },
}
PEOPLE: dict[str, Any] = {
    "developers": {"users": ["developer"]},
    "starter_functions": True,
    "job_creators": {"groups": ["labelers"]},
}
WRITES = ("Create", "Put", "Update", "Attach", "Detach", "Delete", "Tag", "Untag", "Set")


@pytest.fixture
def account(aws: LocalAws) -> str:
    """The first member account, with users and roles of other owners."""
    member: str = aws.members[0]["id"]
    create(aws.client("iam", account=member), declared(BEFORE, member))
    return member


@pytest.fixture
def converge(playbook: Playbook, aws: LocalAws, account: str) -> Callable[..., Run]:
    """Runs the role in the account; variables are given without their prefix."""
    member = aws.members[0]

    def run(**variables: Any) -> Run:
        given = {f"groundtruth_lambda_iam_{name}": value for name, value in variables.items()}
        host = {"aws_account_id": account, "aws_assume_role_arn": member["role_arn"], **given}
        aws.clear_calls()
        done = playbook(PLAY, {"all": {"hosts": {"account": host}}})
        assert done.rc == 0, done.failures() or done.stderr
        return done

    return run


@pytest.fixture
def content(aws: LocalAws, account: str) -> Callable[[], Account]:
    return lambda: held(aws.client("iam", account=account))


def result(run: Run) -> dict[str, Any]:
    found: dict[str, Any] = run.results("Show the result")["account"]["groundtruth_lambda_iam_result"]
    return found


def written(aws: LocalAws) -> list[str]:
    return [call["action"] for call in aws.calls() if call["action"].startswith(WRITES)]


def test_roles_made_here_trust_each_other_in_order_and_go_in_order(
    converge: Any, content: Any, aws: LocalAws, account: str
) -> None:
    first = converge(**GIVEN, **PEOPLE)
    [warning] = [text for text in result(first)["warnings"] if text.startswith("account: ")]
    assert "so not before-annotation. gt-execution also gets the inline policy gt-invoke" in warning
    roles = content()["roles"]
    post = f"arn:aws:iam::{account}:role/gt-post-lambda"
    assert post in json.dumps(roles["gt-execution"]["trust"])
    assert f"arn:aws:iam::{account}:role/gt-execution" in json.dumps(roles["gt-post-lambda"]["inline"])
    made = [call["resource"] for call in result(first)["plan"] if call["action"] == "CreateRole"]
    assert made.index("role/gt-post-lambda") < made.index("role/gt-execution")

    findings = {(finding["code"], finding["resource"]): finding for finding in result(first)["findings"]}
    assumes = findings["assumes_another_role", "role/gt-post-lambda"]
    assert assumes["remedy"].startswith("groundtruth_lambda_iam_annotation_access: s3")

    # The Lambda role goes after the role whose trust policy names it.
    gone = converge(state="absent", **PEOPLE)
    removed = [step["resource"] for step in result(gone)["plan"] if step["action"] == "DeleteRole"]
    assert removed.index("role/gt-execution") < removed.index("role/gt-post-lambda")
    assert list(differences(declared(BEFORE, account), content())) == []


def test_reading_the_bucket_takes_the_place_of_assuming_on_an_existing_execution_role(
    converge: Any, content: Any, aws: LocalAws, account: str
) -> None:
    """The Lambda role is made here, so it has to leave the trust policy of the other before it is deleted."""
    given = {**GIVEN, "existing_execution_role": "sm-execution-role", "profile": "least_privilege"}
    converge(**given)
    execution = content()["roles"]["sm-execution-role"]
    assert f"arn:aws:iam::{account}:role/gt-post-lambda" in json.dumps(execution["trust"])
    assert sorted(execution["inline"]) == ["gt-execution", "own"]

    reading = result(converge(**given, annotation_access="s3"))
    execution = content()["roles"]["sm-execution-role"]
    assert (
        execution["trust"]["Statement"] == declared(BEFORE, account)["roles"]["sm-execution-role"]["trust"]["Statement"]
    )
    post = json.dumps(content()["roles"]["gt-post-lambda"]["inline"])
    assert "sts:AssumeRole" not in post
    assert "arn:aws:s3:::parcel-labels/*" in post
    assert "AssumeLabelingRole" in json.dumps(reading["deleted"])

    converge(**given)
    gone = [step["action"] for step in result(converge(**given, state="absent"))["plan"]]
    assert gone.index("UpdateAssumeRolePolicy") < gone.index("DeleteRole")
    assert list(differences(declared(BEFORE, account), content())) == []


def test_people_and_roles_of_others_are_given_what_is_missing_and_no_more(
    converge: Any, content: Any, aws: LocalAws, account: str
) -> None:
    converge(**GIVEN, **EXISTING, **PEOPLE)
    there = content()
    aws_policy = "arn:aws:iam::aws:policy"
    own_policy = f"arn:aws:iam::{account}:policy"
    assert sorted(there["roles"]) == ["my-lambda-execution-role", "sm-execution-role"]
    execution, runs_as = there["roles"]["sm-execution-role"], there["roles"]["my-lambda-execution-role"]
    assert execution["managed"] == [f"{aws_policy}/AmazonSageMakerGroundTruthExecution"]
    assert sorted(execution["inline"]) == ["gt-invoke", "own"]
    assert execution["tags"] == {"owner": "labels"}
    assert runs_as["managed"] == [f"{aws_policy}/service-role/AWSLambdaBasicExecutionRole"]
    assert f"arn:aws:iam::{account}:role/labels/sm-execution-role" in json.dumps(runs_as["inline"])
    assert f"arn:aws:iam::{account}:role/service-role/my-lambda-execution-role" in json.dumps(execution["trust"])
    assert there["users"]["developer"]["managed"] == sorted(
        [f"{aws_policy}/AWSLambda_FullAccess", f"{own_policy}/gt-sar-recipe"]
    )
    assert f"{own_policy}/gt-job-creator" in there["groups"]["labelers"]["managed"]

    narrow = {**GIVEN, **EXISTING, **PEOPLE, "profile": "least_privilege"}
    converge(**narrow)
    there = content()
    assert there["users"]["developer"]["managed"] == sorted(
        [f"{own_policy}/gt-developer", f"{own_policy}/gt-sar-recipe"]
    )
    passes = there["policies"]["gt-developer"]["document"]
    assert f"arn:aws:iam::{account}:role/service-role/my-lambda-execution-role" in json.dumps(passes)

    # Nobody develops any more; who did is named once.
    left = {**narrow, "developers": {}, "former": {"users": ["developer"]}}
    converge(**left)
    assert content()["users"]["developer"]["managed"] == []
    assert sorted(content()["policies"]) == ["gt-job-creator"]

    converge(**left | {"state": "absent"})
    assert list(differences(declared(BEFORE, account), content())) == []
    assert converge(**left | {"state": "absent"}).total("changed") == 0
    assert written(aws) == []


BAD: dict[str, tuple[dict[str, Any], list[str]]] = {
    "choice": ({"annotation_access": "ftp"}, ["must be one of: assume_role, s3, got: ftp"]),
    "shape": ({"developers": {"user": ["ana"]}}, ["Supported parameters include: groups, roles, users"]),
    "several": (
        {"profile": "least_privilege", "pre_function": "a b", "execution_role_name": ""},
        [
            "_region: missing",
            "_input_bucket: missing",
            "_output_bucket: missing",
            '"a b" is not a function name',
            "_name: missing",
        ],
    ),
    "nothing": ({"pre_function": None, "post_function": None, "path": ""}, ["groundtruth_lambda_iam_path: missing"]),
    "China": (
        {**GIVEN, "region": "cn-north-1", "developers": {"users": ["ana"]}, "starter_functions": True},
        ["partition aws only"],
    ),
    "statement": (
        {**GIVEN, **PEOPLE, "job_creator_statements": [{"Effect": "Allow", "Action": "sagemaker", "Resource": "*"}]},
        ["policy/gt-job-creator.policy.Statement"],
    ),
    "session": ({"max_session_duration": 60}, ["60 is outside 3600 to 43200 seconds"]),
}


def test_bad_variables_are_reported_before_any_call(playbook: Playbook, aws: LocalAws) -> None:
    hosts = {
        name: {
            "aws_assume_role_arn": aws.members[0]["role_arn"],
            **{f"groundtruth_lambda_iam_{variable}": value for variable, value in given.items()},
        }
        for name, (given, _unused) in BAD.items()
    }
    aws.clear_calls()
    told = playbook(PLAY, {"all": {"hosts": hosts}}).failures()
    missing = {
        name: [part for part in parts if part not in told.get(name, "")] for name, (_unused, parts) in BAD.items()
    }
    assert not any(missing.values()), (missing, told)
    assert aws.calls() == []
