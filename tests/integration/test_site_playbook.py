# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/site.yml over three member accounts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.playbook_runs import Playbook

from local_aws import LocalAws

pytestmark = pytest.mark.both_generations

SITE = "aws_ml.permissions.site"
CONVERGE = "Converge the services"
PLAYBOOKS = Path(__file__).resolve().parents[2] / "playbooks"

RolesIn = Callable[[str], dict[str, dict[str, Any]]]


@pytest.fixture
def sites(accounts: dict[str, Any]) -> dict[str, Any]:
    """All accounts ask for DeepLens."""
    accounts["all"]["vars"]["aws_ml_services"] = ["deeplens"]
    return accounts


def test_second_run_changes_nothing_and_makes_three_calls_in_each_account(
    playbook: Playbook, sites: dict[str, Any], aws: LocalAws
) -> None:
    first = playbook(SITE, sites)
    assert first.rc == 0, first.failures()
    assert {host: count["changed"] for host, count in first.stats.items()} == dict.fromkeys(sites["all"]["hosts"], 1)
    assert aws.call_counts()["CreateRole"] == 5 * len(aws.members)

    aws.clear_calls()
    second = playbook(SITE, sites)
    assert second.rc == 0, second.failures()
    assert second.total("changed") == 0
    for member in aws.members:
        reads = aws.call_counts(member["id"])
        assert reads == {"GetAccountAuthorizationDetails": 1, "ListRoles": 1}, member["name"]
    assert aws.call_counts(aws.management) == {"AssumeRole": len(aws.members)}


def test_each_host_gets_what_it_asks_for(playbook: Playbook, sites: dict[str, Any], aws: LocalAws) -> None:
    hosts = sites["all"]["hosts"]
    hosts["vision-prod"]["aws_ml_services"] = []
    hosts["warehouse"]["deeplens_iam_profile"] = "least_privilege"
    run = playbook(PLAYBOOKS / "site.yml", sites)
    assert run.rc == 0, run.failures()
    assert aws.call_counts(hosts["vision-prod"]["aws_account_id"]) == {}
    managed = {
        host: sum(len(role["managed_policies"]) for role in result["roles"])
        for host, result in run.results(CONVERGE).items()
        if not result.get("skipped")
    }
    assert managed == {"vision-dev": 5, "warehouse": 1}


def test_hosts_can_be_chosen(playbook: Playbook, sites: dict[str, Any], aws: LocalAws) -> None:
    run = playbook(SITE, sites, {"aws_ml_accounts": "warehouse"}, check=True)
    assert list(run.stats) == ["warehouse"]


def test_host_with_an_unknown_service_is_not_touched_and_the_others_are(
    playbook: Playbook, sites: dict[str, Any], aws: LocalAws
) -> None:
    host = sites["all"]["hosts"]["warehouse"]
    host["aws_ml_services"] = ["deeplens", "deepsea"]
    run = playbook(SITE, sites)
    assert run.rc != 0
    assert list(run.failures()) == ["warehouse"]
    assert 'aws_ml_services: names "deepsea", which this collection has no role for' in run.failures()["warehouse"]
    assert "its account was not accessed" in run.failures()["warehouse"]
    assert aws.call_counts(host["aws_account_id"]) == {}
    assert aws.call_counts()["CreateRole"] == 5 * (len(aws.members) - 1)


def test_credentials_of_another_account_write_nothing(
    playbook: Playbook, sites: dict[str, Any], aws: LocalAws, roles_in: RolesIn
) -> None:
    hosts = sites["all"]["hosts"]
    other = hosts["warehouse"]["aws_account_id"]
    hosts["vision-dev"]["aws_assume_role_arn"] = hosts["warehouse"]["aws_assume_role_arn"]
    sites["all"]["hosts"] = {"vision-dev": hosts["vision-dev"]}
    run = playbook(SITE, sites)
    assert run.rc != 0
    assert f"belong to account {other}, not to {hosts['vision-dev']['aws_account_id']}" in run.failures()["vision-dev"]
    assert list(roles_in(other)) == ["OrganizationAccountAccessRole"]


def test_external_id_is_used_and_never_shown(playbook: Playbook, sites: dict[str, Any], aws: LocalAws) -> None:
    member = aws.members[0]
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": aws.management},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": "hush-3141"}},
            }
        ],
    }
    aws.seed(member["id"], role={"name": "Entrance", "trust": trust})
    host = sites["all"]["hosts"][member["name"]]
    host["aws_assume_role_arn"] = f"arn:aws:iam::{member['id']}:role/Entrance"
    sites["all"]["hosts"] = {member["name"]: host}

    assert "AssumeRole" in playbook(SITE, sites, check=True).failures()[member["name"]]
    host["aws_external_id"] = "hush-3141"
    run = playbook(SITE, sites, check=True, environment={"ANSIBLE_VERBOSITY": "3"})
    assert run.rc == 0, run.failures()
    assert "hush-3141" not in run.stdout + run.stderr


def test_without_a_role_to_assume_the_credentials_at_hand_are_used(
    playbook: Playbook, aws: LocalAws, roles_in: RolesIn
) -> None:
    member = aws.members[1]
    keys = aws.credentials(member["id"])
    environment = {name.upper(): value for name, value in keys.items()}
    inventory = {"all": {"hosts": {"here": {"aws_ml_services": ["deeplens"], "aws_account_id": member["id"]}}}}
    run = playbook(SITE, inventory, environment=environment)
    assert run.rc == 0, run.failures()
    assert "AWSDeepLensServiceRole" in roles_in(member["id"])


def test_example_inventory_converges(playbook: Playbook, aws: LocalAws, roles_in: RolesIn) -> None:
    text = (PLAYBOOKS / "inventory" / "example.yml").read_text(encoding="utf-8")
    for number, member in zip(("111111111111", "222222222222"), aws.members, strict=False):
        text = text.replace(number, member["id"])
    run = playbook(SITE, yaml.safe_load(text))
    assert run.rc == 0, run.failures()
    assert len(roles_in(aws.members[0]["id"])) == 1 + 5
    assert len(roles_in(aws.members[1]["id"])) == 1 + 6


def test_what_two_services_share_is_said(playbook: Playbook, sites: dict[str, Any], aws: LocalAws) -> None:
    hosts = sites["all"]["hosts"]
    hosts["warehouse"]["aws_ml_services"] = ["panorama", "deeplens"]
    hosts["vision-dev"].update(aws_ml_services=["panorama", "deeplens"], panorama_iam_generation="released")
    run = playbook(SITE, sites)
    assert run.rc == 0, run.failures()
    shared = {
        host: [finding for finding in result["findings"] if finding["code"] == "shares_greengrass_slot"]
        for host, result in run.results(CONVERGE).items()
    }
    assert (shared["vision-dev"], shared["vision-prod"]) == ([], [])
    assert [(finding["resource"], finding["service"]) for finding in shared["warehouse"]] == [
        ("role/AWSDeepLensGreengrassRole", "deeplens"),
        ("role/AWSPanoramaGreengrassRole", "panorama"),
    ]
    assert "AWSPanoramaGreengrassRole" in shared["warehouse"][0]["message"]


WITH_A_PROFILE = """---
- hosts: all
  connection: local
  gather_facts: false
  module_defaults:
    group/aws_ml.permissions.aws: {profile: no-such-profile}
  tasks:
    - aws_ml.permissions.iam_services: {services: [deeplens]}
"""


def test_profile_of_all_services_is_no_profile_of_credentials(
    playbook: Playbook, sites: dict[str, Any], aws: LocalAws
) -> None:
    """What amazon.aws calls `profile` is that of the credentials, in the `module_defaults` of a project too."""
    warehouse = {"warehouse": sites["all"]["hosts"]["warehouse"]}
    inventory = {"all": {**sites["all"], "hosts": warehouse}}
    run = playbook(SITE, inventory, {"aws_ml_profile": "least_privilege"}, check=True)
    assert run.rc == 0, run.failures()
    assert run.results(CONVERGE)["warehouse"]["services"] == [
        {"service": "deeplens", "profile": "least_privilege", "state": "present"}
    ]
    of_credentials = playbook(WITH_A_PROFILE, inventory, check=True)
    # Local AWS is reached with keys, which amazon.aws takes no profile beside.
    assert of_credentials.failures() == {"warehouse": "Passing both a profile and access tokens is not supported."}
