# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sources of the inventory plugin that cannot be read, and what the user is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from integration.accounts_inventory import Inventory, Organization

from local_aws import LocalAws

pytestmark = pytest.mark.both_generations


@pytest.fixture
def inventory(aws: LocalAws, tmp_path: Path) -> Inventory:
    return Inventory(tmp_path, aws.environment())


@pytest.fixture
def organization(aws: LocalAws) -> Organization:
    return Organization(aws)


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
