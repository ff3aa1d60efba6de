# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service role panorama_iam, run by its full name from a playbook that is not the collection's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from integration.playbook_runs import Playbook, Run, play_of

from local_aws import LocalAws

PLAY = play_of("panorama_iam")
PREVIEW = {
    "AWSPanoramaServiceRole": "AWSPanoramaServiceRolePolicy",
    "AWSPanoramaApplianceRole": "AWSPanoramaApplianceRolePolicy",
    "AWSPanoramaSageMakerRole": "AWSPanoramaSageMakerRolePolicy",
    "AWSPanoramaGreengrassGroupRole": "AWSPanoramaGreengrassGroupRolePolicy",
    "AWSPanoramaGreengrassRole": "AWSGreengrassResourceAccessRolePolicy",
}
FOREIGN = {"OrganizationAccountAccessRole", "AWSServiceRoleForAWSPanorama"}
AWS_POLICY = "arn:aws:iam::aws:policy/"
APPLICATION = {"name": "panorama-app-counting", "namespace": "Counting"}
RELEASED = {
    "generation": "released",
    "profile": "least_privilege",
    "runtime_roles": [APPLICATION, {"name": "panorama-app-adopted", "namespace": ""}],
    "operators": {"groups": ["vision"]},
}
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "generation": ({"panorama_iam_generation": "beta"}, "must be one of: preview, released, got: beta"),
    "profile": ({"panorama_iam_profile": "open"}, "must be one of: documented, least_privilege, got: open"),
    "path": ({"panorama_iam_path": "/vision/"}, "panorama_iam_path: AWSPanoramaServiceRole passes its four"),
    "short": ({"panorama_iam_max_session_duration": 60}, "60 is outside 3600 to 43200 seconds"),
    "unnamed": ({"panorama_iam_runtime_roles": [{"namespace": "A"}]}, "missing required arguments: name"),
    "unknown": ({"panorama_iam_operators": {"people": ["ada"]}}, "panorama_iam_operators.people"),
    "preview": (
        {"panorama_iam_runtime_roles": [APPLICATION]},
        "give panorama_iam_generation: released for panorama-app-counting",
    ),
    "namespace": (
        {
            "panorama_iam_generation": "released",
            "panorama_iam_profile": "least_privilege",
            "panorama_iam_runtime_roles": [{"name": "panorama-app-counting"}],
        },
        "the namespace of panorama-app-counting is missing",
    ),
    "statement": (
        {"panorama_iam_group_statements": [{"Effect": "Allow", "Action": "sns", "Resource": "*"}]},
        "inline_policies.panorama-group-extra.Statement[0].Action",
    ),
}


@pytest.fixture
def account(aws: LocalAws) -> str:
    aws.seed(aws.members[0]["id"], service_linked_role={"service": "panorama.amazonaws.com"})
    return aws.members[0]["id"]


@pytest.fixture
def converge(playbook: Playbook, aws: LocalAws, account: str) -> Any:
    """Runs the role in the account and gives its result; variables are given without their prefix."""

    def run(**variables: Any) -> dict[str, Any]:
        given = {f"panorama_iam_{name}": value for name, value in variables.items()}
        host = {"aws_account_id": account, "aws_assume_role_arn": aws.members[0]["role_arn"], **given}
        done: Run = playbook(PLAY, {"all": {"hosts": {"account": host}}})
        assert done.rc == 0, done.failures() or done.stderr
        result: dict[str, Any] = done.results("Show the result")["account"]["panorama_iam_result"]
        return result

    return run


@pytest.fixture
def group(aws: LocalAws, account: str) -> Any:
    """Reads the group of operators, which was there before, with something of its own."""
    iam = aws.client("iam", account=account)
    iam.create_group(GroupName="vision")
    iam.attach_group_policy(GroupName="vision", PolicyArn=f"{AWS_POLICY}AmazonS3ReadOnlyAccess")

    def read() -> tuple[set[str], dict[str, Any]]:
        managed = iam.list_attached_group_policies(GroupName="vision")["AttachedPolicies"]
        names = iam.list_group_policies(GroupName="vision")["PolicyNames"]
        return (
            {policy["PolicyArn"].removeprefix(AWS_POLICY) for policy in managed},
            {name: iam.get_group_policy(GroupName="vision", PolicyName=name)["PolicyDocument"] for name in names},
        )

    return read


def test_the_preview_from_the_guide_to_its_end(converge: Any, roles_in: Any, account: str) -> None:
    result = converge()
    documented = roles_in(account)
    assert {name: role["managed"] for name, role in documented.items() if name not in FOREIGN} == {
        name: [f"{AWS_POLICY}service-role/{policy}"] for name, policy in PREVIEW.items()
    }
    assert {finding["code"] for finding in result["findings"]} >= {"device_uses_whole_service", "trusts_without_source"}
    assert all(finding["remedy"].startswith("panorama_iam_") for finding in result["findings"])

    result = converge(profile="least_privilege")
    narrow = roles_in(account)
    assert "<" not in json.dumps(narrow)
    assert {name: role["arn"] for name, role in narrow.items()} == {
        name: role["arn"] for name, role in documented.items()
    }
    assert all(narrow[name]["inline"] for name in PREVIEW)
    codes = {finding["code"] for finding in result["findings"]}
    assert codes == {"trusts_ended_service", "grants_ended_service"}

    result = converge(state="absent")
    assert set(roles_in(account)) == FOREIGN
    assert json.dumps(result["deleted"]).count('"DeleteRole"') == len(PREVIEW)


def test_the_released_product_in_the_place_of_the_preview(
    converge: Any, roles_in: Any, aws: LocalAws, account: str, group: Any
) -> None:
    aws.seed(account, role={"name": "AWSPanoramaServiceRole", "path": "/service-role/"})
    aws.seed(account, role={"name": "panorama-app-adopted", "path": "/applications/"})
    converge(**RELEASED)
    roles = roles_in(account)
    assert set(roles) - FOREIGN == {
        "AWSPanoramaServiceRole",
        "AWSPanoramaApplianceServiceRole",
        "panorama-app-adopted",
        "panorama-app-counting",
    }
    condition = roles["AWSPanoramaApplianceServiceRole"]["trust"]["Statement"][0]["Condition"]
    assert condition == {
        "StringEquals": {"aws:SourceAccount": account},
        "ArnLike": {"aws:SourceArn": f"arn:aws:panorama:*:{account}:device/*"},
    }
    managed, inline = group()
    assert managed == {"AmazonS3ReadOnlyAccess"}
    assert sorted(inline["panorama-operator"]["Statement"][2]["Resource"]) == [
        f"arn:aws:iam::{account}:role/applications/panorama-app-adopted",
        f"arn:aws:iam::{account}:role/service-role/panorama-app-counting",
    ]

    converge(**{**RELEASED, "profile": "documented", "remove_other_generation": True})
    assert "AWSPanoramaServiceRole" not in roles_in(account)
    assert group() == ({"AmazonS3ReadOnlyAccess", "AWSPanoramaFullAccess"}, {})

    gone = {**RELEASED, "state": "absent", "generation": "preview"}
    converge(**gone)
    assert set(roles_in(account)) == FOREIGN
    assert group() == ({"AmazonS3ReadOnlyAccess"}, {})
    assert converge(**gone)["plan"] == []


def test_bad_variables_are_reported_before_any_call(playbook: Playbook, aws: LocalAws) -> None:
    entrance = {"aws_assume_role_arn": aws.members[0]["role_arn"]}
    run = playbook(PLAY, {"all": {"hosts": {name: {**entrance, **given} for name, (given, _unused) in BAD.items()}}})
    told = run.failures()
    assert {name: part for name, (_unused, part) in BAD.items() if part not in told.get(name, "")} == {}, told
    assert aws.calls() == []
