# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What panorama_iam declares for its variables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from .declarations import ROLES, service_declaration, specification
from .declarations import declared as declared_by

PREVIEW = {
    "AWSPanoramaServiceRole": ("panorama.amazonaws.com", "AWSPanoramaServiceRolePolicy"),
    "AWSPanoramaApplianceRole": ("credentials.iot.amazonaws.com", "AWSPanoramaApplianceRolePolicy"),
    "AWSPanoramaSageMakerRole": ("sagemaker.amazonaws.com", "AWSPanoramaSageMakerRolePolicy"),
    "AWSPanoramaGreengrassGroupRole": ("greengrass.amazonaws.com", "AWSPanoramaGreengrassGroupRolePolicy"),
    "AWSPanoramaGreengrassRole": ("greengrass.amazonaws.com", "AWSGreengrassResourceAccessRolePolicy"),
}
RELEASED = {"AWSPanoramaApplianceServiceRole": ("panorama.amazonaws.com", "AWSPanoramaApplianceServiceRolePolicy")}
STATEMENT = {
    "Effect": "Allow",
    "Action": "sns:Publish",
    "Resource": "arn:<partition>:sns:us-east-1:<account_id>:alarms",
}
PROFILES = ("documented", "least_privilege")
GENERATIONS = ("preview", "released")
EITHER_GRANT: dict[str, Any] = {
    "state": "absent",
    "managed_policies": ["AWSPanoramaFullAccess"],
    "inline_policies": {"panorama-operator": {}},
}


def roles(**variables: Any) -> dict[str, dict[str, Any]]:
    return {role["name"]: role for role in declared_by("panorama_iam", **variables)["roles"]}


def attachments(**variables: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = declared_by("panorama_iam", **variables)["attachments"]
    return found


def trusted(role: dict[str, Any]) -> dict[str, Any]:
    (statement,) = role["assume_role_policy_document"]["Statement"]
    found: dict[str, Any] = statement
    return found


@pytest.mark.parametrize(("generation", "wanted"), [("preview", PREVIEW), ("released", RELEASED)])
def test_documented_is_the_policies_of_aws(generation: str, wanted: dict[str, tuple[str, str]]) -> None:
    found = roles(generation=generation)
    assert {
        name: (trusted(role)["Principal"]["Service"], *role["managed_policies"]) for name, role in found.items()
    } == wanted
    for role in found.values():
        assert role["inline_policies"] == {}
        assert "Condition" not in trusted(role)
        assert role["description"]
        assert (role["path"], role["max_session_duration"]) == ("/service-role/", 3600)
        assert role.keys().isdisjoint({"state", "tags", "boundary"})


def test_the_guide_is_replayed_without_variables() -> None:
    assert roles() == roles(generation="preview", profile="documented")
    assert attachments() == []


def test_least_privilege_asks_on_whose_behalf_where_aws_documents_it() -> None:
    found = roles(profile="least_privilege", region="eu-west-1")
    found |= roles(
        profile="least_privilege", region="eu-west-1", generation="released", devices=["device-a", "device-b"]
    )
    own = {"StringEquals": {"aws:SourceAccount": "<account_id>"}}
    greengrass = "arn:<partition>:greengrass:eu-west-1:<account_id>:"
    device = "arn:<partition>:panorama:eu-west-1:<account_id>:device/"
    assert {name: trusted(role).get("Condition") for name, role in found.items()} == {
        "AWSPanoramaServiceRole": None,
        "AWSPanoramaApplianceRole": None,
        "AWSPanoramaSageMakerRole": own,
        "AWSPanoramaGreengrassGroupRole": {**own, "ArnLike": {"aws:SourceArn": f"{greengrass}/greengrass/groups/*"}},
        "AWSPanoramaGreengrassRole": {**own, "ArnLike": {"aws:SourceArn": f"{greengrass}*"}},
        "AWSPanoramaApplianceServiceRole": {
            **own,
            "ArnLike": {"aws:SourceArn": [f"{device}device-a", f"{device}device-b"]},
        },
    }
    services = {name: trusted(role)["Principal"]["Service"] for name, role in found.items()}
    assert services == {name: service for name, (service, dummy) in (PREVIEW | RELEASED).items()}


def test_least_privilege_keeps_no_policy_of_aws_but_one_under_guard() -> None:
    found = roles(profile="least_privilege") | roles(profile="least_privilege", generation="released")
    managed = {name: role["managed_policies"] for name, role in found.items() if role["managed_policies"]}
    assert managed == {"AWSPanoramaServiceRole": ["AWSPanoramaServiceRolePolicy"]}
    assert all(len(role["inline_policies"]) == 1 for role in found.values())
    guard = found["AWSPanoramaServiceRole"]["inline_policies"]["panorama-service-guard"]["Statement"]
    assert {statement["Effect"] for statement in guard} == {"Deny"}


def test_every_name_in_a_document_is_a_variable() -> None:
    names = {
        "region": "eu-central-1",
        "bucket": "lens-models",
        "bucket_account": "999999999999",
        "function": "lens-function-*",
        "model_job": "lens-done-*",
        "group_namespace": "Lens",
    }
    preview = json.dumps(
        [
            role["inline_policies"]
            for role in roles(profile="least_privilege", function_roles=[{"name": "f"}], **names).values()
        ]
    )
    released = json.dumps(
        [role["inline_policies"] for role in roles(profile="least_privilege", generation="released", **names).values()]
    )
    for name in names.values():
        assert name in preview
    for default in ("*panorama*", "*aws-panorama*", "Panorama*", ":logs:*", ":iot:*", ":lambda:*", ":greengrass:*"):
        assert default not in preview
    assert "eu-central-1" in released and ":logs:*" not in released


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("generation", GENERATIONS)
def test_absent_names_what_either_profile_made_in_either_generation(generation: str, profile: str) -> None:
    variables: dict[str, Any] = {
        "state": "absent",
        "generation": generation,
        "profile": profile,
        "function_roles": [{"name": "function"}],
        "runtime_roles": [{"name": "application"}],
        "operators": {"users": ["ada"]},
    }
    found = service_declaration("panorama_iam", variables)
    assert (found.state, found.profile) == ("absent", profile)
    assert sorted(role["name"] for role in found.roles) == sorted([*PREVIEW, *RELEASED, "application", "function"])
    assert {role["state"] for role in found.roles} == {"absent"}
    assert found.attachments == [{"iam_type": "user", "iam_name": "ada", **EITHER_GRANT}]


@pytest.mark.parametrize(
    ("generation", "own", "other"), [("preview", PREVIEW, RELEASED), ("released", RELEASED, PREVIEW)]
)
def test_the_other_generation_goes_if_asked(generation: str, own: dict[str, Any], other: dict[str, Any]) -> None:
    found = roles(generation=generation, remove_other_generation=True)
    states = {name: role.get("state", "present") for name, role in found.items()}
    assert states == {**dict.fromkeys(own, "present"), **dict.fromkeys(other, "absent")}


@pytest.mark.parametrize("profile", PROFILES)
def test_statements_stand_beside_those_of_the_profile(profile: str) -> None:
    plain = roles(profile=profile)
    found = roles(
        profile=profile, group_statements=[STATEMENT], function_roles=[{"name": "f", "statements": [STATEMENT]}]
    )
    extra = {"Version": "2012-10-17", "Statement": [STATEMENT]}
    assert found["AWSPanoramaGreengrassGroupRole"]["inline_policies"] == {
        **plain["AWSPanoramaGreengrassGroupRole"]["inline_policies"],
        "panorama-group-extra": extra,
    }
    assert found["f"]["inline_policies"]["panorama-function-extra"] == extra
    assert trusted(found["f"])["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert found["f"]["managed_policies"] == (["AWSLambdaBasicExecutionRole"] if profile == "documented" else [])
    untouched = found.keys() - {"f", "AWSPanoramaGreengrassGroupRole"}
    assert {name: found[name] for name in untouched} == {name: plain[name] for name in untouched}


def test_an_application_sends_metrics_of_its_namespace() -> None:
    applications = [
        {"name": "counting", "namespace": "Counting/Doors", "statements": [STATEMENT], "description": "Counts."},
        {"name": "silent", "namespace": "", "description": None},
        {"name": "former", "namespace": "Former", "state": "absent"},
    ]
    narrow = roles(generation="released", profile="least_privilege", runtime_roles=applications)
    wide = roles(generation="released", runtime_roles=applications)

    metrics = narrow["counting"]["inline_policies"]["panorama-runtime"]["Statement"][0]
    assert metrics["Condition"] == {"StringEquals": {"cloudwatch:namespace": "Counting/Doors"}}
    assert "Condition" not in wide["counting"]["inline_policies"]["panorama-runtime"]["Statement"][0]
    for found in (narrow, wide):
        assert found["counting"]["inline_policies"]["panorama-runtime-extra"]["Statement"] == [STATEMENT]
        assert found["counting"]["description"] == "Counts."
        assert found["silent"]["inline_policies"] == {}
        assert found["silent"]["description"]
        assert found["former"] == {"name": "former", "state": "absent"}
        assert trusted(found["counting"])["Principal"] == {"Service": "panorama.amazonaws.com"}


def test_operators_have_aws_policy_or_the_document_and_not_both() -> None:
    identities = {"users": ["ada"], "groups": ["vision"], "roles": ["deployer"]}
    expected = [("user", "ada"), ("group", "vision"), ("role", "deployer")]
    for profile, given, other in (
        ("documented", "managed_policies", "inline_policies"),
        ("least_privilege", "inline_policies", "managed_policies"),
    ):
        found = attachments(generation="released", profile=profile, operators=identities)
        assert [(item["iam_type"], item["iam_name"]) for item in found[::2]] == expected
        assert [(item["iam_type"], item["iam_name"]) for item in found[1::2]] == expected
        for added, removed in zip(found[::2], found[1::2], strict=True):
            assert list(added[given]) == list(EITHER_GRANT[given])
            assert added.keys().isdisjoint({other, "state"})
            assert removed["state"] == "absent"
            assert removed[other] == EITHER_GRANT[other]
            assert not removed[given]


def test_operators_pass_the_roles_that_are_named_and_no_others() -> None:
    def passed(**variables: Any) -> list[str]:
        found = attachments(
            generation="released", profile="least_privilege", operators={"groups": ["vision"]}, **variables
        )
        statements = found[0]["inline_policies"]["panorama-operator"]["Statement"]
        passing = [statement for statement in statements if "iam:PassRole" in statement["Action"]]
        for statement in passing:
            assert statement["Resource"]
            assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "panorama.amazonaws.com"}}
        return [resource for statement in passing for resource in statement["Resource"]]

    applications = [{"name": "counting", "namespace": "C"}, {"name": "former", "state": "absent"}]
    assert passed() == []
    assert passed(runtime_roles=applications) == ["<role_arn:counting>"]
    assert passed(runtime_roles=applications, passable_roles=["service-role/panorama-app-*"]) == [
        "<role_arn:counting>",
        "arn:<partition>:iam::<account_id>:role/service-role/panorama-app-*",
    ]


@pytest.mark.parametrize("generation", GENERATIONS)
def test_former_operators_lose_what_either_profile_gave(generation: str) -> None:
    found = attachments(generation=generation, former_operators={"groups": ["vision"]})
    assert found == [{"iam_type": "group", "iam_name": "vision", **EITHER_GRANT}]


def test_defaults_and_specification_agree() -> None:
    options = specification("panorama_iam")
    defaults = yaml.safe_load((ROLES / "panorama_iam" / "defaults" / "main.yml").read_text(encoding="utf-8"))
    assert {name: option["default"] for name, option in options.items() if "default" in option} == defaults
    assert {name for name, option in options.items() if "default" not in option} == {
        "panorama_iam_tags",
        "panorama_iam_boundary",
    }


def test_remedies_name_variables_for_findings_that_exist() -> None:
    facts = (
        Path(__file__).resolve().parents[3] / "plugins" / "plugin_utils" / "data" / "aws_facts" / "finding_rules.yml"
    )
    codes = {rule["code"] for rule in yaml.safe_load(facts.read_text(encoding="utf-8"))["findings"]}
    remedies = service_declaration("panorama_iam", {}).remedies
    assert set(remedies) <= codes | {"grants_ended_service"}
    assert all(remedy.startswith("panorama_iam_") for remedy in remedies.values())
