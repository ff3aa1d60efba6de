# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example of an inventory source in the plugin's documentation, as it runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.inventory import aws_accounts
from integration.accounts_inventory import Inventory, Organization

from local_aws import LocalAws

COLLECTION = Path(__file__).parents[2]
OPTIONS = yaml.safe_load(aws_accounts.DOCUMENTATION)["options"]
EXAMPLES = list(yaml.safe_load_all(aws_accounts.EXAMPLES))


@pytest.fixture
def inventory(aws: LocalAws, tmp_path: Path) -> Inventory:
    return Inventory(tmp_path, aws.environment())


@pytest.fixture
def grown(aws: LocalAws) -> Organization:
    """More OUs and accounts, so that each filter has something to leave out."""
    organization = Organization(aws)
    organization.unit("/Machine-Learning/Sandbox")
    organization.account("vision-play", "/Machine-Learning/Sandbox", team="vision", stage="prod")
    organization.account("vision-old", "/Machine-Learning", closed=True, team="vision", stage="prod")
    organization.account("labels-off", "/Operations", **{"team": "labels", "stage": "staging", "ml-permissions": "off"})
    organization.account("labels-staging", "/Operations", team="labels", stage="staging")
    organization.account("untagged")
    return organization


def test_every_option_is_in_an_example() -> None:
    constructed = {"compose", "groups", "keyed_groups", "leading_separator", "strict"}
    caching = {"cache", "cache_plugin", "cache_connection", "cache_timeout"}
    assert {*OPTIONS, *constructed, *caching, "region"} == {name for example in EXAMPLES for name in example}


def test_example_of_everything(inventory: Inventory, grown: Organization) -> None:
    assert inventory(EXAMPLES[0]).hosts == [
        "labels-off",
        "labels-staging",
        "management",
        "untagged",
        "vision-dev",
        "vision-play",
        "vision-prod",
        "warehouse",
    ]


def test_example_of_production_accounts(inventory: Inventory, grown: Organization) -> None:
    listed = inventory(EXAMPLES[1])
    assert listed.hosts == ["labels-staging", "vision-prod", "warehouse"]
    found = listed.variables["vision-prod"]
    assert found["aws_assume_role_arn"] == f"arn:aws:iam::{found['aws_account_id']}:role/automation/ml-permissions"
    assert found["aws_external_id"] == "{{ vault_external_id }}"
    assert "ou_Machine_Learning__Sandbox" not in listed.data


def test_example_of_patterns_and_closed_accounts(aws: LocalAws, inventory: Inventory, grown: Organization) -> None:
    example = EXAMPLES[2]
    listed = inventory({**example, "exclude": [aws.members[0]["id"]]})
    assert [listed.variables[host]["aws_account_name"] for host in listed.hosts_of("org_Machine_Learning")] == [
        listed.variables[host]["aws_account_name"] for host in sorted(listed.hosts) if host != aws.members[2]["id"]
    ]
    statuses = {each["aws_account_name"]: each["aws_account_status"] for each in listed.variables.values()}
    assert statuses == {
        "vision-prod": "ACTIVE",
        "vision-play": "ACTIVE",
        "vision-old": "SUSPENDED",
        "warehouse": "ACTIVE",
    }
    assert all(host == each["aws_account_id"] for host, each in listed.variables.items())
    assert not any("aws_account_tags" in each for each in listed.variables.values())
    assert "ListTagsForResource" not in aws.call_counts()
    assert 'exclude: "111111111111" matches no account' in inventory(example).told


def test_example_of_groups_and_variables(inventory: Inventory, grown: Organization) -> None:
    listed = inventory(EXAMPLES[3])
    assert listed.hosts_of("stage_dev") == ["aws+vision-dev@example.com"]
    assert listed.hosts_of("stage_none") == ["aws+management@example.com", "aws+untagged@example.com"]
    assert listed.hosts_of("created") == listed.hosts
    assert listed.hosts_of("payer") == ["aws+management@example.com"]
    assert listed.hosts_of("vision") == [f"aws+vision-{stage}@example.com" for stage in ("dev", "play", "prod")]
    assert listed.variables["aws+warehouse@example.com"]["deeplens_iam_tags"] == {"owner": "logistics"}
    assert listed.variables["aws+untagged@example.com"]["deeplens_iam_tags"] == {"owner": "nobody"}
    assert listed.stderr == ""


def test_example_of_a_pipeline_with_a_cache(aws: LocalAws, inventory: Inventory, tmp_path: Path) -> None:
    iam = aws.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": aws.management}, "Action": "sts:AssumeRole"}
    iam.create_role(
        RoleName="inventory-reader",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )
    example = {**EXAMPLES[4], "cache_connection": str(tmp_path / "cache"), "external_id": "between-us"}
    environment = {"MANAGEMENT_ACCOUNT": aws.management}
    first = inventory(example, environment=environment)
    assert aws.call_counts()["AssumeRole"] == 1
    assert first.variables["warehouse"]["aws_assume_role_arn"].endswith(":role/pipeline")
    aws.clear_calls()

    assert inventory(example, environment=environment).data == first.data
    later = inventory({**example, "assume_role_name": "other", "hostname": "id"}, environment=environment)
    assert later.variables[aws.members[2]["id"]]["aws_assume_role_arn"].endswith(":role/other")
    assert aws.calls() == []

    (cached,) = (tmp_path / "cache").iterdir()
    text = cached.read_text(encoding="utf-8")
    assert "vision-dev" in text
    assert "between-us" not in text
    assert "secret" not in text.lower()

    assert inventory(example, "--flush-cache", environment=environment).data == first.data
    assert aws.call_counts()["ListAccountsForParent"] == 3
    aws.clear_calls()
    assert inventory({**example, "ous": ["Operations"]}, environment=environment).hosts == ["warehouse"]
    assert aws.call_counts()["ListAccountsForParent"] == 1
    cached.write_text('{"aws_accounts": "of another time"}', encoding="utf-8")
    assert inventory(example, environment=environment).data == first.data


def test_the_example_source_asks_accounts_for_what_their_tags_say(aws: LocalAws, inventory: Inventory) -> None:
    organization = Organization(aws)
    labels = organization.account("labels", **{"ml-permissions": "groundtruth_lambda deeplens", "stage": "dev"})
    organization.account("play", **{"ml-permissions": "deeplens", "stage": "sandbox"})
    source = (COLLECTION / "playbooks" / "inventory" / "example.aws_accounts.yml").read_text(encoding="utf-8")
    listed = inventory(source)
    assert listed.hosts == [labels]
    assert listed.variables[labels]["aws_account_name"] == "labels"
    assert listed.variables[labels]["aws_ml_services"] == ["groundtruth_lambda", "deeplens"]
    assert listed.hosts_of("stage_dev") == [labels]
