# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties of every account: the order of IAM's answers has no effect, and roles of other owners are not changed."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.escalation_steps import EscalationSteps
from hypothesis import given
from hypothesis import strategies as st
from property_examples import examples

from .accounts import audited

NAMES = ["AWSDeepLensServiceRole", "l4e-role", "gt-execution", "AWSPanoramaApplianceRole", "worker", "camera", "ops"]
PRINCIPALS = ["deeplens", "sagemaker", "lambda", "greengrass", "panorama", "lookoutequipment", "ec2", "credentials.iot"]
MANAGED = [
    "AmazonSageMakerFullAccess",
    "IAMFullAccess",
    "AWSDeepLensLambdaFunctionAccessPolicy",
    "AWSDenyAll",
    "AmazonSageMakerGroundTruthExecution",
    "own:Shared",
]
ACTIONS = [
    "iam:PassRole",
    "sts:AssumeRole",
    "iam:PutRolePolicy",
    "sagemaker:*",
    "lookoutvision:ListModels",
    "s3:GetObject",
]
RESOURCES = ["*", "arn:aws:iam::<account_id>:role/*", *(f"arn:aws:iam::<account_id>:role/{name}" for name in NAMES[:5])]


def statements() -> st.SearchStrategy[list[dict[str, Any]]]:
    one = st.fixed_dictionaries(
        {"Effect": st.sampled_from(["Allow", "Allow", "Deny"]), "Action": some(ACTIONS), "Resource": some(RESOURCES)}
    )
    return st.lists(one, min_size=1, max_size=3)


def some(values: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


def held() -> dict[str, st.SearchStrategy[Any]]:
    return {
        "managed": st.lists(st.sampled_from(MANAGED), max_size=3, unique=True),
        "inline": st.dictionaries(st.sampled_from(["a", "gt-invoke"]), statements(), max_size=2),
    }


ROLES = st.fixed_dictionaries(
    {
        **held(),
        "trusts": st.lists(st.sampled_from([f"{name}.amazonaws.com" for name in PRINCIPALS]), max_size=3, unique=True),
        "assumed_by": st.lists(
            st.sampled_from(["<account_id>", *(f"arn:aws:iam::<account_id>:role/{name}" for name in NAMES)]), max_size=2
        ),
    }
)
ACCOUNTS = st.fixed_dictionaries(
    {
        "roles": st.dictionaries(st.sampled_from(NAMES), ROLES, max_size=6),
        "users": st.dictionaries(st.sampled_from(["ana", "ben"]), st.fixed_dictionaries(held()), max_size=2),
        "policies": st.fixed_dictionaries({"Shared": statements()}),
    }
)


def turned(value: Any) -> Any:
    """The same account as IAM might tell it another time: every list and mapping the other way round."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(item) for item in reversed(value)] if isinstance(value, list) else value


@examples(0.3)
@given(ACCOUNTS)
def test_an_account_reported_the_other_way_round_is_audited_the_same(account: dict[str, Any]) -> None:
    one, other = audited(account), audited(turned(account))
    summary = [
        [(it.service, it.resource, it.status, it.profile, len(it.drift), it.trusted, it.depended_on_by) for it in found]
        for found in (one.objects, other.objects)
    ]
    assert summary[0] == summary[1]
    assert [(way["from"], way["to"], way["severity"], len(way["steps"])) for way in one.escalation_paths] == [
        (way["from"], way["to"], way["severity"], len(way["steps"])) for way in other.escalation_paths
    ]
    assert [(it.code, it.resource) for it in one.findings] == [(it.code, it.resource) for it in other.findings]


@examples(0.3)
@given(ACCOUNTS)
def test_no_one_is_left_out_who_could_come_to_act_as_a_role(account: dict[str, Any]) -> None:
    """Looking at every identity for each role finds no more than looking at the candidates."""
    quick = audited(account).escalation_paths
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EscalationSteps, "named_by", lambda self, other: sorted(self._keys_by_arn.values()))
        assert audited(account).escalation_paths == quick


@examples(0.3)
@given(ACCOUNTS)
def test_what_is_reported_holds_together(account: dict[str, Any]) -> None:
    result = audited(account)
    there = [one for one in result.objects if one.subject]
    assert list(result.objects[: len(there)]) == there
    named = {one.resource for one in there}
    known = {f"role/{name}" for name in account["roles"]} | {f"user/{name}" for name in account["users"]}
    for one in result.objects:
        assert (one.status == "drifted") == bool(one.drift)
        assert (one.status == "unknown") <= (one.profile is None)
        assert one.resource not in {other["resource"] for other in one.depended_on_by}
    pairs = [(way["from"], way["to"]) for way in result.escalation_paths]
    assert len(pairs) == len(set(pairs)) and {name for pair in pairs for name in pair} <= known
    for way in result.escalation_paths:
        denied = f"{way['from'].partition('/')[0]}s"
        holder = account[denied][way["from"].partition("/")[2]]
        assert "AWSDenyAll" not in holder["managed"] or "its trust policy" in way["steps"][0]
    for finding in result.findings:
        assert finding.resource in named or finding.resource.startswith("service/")


@examples(0.15)
@given(ACCOUNTS)
def test_a_role_that_belongs_to_no_one_changes_nothing_of_what_is_found(account: dict[str, Any]) -> None:
    more = {**account, "roles": {**account["roles"], "zz-bystander": {"trusts": ["ec2.amazonaws.com"]}}}
    told = [[(it.resource, it.status, it.drift) for it in audited(one).objects] for one in (account, more)]
    assert told[0] == told[1]
