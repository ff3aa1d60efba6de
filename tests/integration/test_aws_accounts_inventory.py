# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin: the real ansible-inventory and ansible-playbook, and the organization of a local AWS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.accounts_inventory import PLUGIN, Inventory, Organization
from integration.conftest import RolesIn
from integration.playbook_runs import Playbook

from local_aws import LocalAws

pytestmark = pytest.mark.both_generations


@pytest.fixture
def inventory(aws: LocalAws, tmp_path: Path) -> Inventory:
    return Inventory(tmp_path, aws.environment())


@pytest.fixture
def organization(aws: LocalAws) -> Organization:
    return Organization(aws)


def test_accounts_are_hosts_and_units_are_nested_groups(aws: LocalAws, inventory: Inventory) -> None:
    listed = inventory()
    dev = aws.members[0]
    found = listed.variables["vision-dev"]
    joined = found.pop("aws_account_joined")
    organization_id = found["aws_organization_id"]
    assert joined.endswith("+00:00")
    assert found == {
        "aws_account_id": dev["id"],
        "aws_account_name": "vision-dev",
        "aws_account_email": "aws+vision-dev@example.com",
        "aws_account_arn": f"arn:aws:organizations::{aws.management}:account/{organization_id}/{dev['id']}",
        "aws_account_status": "ACTIVE",
        "aws_account_joined_method": "CREATED",
        "aws_account_is_management": False,
        "aws_account_tags": {"team": "vision", "stage": "dev"},
        "aws_organization_id": organization_id,
        "aws_ou_id": found["aws_ou_id"],
        "aws_ou_name": "Machine-Learning",
        "aws_ou_path": "/Machine-Learning",
        "aws_assume_role_arn": dev["role_arn"],
    }
    management = listed.variables["management"]
    assert management["aws_account_id"] == aws.management
    assert management["aws_account_is_management"] is True
    assert "aws_assume_role_arn" not in management
    assert listed.hosts_of("ou_Machine_Learning") == ["vision-dev", "vision-prod"]
    assert listed.hosts_of("ou_Operations") == ["warehouse"]
    assert listed.data["aws_organization"]["hosts"] == ["management"]
    assert sorted(listed.data["aws_organization"]["children"]) == ["ou_Machine_Learning", "ou_Operations"]
    assert listed.stderr == ""
    assert aws.call_counts() == {
        "DescribeOrganization": 1,
        "ListRoots": 1,
        "ListOrganizationalUnitsForParent": 3,
        "ListAccountsForParent": 3,
        "ListTagsForResource": 4,
    }


def test_units_of_the_same_name_are_not_merged(inventory: Inventory, organization: Organization) -> None:
    organization.unit("/Operations/Machine-Learning")
    organization.unit("/Machine Learning")
    organization.account("deep", "/Operations/Machine-Learning")
    organization.account("spaced", "/Machine Learning")
    listed = inventory()
    assert listed.hosts_of("ou_Operations__Machine_Learning") == ["deep"]
    assert listed.hosts_of("ou_Operations") == ["deep", "warehouse"]
    ids = {path: unit.replace("-", "_") for path, unit in organization.units.items()}
    assert listed.hosts_of(f"ou_Machine_Learning__{ids['/Machine Learning']}") == ["spaced"]
    assert listed.hosts_of(f"ou_Machine_Learning__{ids['/Machine-Learning']}") == ["vision-dev", "vision-prod"]
    assert "groups of several OUs would have the same name" in listed.told
    refused = inventory({"ous": ["Machine-Learning"]})
    assert refused.rc != 0
    assert '"Machine-Learning" is the name of several OUs: "/Machine-Learning" (ou-' in refused.told


def test_accounts_of_the_same_name_are_distinguished(
    aws: LocalAws, inventory: Inventory, organization: Organization
) -> None:
    twin = organization.account("vision-dev", "/Operations")
    organization.account("warehouse", closed=True)
    listed = inventory()
    assert f"vision-dev-{twin}" in listed.hosts
    assert f"vision-dev-{aws.members[0]['id']}" in listed.hosts
    assert "vision-dev" not in listed.hosts
    assert "warehouse" in listed.hosts
    told = "hosts are called NAME-ID if the name is reserved, or is the name of a group or of several accounts: "
    assert told + ", ".join(sorted(host for host in listed.hosts if host.startswith("vision-dev-"))) in listed.told


def test_a_host_of_another_source_is_not_taken_over(aws: LocalAws, inventory: Inventory, tmp_path: Path) -> None:
    hosts = {
        "warehouse": {"aws_account_id": "999999999999"},
        "vision-dev": {"aws_account_id": aws.members[0]["id"], "shelf": 1},
        "vision-prod": {"shelf": 2},
        "payer": {"aws_account_id": aws.management},
    }
    (tmp_path / "static.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts}}), encoding="utf-8")
    # Sources are read in the order in which they are given; the fixture's comes first on the command line.
    listed = inventory(
        "all: {}",
        "-i",
        str(tmp_path / "static.yml"),
        "-i",
        str(inventory.source(name="second.aws_accounts.yaml")),
        name="first.yml",
    )
    assert listed.variables["warehouse"] == {"aws_account_id": "999999999999"}
    other = f"warehouse-{aws.members[2]['id']}"
    assert listed.variables[other]["aws_account_name"] == "warehouse"
    assert listed.variables["vision-dev"]["shelf"] == 1
    assert listed.variables["vision-dev"]["aws_account_name"] == "vision-dev"
    assert listed.variables["payer"]["aws_account_name"] == "management"
    assert listed.variables["vision-prod"] == {"shelf": 2}
    prod = f"vision-prod-{aws.members[1]['id']}"
    assert {host for host, each in listed.variables.items() if "aws_account_name_problem" in each} == {prod}
    assert (
        f"- {prod}: host vision-prod of {tmp_path / 'static.yml'} does not say which account it is for" in listed.told
    )


def test_what_aws_says_is_never_a_template(
    inventory: Inventory, playbook: Playbook, organization: Organization, tmp_path: Path
) -> None:
    name = "{{ lookup('ansible.builtin.pipe', 'touch " + str(tmp_path / "touched") + "') }}"
    organization.api.create_account(
        AccountName=name, Email="odd@example.com", Tags=[{"Key": "k", "Value": "{{ 7 * 7 }}"}]
    )
    source = {"include": ["odd@*"], "hostname": "email", "keyed_groups": [{"key": "aws_account_tags.k", "prefix": "k"}]}
    assert inventory(source).variables["odd@example.com"]["aws_account_name"] == name
    text = """
- hosts: all
  gather_facts: false
  connection: local
  tasks:
    - ansible.builtin.debug: {msg: "{{ aws_account_name }} {{ aws_account_tags.k }}"}
"""
    run = playbook(text, inventory.source(source))
    assert run.results("debug")["odd@example.com"]["msg"] == f"{name} {{{{ 7 * 7 }}}}"
    assert not (tmp_path / "touched").exists()


def test_listing_goes_on_where_aws_throttles_and_has_many_pages(
    aws: LocalAws, inventory: Inventory, organization: Organization
) -> None:
    for number in range(45):
        organization.account(f"many-{number:02d}", "/Operations", number=str(number))
    for number in range(21):
        organization.unit(f"/Machine-Learning/{number}")
    # Slower than the slowest machine asks.
    aws.set(rate_limits={"ListTagsForResource": 20, "ListAccountsForParent": 2})
    listed = inventory()
    assert listed.hosts_of("ou_Operations") == [*(f"many-{number:02d}" for number in range(45)), "warehouse"]
    assert listed.variables["many-44"]["aws_account_tags"] == {"number": "44"}
    assert len(listed.data["ou_Machine_Learning"]["children"]) == 21
    calls = aws.calls()
    assert any(call["error"] == "TooManyRequestsException" for call in calls)
    answered = [call["action"] for call in calls if call["error"] is None]
    assert answered.count("ListOrganizationalUnitsForParent") == 1 + 2 + 21 + 1
    assert answered.count("ListAccountsForParent") == 1 + 2 + 21 + 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"exclude_ou": ["Operations"]}, "exclude_ou: there is no such option; did you mean exclude_ous?"),
        ({"exclude_ous": ["/Operation"]}, 'exclude_ous: there is no OU "/Operation". Did you mean "/Operations"?'),
        ({"assume_role_name": "arn:aws:iam::111111111111:role/x"}, "is an ARN; give the role's name"),
        ({"assume_role_name": "", "external_id": "between-us"}, "external_id: needs assume_role_name"),
        ({"tags": ["=x"]}, 'tags: "=x" has no key; write KEY or KEY=VALUE'),
        ({"read_tags": False, "tags": ["x"]}, "tags: needs the tags of accounts, and read_tags is false"),
        ({"read_tags": False, "groups": {"x": "'y' in aws_account_tags"}}, "groups: needs the tags of accounts"),
        ({"ou_group_prefix": "1-"}, 'ou_group_prefix: "1-" is not a valid beginning of a group name'),
        ({"statuses": ["OPEN"]}, "OPEN"),
        ({"hostname": "arn"}, "arn"),
        ({"strict": True, "groups": {"x": "no_such_variable"}}, "no_such_variable"),
        (
            {"assume_role_arn": "arn:aws:iam::123456789012:role/nobody"},
            "AssumeRole for arn:aws:iam::123456789012:role/nobody",
        ),
        ({"profile": "nobody"}, "Passing both a profile and access tokens is not supported"),
        ({"endpoint_url": "http://127.0.0.1:9"}, "Check endpoint_url, region and the network."),
    ],
)
def test_a_wrong_source_fails_and_says_what_is_right(inventory: Inventory, options: dict[str, Any], told: str) -> None:
    listed = inventory(options)
    assert listed.rc != 0
    assert told in listed.told
    assert "Traceback" not in listed.stderr
    assert "between-us" not in listed.stderr


def test_no_credentials_say_where_they_may_come_from(inventory: Inventory) -> None:
    listed = inventory(environment={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""})
    assert listed.rc != 0
    assert (
        "Unable to locate credentials. Give access_key and secret_key, a profile, or AWS_* environment" in listed.told
    )


def test_an_account_without_an_organization_says_what_to_do(
    aws: LocalAws, inventory: Inventory, organization: Organization
) -> None:
    keys = aws.credentials(aws.members[0]["id"])
    organization.api.remove_account_from_organization(AccountId=aws.members[0]["id"])
    listed = inventory(environment={name.upper(): value for name, value in keys.items()})
    assert listed.rc != 0
    assert "AWSOrganizationsNotInUseException" in listed.told
    assert "Use credentials of the organization's management account or of a delegated administrator" in listed.told
    assert not any(secret in listed.stderr for secret in keys.values())


def test_filters_that_leave_no_one_are_warned_of(inventory: Inventory) -> None:
    listed = inventory({"tags": ["stage=nowhere"]})
    assert listed.hosts == []
    assert "no account matches; the filters exclude 4" in listed.told


def test_a_file_of_another_name_is_not_ours(inventory: Inventory) -> None:
    listed = inventory(name="accounts.yml")
    assert listed.rc != 0
    assert "could not be verified by inventory plugin 'aws_ml.permissions.aws_accounts'" in listed.told


SERVICES = {"aws_ml_services": ["deeplens"]}


def test_the_site_playbook_converges_every_account(
    aws: LocalAws, inventory: Inventory, playbook: Playbook, roles_in: RolesIn
) -> None:
    source = inventory.source()
    first = playbook("aws_ml.permissions.site", source, SERVICES)
    assert first.rc == 0, first.stdout + first.stderr
    assert sorted(first.stats) == ["management", "vision-dev", "vision-prod", "warehouse"]
    for account in (aws.management, *(member["id"] for member in aws.members)):
        assert "AWSDeepLensServiceRole" in roles_in(account)
    assert aws.call_counts(aws.management)["AssumeRole"] >= 3
    second = playbook("aws_ml.permissions.site", source, SERVICES)
    assert second.rc == 0
    assert second.total("changed") == 0


@pytest.mark.parametrize("kind", ["template", "vault"])
def test_an_external_id_reaches_the_tasks_and_nothing_else(
    aws: LocalAws, inventory: Inventory, playbook: Playbook, tmp_path: Path, kind: str
) -> None:
    member = aws.members[2]
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": aws.management},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "between-us"}},
    }
    iam = aws.client("iam", account=member["id"])
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="deploy", Path="/automation/", AssumeRolePolicyDocument=document)
    iam.attach_role_policy(RoleName="deploy", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    password = tmp_path / "password"
    password.write_text("open sesame", encoding="utf-8")
    vault = {"ANSIBLE_VAULT_PASSWORD_FILE": str(password)}
    value = "external_id: '{{ vault_external_id }}'\n" if kind == "template" else _encrypted(vault)
    text = (
        f"plugin: {PLUGIN}\ninclude: [warehouse]\nassume_role_name: automation/deploy\n"
        f"cache: true\ncache_plugin: ansible.builtin.jsonfile\ncache_connection: {tmp_path / 'cache'}\n{value}"
    )
    listed = inventory(text, "--export", environment=vault)
    assert "between-us" not in listed.stdout + listed.stderr
    run = playbook(
        "aws_ml.permissions.site",
        inventory.source(text),
        {**SERVICES, "vault_external_id": "between-us"} if kind == "template" else SERVICES,
        environment=vault,
    )
    assert run.rc == 0, run.stdout + run.stderr
    iam.get_role(RoleName="AWSDeepLensServiceRole")
    assert "between-us" not in run.stdout + run.stderr
    assert not any("between-us" in file.read_text(encoding="utf-8") for file in (tmp_path / "cache").iterdir())


def _encrypted(vault: Mapping[str, str]) -> str:
    program = str(Path(sys.executable).with_name("ansible-vault"))
    command = [program, "encrypt_string", "between-us", "--name", "external_id"]
    return subprocess.run(
        command, env={**os.environ, **vault}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    ).stdout
