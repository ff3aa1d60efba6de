# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.account_filters import (
    AccountFilter,
    OrganizationAccount,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.account_hosts import (
    host_variables,
    role_problem,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.units import Unit

pytestmark = pytest.mark.both_generations

PAYER = "000000000001"


def account(
    number: int, name: str = "", status: str = "ACTIVE", partition: str = "aws", **tags: str
) -> OrganizationAccount:
    account_id = f"{number:012d}"
    name = name or f"a{number}"
    arn = f"arn:{partition}:organizations::{PAYER}:account/o-abcdefghij/{account_id}"
    return OrganizationAccount(account_id, name, f"aws+{name}@example.com", arn, status, "", "CREATED", "r-abcd", tags)


ALL = [
    account(1, "payer"),
    account(2, "vision-dev", team="vision", stage="dev"),
    account(3, "vision-prod", team="vision", stage="prod"),
    account(4, "warehouse", team="logistics", stage="prod"),
    account(5, "gone", "SUSPENDED", stage="prod"),
    account(6, "000000000007"),
]


def names(**options: Any) -> list[str]:
    wanted = AccountFilter(**options)
    return [found.name for found in wanted.by_tags(wanted.before_tags(ALL, PAYER))]


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ({}, ["payer", "vision-dev", "vision-prod", "warehouse", "000000000007"]),
        ({"management": False}, ["vision-dev", "vision-prod", "warehouse", "000000000007"]),
        ({"statuses": ["SUSPENDED"]}, ["gone"]),
        (
            {"statuses": ["SUSPENDED", "ACTIVE"], "exclude": ["payer"]},
            ["vision-dev", "vision-prod", "warehouse", "gone", "000000000007"],
        ),
        ({"include": ["vision-*"]}, ["vision-dev", "vision-prod"]),
        ({"include": ["VISION-*"]}, []),
        ({"include": ["000000000004", "*+vision-dev@*"]}, ["vision-dev", "warehouse"]),
        ({"include": ["vision-*"], "exclude": ["*-prod"]}, ["vision-dev"]),
        ({"include": ["000000000007"]}, []),
        ({"include": ["00000000000[47]"]}, ["warehouse", "000000000007"]),
        ({"exclude": ["000000000007", "p*", "v*"]}, ["warehouse", "000000000007"]),
        ({"tags": ["team"]}, ["vision-dev", "vision-prod", "warehouse"]),
        ({"tags": ["stage=prod"]}, ["vision-prod", "warehouse"]),
        ({"tags": ["stage = pr*", "team=vision"]}, ["vision-prod"]),
        ({"tags": ["stage=dev", "stage=prod", "team"]}, ["vision-dev", "vision-prod", "warehouse"]),
        ({"tags": ["stage="]}, []),
        ({"exclude_tags": ["stage=dev"]}, ["payer", "vision-prod", "warehouse", "000000000007"]),
        ({"exclude_tags": ["team=logistics", "stage=dev"]}, ["payer", "vision-prod", "000000000007"]),
        ({"tags": ["stage"], "exclude_tags": ["team"]}, []),
    ],
)
def test_accounts_are_filtered(options: dict[str, Any], left: list[str]) -> None:
    assert names(**options) == left


@pytest.mark.parametrize("entry", ["", "=prod", " "])
@pytest.mark.parametrize("option", ["tags", "exclude_tags"])
def test_a_tag_without_a_key_is_refused(option: str, entry: str) -> None:
    with pytest.raises(EngineError, match=f"^{option}: .* has no key; write KEY or KEY=VALUE"):
        AccountFilter(**{option: [entry]})


def test_names_that_match_nothing_are_reported_but_not_patterns() -> None:
    wanted = AccountFilter(include=["vision-dev", "visoin", "no-*"], exclude=["000000000009", "000000000005"])
    assert wanted.idle_names(ALL) == ['include: "visoin"', 'exclude: "000000000009"']


def test_the_role_is_in_the_partition_of_the_account() -> None:
    unit = Unit("r-abcd", "", ())
    china = host_variables(account(2, partition="aws-cn"), unit, "o-abcdefghij", PAYER, "path/deploy")
    assert china["aws_assume_role_arn"] == "arn:aws-cn:iam::000000000002:role/path/deploy"
    for one, role in ((account(1), "deploy"), (account(2), "")):
        assert "aws_assume_role_arn" not in host_variables(one, unit, "o-abcdefghij", PAYER, role)


@pytest.mark.parametrize(
    ("role", "problem"),
    [
        ("OrganizationAccountAccessRole", ""),
        ("a/b.c/d@e", ""),
        ("arn:aws:iam::1:role/x", "is an ARN; give the role's name"),
        ("/x", "is not the name of a role"),
        ("x/", "is not the name of a role"),
        ("two words", "is not the name of a role"),
    ],
)
def test_role_names_are_checked(role: str, problem: str) -> None:
    assert problem in role_problem(role)
    assert bool(problem) == bool(role_problem(role))
