# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys that are present, absent or unknown, and what a request adds to them."""

from __future__ import annotations

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.context import Context
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.principals import Principal
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.request import Request

ANN = Principal.parse("arn:aws:iam::123456789012:user/ann")


def test_a_key_is_present_absent_or_unknown() -> None:
    context = Context({"aws:UserID": "x", "aws:TagKeys": ["a", "b"]}, absent=["K:V"])
    assert context.values("aws:userid") == ("x",)
    assert context.values("aws:tagkeys") == ("a", "b")
    assert context.values("k:v") is None
    assert [context.is_unknown(key) for key in ("aws:userid", "k:v", "k:w")] == [False, False, True]
    assert context.known() == {"aws:userid": ("x",), "aws:tagkeys": ("a", "b"), "k:v": None}


def test_nothing_is_unknown_in_a_complete_context() -> None:
    assert not Context(complete=True).is_unknown("k:w")
    assert Context(complete=True).with_defaults({"a": "1"}).complete


def test_defaults_do_not_replace_what_is_known() -> None:
    context = Context({"a": "1"}, absent=["b"]).with_defaults({"a": "2", "b": "2", "c": "2"}, absent=["d"])
    assert context.known() == {"a": ("1",), "b": None, "c": ("2",), "d": None}


@pytest.mark.parametrize(
    ("resource", "owner", "account"),
    [
        ("arn:aws:sqs:us-east-1:210987654321:jobs", "123456789012", "210987654321"),
        ("arn:aws:s3:::labels", "210987654321", "210987654321"),
        ("arn:aws:s3:::labels", None, "123456789012"),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", None, "123456789012"),
        ("*", None, "123456789012"),
    ],
)
def test_the_account_of_the_resource(resource: str, owner: str | None, account: str) -> None:
    request = Request(ANN, "s3:GetObject", resource, owner=owner)
    assert request.resource_account == account
    assert request.full_context.values("aws:resourceaccount") == (account,)


def test_what_the_context_says_of_the_caller_counts() -> None:
    request = Request(ANN, "s3:GetObject", "*", Context({"aws:username": "bob"}), tags={"Team": "red"})
    assert request.full_context.values("aws:username") == ("bob",)
    assert request.full_context.values("aws:principaltag/team") == ("red",)


@pytest.mark.parametrize(
    "action", ["sts:AssumeRole", "STS:assumerolewithsaml", "sts:TagSession", "sts:SetSourceIdentity"]
)
def test_actions_of_trust_policies(action: str) -> None:
    assert Request(ANN, action, "*").assumes_role
    assert not Request(ANN, "sts:GetCallerIdentity", "*").assumes_role
