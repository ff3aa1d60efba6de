# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What groundtruth_lambda_iam declares for its variables, and what it refuses. Nothing is run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import cycle, product
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from .declarations import declared, problems, service_declaration
from .groundtruth_lambda import EXISTING, EXTRAS, FUNCTION, GIVEN, KEY, MANAGED, PEOPLE, ROLE


def made(name: str, **variables: Any) -> dict[str, Any]:
    """One of the roles that are made here."""
    found: dict[str, Any] = next(role for role in declared(ROLE, **GIVEN | variables)["roles"] if role["name"] == name)
    return found


def statements(role: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every inline statement of a role or an attachment, by Sid."""
    documents = role["inline_policies"].values()
    return {statement["Sid"]: statement for document in documents for statement in document["Statement"]}


def attached(name: str, state: str = "present", **variables: Any) -> dict[str, list[str]]:
    """Names of the policies that an identity of another owner gets, or with state absent loses."""
    items = declared(ROLE, **GIVEN | variables)["attachments"]
    mine = [item for item in items if item["iam_name"] == name and item.get("state", "present") == state]
    return {
        kind: sorted(policy for item in mine for policy in item.get(kind, ()))
        for kind in ("managed_policies", "inline_policies")
    }


@pytest.mark.parametrize(
    ("name", "reached"),
    [
        ("GtRecipeAnnotate", True),
        ("my-LabelingFunction", True),
        ("SageMaker-x", True),
        ("x-sagemaker", True),
        ("aSagemakerb", True),
        ("gtrecipe", False),
        ("labelingfunction", False),
        ("SAGEMAKER", False),
        ("sageMaker", False),
        ("annotate", False),
    ],
)
def test_a_function_is_invoked_by_aws_policy_only_where_that_reaches_it(name: str, reached: bool) -> None:
    document = json.loads(aws_managed_policies_data)[MANAGED]["Document"]
    invoking = next(entry for entry in document["Statement"] if entry["Action"] == ["lambda:InvokeFunction"])
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    assert any(fnmatchcase(arn, pattern) for pattern in invoking["Resource"]) == reached

    variables = {"pre_function": name, "post_function": "GtRecipeConsolidate"}
    role = made("gt-execution", **variables)
    assert role["managed_policies"] == [MANAGED]
    assert list(role["inline_policies"]) == ([] if reached else ["gt-invoke"])
    assert said(**variables) == (
        None if reached else f"not {name}. gt-execution also gets the inline policy gt-invoke."
    )
    if not reached:
        assert statements(role)["InvokeAnnotationLambdas"]["Resource"] == [
            FUNCTION + name,
            FUNCTION + "GtRecipeConsolidate",
        ]


def said(**variables: Any) -> str | None:
    """The end of the notice to the user, None where there is none."""
    notices = service_declaration(ROLE, GIVEN | variables).notices
    assert len(notices) <= 1
    return notices[0].partition(", so ")[2] if notices else None


@pytest.mark.parametrize("profile", ["documented", "least_privilege"])
def test_how_the_execution_role_invokes_can_be_chosen_in_either_profile(profile: str) -> None:
    granular = made("gt-execution", profile=profile, invoke="granular")
    assert (granular["managed_policies"], list(granular["inline_policies"])) == ([], ["gt-execution"])
    assert said(profile=profile, invoke="granular") is None
    managed = made("gt-execution", profile=profile, invoke="managed")
    assert (managed["managed_policies"], managed["inline_policies"]) == ([MANAGED], {})
    assert "gets no other right to invoke" in str(said(profile=profile, invoke="managed"))
    assert said(profile=profile, invoke="managed", state="absent") is None


def test_functions_may_be_left_out() -> None:
    for profile in ("documented", "least_privilege"):
        none = declared(ROLE, **GIVEN | {"profile": profile, "pre_function": "", "post_function": ""})
        assert [role["name"] for role in none["roles"]] == ["gt-execution"]
        assert "PostAnnotationLambda" not in json.dumps(none)
        assert "lambda:InvokeFunction" not in json.dumps(none)
        one = declared(ROLE, **GIVEN | {"profile": profile, "pre_function": ""})
        assert [role["name"] for role in one["roles"]] == ["gt-post-lambda", "gt-execution"]
    assert problems(ROLE) == []


def test_both_halves_of_assume_role_go_when_the_bucket_is_read() -> None:
    for profile in ("documented", "least_privilege"):
        execution = made("gt-execution", profile=profile)
        service, let_in = execution["assume_role_policy_document"]["Statement"]
        assert service["Principal"] == {"Service": "sagemaker.amazonaws.com"}
        assert let_in["Principal"] == {"AWS": "<role_arn:gt-post-lambda>"}
        post = made("gt-post-lambda", profile=profile)
        assert statements(post)["AssumeLabelingRole"]["Resource"] == ["<role_arn:gt-execution>"]

        reading = {"profile": profile, "annotation_access": "s3"}
        assert made("gt-execution", **reading)["assume_role_policy_document"]["Statement"] == [service]
        post = made("gt-post-lambda", **reading)
        assert "AssumeLabelingRole" not in statements(post)
        assert statements(post)["ReadAnnotations"]["Resource"] == ["arn:<partition>:s3:::parcel-labels/*"]
        assert ("Condition" in statements(post)["ReadAnnotations"]) == (profile == "least_privilege")


@pytest.mark.parametrize("prefix", ["jobs", "jobs/", "jobs/2026", ""])
def test_data_is_scoped_to_its_folder(prefix: str) -> None:
    variables = {"output_prefix": prefix, "input_prefix": prefix, "profile": "least_privilege"}
    end = f"/{prefix.rstrip('/')}/*" if prefix else "/*"
    execution = statements(made("gt-execution", **variables))
    assert execution["ReadInput"]["Resource"] == [f"arn:<partition>:s3:::parcels{end}"]
    assert execution["Output"]["Resource"] == [f"arn:<partition>:s3:::parcel-labels{end}"]
    post = statements(made("gt-post-lambda", annotation_access="s3", **variables))
    assert post["ReadAnnotations"]["Resource"] == [f"arn:<partition>:s3:::parcel-labels{end}"]


def test_buckets_are_those_of_their_accounts() -> None:
    variables = {"profile": "least_privilege", "input_bucket_account": "111122223333", "pre_reads_input": True}
    execution = statements(made("gt-execution", **variables))
    owner = "aws:ResourceAccount"
    assert execution["Buckets"]["Condition"]["StringEquals"][owner] == ["111122223333", "<account_id>"]
    assert execution["ReadInput"]["Condition"]["StringEquals"][owner] == "111122223333"
    assert execution["Output"]["Condition"]["StringEquals"][owner] == "<account_id>"
    pre = statements(made("gt-pre-lambda", **variables))
    assert pre["ReadInput"]["Condition"]["StringEquals"][owner] == "111122223333"


def test_one_bucket_may_hold_input_and_output() -> None:
    execution = statements(made("gt-execution", profile="least_privilege", input_bucket="parcel-labels"))
    assert execution["Buckets"]["Resource"] == ["arn:<partition>:s3:::parcel-labels"]
    assert execution["Buckets"]["Condition"] == {"StringEquals": {"aws:ResourceAccount": ["<account_id>"]}}


def test_keys_are_for_whoever_reads_and_writes_with_them() -> None:
    keys = {"input_key": KEY + "1", "output_key": KEY + "2", "volume_key": KEY + "3"}
    for profile in ("documented", "least_privilege"):
        execution = statements(made("gt-execution", profile=profile, **keys))
        assert execution["DecryptInput"]["Resource"] == [KEY + "1"]
        assert execution["OutputKey"]["Resource"] == [KEY + "2"]
        assert execution["GrantForVolumes"]["Resource"] == [KEY + "3"]
        assert execution["GrantForVolumes"]["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
        assert "kms" not in json.dumps(made("gt-post-lambda", profile=profile, **keys))
        assert "kms" not in json.dumps(made("gt-pre-lambda", profile=profile, **keys))
        post = statements(made("gt-post-lambda", profile=profile, annotation_access="s3", **keys))
        assert post["DecryptAnnotations"]["Resource"] == [KEY + "2"]
        pre = statements(made("gt-pre-lambda", profile=profile, pre_reads_input=True, **keys))
        assert pre["DecryptInput"]["Resource"] == [KEY + "1"]


def test_streaming_corrects_the_example_of_aws() -> None:
    streaming = statements(made("gt-execution", streaming_topics=["labels-in", "labels-out"]))
    queues = "arn:<partition>:sqs:us-east-1:<account_id>:*GroundTruth*"
    topics = [f"arn:<partition>:sns:us-east-1:<account_id>:labels-{end}" for end in ("in", "out")]
    assert streaming["Queue"]["Resource"] == [queues]
    assert "sqs:SendMessageBatch" not in streaming["Queue"]["Action"]
    assert streaming["SubscribeQueue"]["Condition"]["StringLike"] == {"sns:Endpoint": queues}
    assert streaming["SubscribeQueue"]["Resource"] == streaming["Topics"]["Resource"] == topics


@pytest.mark.parametrize("given", ["yes", True, "true"])
def test_booleans_from_the_command_line_count(given: Any) -> None:
    assert "PassSelfToSageMaker" in statements(made("gt-execution", automated_labeling=given))
    assert "PassSelfToSageMaker" not in statements(made("gt-execution", automated_labeling="no"))


def test_lists_from_the_command_line_count() -> None:
    listed = {"developers": {"users": ["ana", "ben"]}, "streaming_topics": ["labels-in", "labels-out"]}
    as_text = {"developers": '{"users": "ana, ben"}', "streaming_topics": "labels-in,labels-out"}
    assert declared(ROLE, **GIVEN | as_text) == declared(ROLE, **GIVEN | listed)
    assert "user ben" in {
        f"{item['iam_type']} {item['iam_name']}" for item in declared(ROLE, **GIVEN | as_text)["attachments"]
    }


def test_roles_of_others_are_only_given_things_by_attachments() -> None:
    existing = declared(ROLE, **GIVEN | EXISTING)
    assert existing["roles"] == []
    assert {item["iam_name"] for item in existing["attachments"]} == {"sm-execution-role", "my-lambda-role"}
    assert attached("sm-execution-role", **EXISTING) == {
        "managed_policies": [MANAGED],
        "inline_policies": ["gt-invoke"],
    }
    assert attached("my-lambda-role", **EXISTING) == {"managed_policies": [], "inline_policies": ["gt-post-lambda"]}
    assert attached("sm-execution-role", profile="least_privilege", **EXISTING) == {
        "managed_policies": [],
        "inline_policies": ["gt-execution"],
    }
    (trust,) = existing["trust_statements"]
    assert (trust["name"], trust.get("state", "present")) == ("sm-execution-role", "present")
    assert trust["statements"][0]["Principal"] == {"AWS": "<role_arn:my-lambda-role>"}
    (trust,) = declared(ROLE, **GIVEN | EXISTING | {"annotation_access": "s3"})["trust_statements"]
    assert trust == {"name": "sm-execution-role", "state": "absent", "statements": [{"Sid": "PostAnnotationLambda"}]}


def test_an_existing_execution_role_needs_no_buckets() -> None:
    variables = {"profile": "least_privilege", "input_bucket": "", "output_bucket": "", **EXISTING}
    assert problems(ROLE, **GIVEN | variables) == []
    execution = next(
        item for item in declared(ROLE, **GIVEN | variables)["attachments"] if item["iam_name"] == "sm-execution-role"
    )
    assert sorted(statements(execution)) == ["InvokeAnnotationLambdas", "Logs", "Metrics"]


def test_amazon_s3_read_only_access_of_another_owner_is_left_alone_until_a_choice_is_made() -> None:
    policy = "AmazonS3ReadOnlyAccess"
    reading: dict[str, Any] = {"annotation_access": "s3", **EXISTING}
    assert policy not in json.dumps(declared(ROLE, **GIVEN | reading))
    assert attached("my-lambda-role", read_all_buckets=True, **reading)["managed_policies"] == [policy]
    assert attached("my-lambda-role", read_all_buckets=True, **reading)["inline_policies"] == []
    assert attached("my-lambda-role", "absent", read_all_buckets=False, **reading)["managed_policies"] == [policy]
    made_here = made("gt-post-lambda", annotation_access="s3", read_all_buckets=True)
    assert policy in made_here["managed_policies"]
    assert made_here["inline_policies"] == {}


SETTINGS = [
    {"profile": profile, "invoke": invoke, "annotation_access": access, **extras}
    for (profile, invoke), (access, extras) in zip(
        product(("documented", "least_privilege"), ("auto", "managed", "granular")),
        cycle((("assume_role", {}), ("s3", {}), ("assume_role", EXTRAS), ("s3", EXTRAS))),
        strict=False,
    )
]


def test_absent_takes_off_the_same_whatever_the_settings() -> None:
    people = {"developers": PEOPLE, "job_creators": PEOPLE}
    taken = set()
    given = set()
    for setting in SETTINGS:
        now = declared(ROLE, **GIVEN | EXISTING | people | setting)["attachments"]
        gives = set(bindings(item for item in now if item.get("state") != "absent"))
        takes = set(bindings(item for item in now if item.get("state") == "absent"))
        assert not gives & takes
        given |= gives

        known = GIVEN if setting["invoke"] == "auto" else {}
        gone = declared(ROLE, state="absent", **known | EXISTING | people | setting)
        assert {item["state"] for section in gone.values() for item in section} == {"absent"}
        taken.add(frozenset(bindings(gone["attachments"])))
        assert [item["statements"] for item in gone["trust_statements"]] == [[{"Sid": "PostAnnotationLambda"}]]
        assert sorted(item["name"] for item in gone["managed_policies"]) == [
            "gt-developer",
            "gt-job-creator",
            "gt-sar-recipe",
        ]
    assert len(taken) == 1
    assert given <= taken.pop()


@pytest.mark.parametrize("profile", ["documented", "least_privilege"])
def test_absent_needs_nothing_and_names_every_role_that_may_have_been_made(profile: str) -> None:
    assert problems(ROLE, state="absent", profile=profile) == []
    names = [role["name"] for role in declared(ROLE, state="absent", profile=profile)["roles"]]
    assert names == ["gt-pre-lambda", "gt-post-lambda", "gt-execution"]


def bindings(items: Any) -> Iterator[tuple[str, str, str]]:
    for item in items:
        for policy in [*item.get("managed_policies", ()), *item.get("inline_policies", ())]:
            yield item["iam_type"], item["iam_name"], policy


def test_people_are_given_managed_policies_only() -> None:
    expected = {
        "documented": ["AWSLambda_FullAccess", "gt-job-creator", "gt-sar-recipe"],
        "least_privilege": ["gt-developer", "gt-job-creator", "gt-sar-recipe"],
    }
    people: dict[str, Any] = {"developers": PEOPLE, "job_creators": PEOPLE, "starter_functions": True}
    for profile, policies in expected.items():
        for name in ("ana", "labelers", "build"):
            given = attached(name, profile=profile, **people)
            assert given == {"managed_policies": policies, "inline_policies": []}
        own = declared(ROLE, profile=profile, **GIVEN | people)["managed_policies"]
        present = {policy["name"] for policy in own if policy.get("state") != "absent"}
        assert present == set(policies) - {"AWSLambda_FullAccess"}
    former = attached("ana", "absent", former={"users": ["ana"]})
    assert former["managed_policies"] == ["AWSLambda_FullAccess", "gt-developer", "gt-job-creator", "gt-sar-recipe"]


def test_job_creators_are_given_further_statements() -> None:
    more = {"Sid": "Vendors", "Effect": "Allow", "Action": "aws-marketplace:ViewSubscriptions", "Resource": "*"}
    own = declared(ROLE, **GIVEN | {"job_creators": PEOPLE, "job_creator_statements": [more]})["managed_policies"]
    policy = next(policy for policy in own if policy["name"] == "gt-job-creator")
    assert policy["policy"]["Statement"][-1] == more
    assert not any("iam:Create" in json.dumps(entry) for entry in policy["policy"]["Statement"])
