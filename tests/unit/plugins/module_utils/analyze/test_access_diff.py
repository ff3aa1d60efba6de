# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What access a plan changes, in a table and against the evaluator of single requests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.evaluator import Outcome, Policies, evaluate
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.patterns import text_pattern
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.policies import Policy
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.principals import Named
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.request import Request
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.access_diff import MOST_LINES, access_diff
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.account_access import EVERYTHING
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.trust_changes import (
    TrustChange,
    only_trusted_by,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from hypothesis import given
from hypothesis import strategies as st

from ..access import small_documents
from .small_accounts import ACCOUNT, desired, state
from .small_trust_policies import trust_requests, trust_statements, trusts

CASES = yaml.safe_load(Path(__file__).with_name("access_changes.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_lines(case: dict[str, Any]) -> None:
    diff = access_diff(state(case["there"]), desired(case["declared"]))
    assert sorted(diff.lines()) == sorted(case["lines"])
    assert diff.is_wider == any(" gain" in line or " now " in line for line in case["lines"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_the_way_back_loses_what_was_gained(case: dict[str, Any]) -> None:
    there, wanted = case["there"], case["declared"]
    back = {section: {name: there.get(section, {}).get(name) for name in names} for section, names in wanted.items()}
    after = {section: {**there.get(section, {}), **wanted.get(section, {})} for section in (*there, *wanted)}
    onward, backward = access_diff(state(there), desired(wanted)), access_diff(state(after), desired(back))
    assert {one.resource: (one.gains, one.newly_trusts, one.gains_policies) for one in onward.principals} == {
        one.resource: (one.loses, one.no_longer_trusts, one.loses_policies) for one in backward.principals
    }


def test_too_many_statements() -> None:
    many = {
        "inline": [
            {
                "Effect": "Allow",
                "Action": [f"s3:Get{a}" for a in range(100)],
                "Resource": [f"arn:aws:s3:::b{r}" for r in range(100)],
            }
        ]
    }
    diff = access_diff(state({"roles": {"worker": {}}}), desired({"roles": {"worker": many}}))
    assert diff.lines() == ["role/worker: too many statements to compare"]
    assert diff.is_wider


def test_of_many_lines_the_number_is_told() -> None:
    roles = {f"worker-{number}": {"inline": [f"s3:GetObject b{number}/*"]} for number in range(MOST_LINES)}
    diff = access_diff(state({}), desired({"roles": roles}))
    assert len(diff.lines()) == 2 * MOST_LINES
    assert diff.summary()[MOST_LINES:] == [f"and {MOST_LINES} more changes"]


def test_services_are_named_first() -> None:
    wanted = desired({"roles": {"a": {}, "b": {"inline": ["s3:* *"]}, "c": {}}})
    services = {"role/a": "panorama", "role/b": "deeplens"}
    diff = access_diff(state({}), wanted, lambda resource: services.get(resource, ""))
    assert diff.lines() == [
        "lambda.amazonaws.com may now assume role/c",
        "deeplens: role/b gains s3:* on every resource",
        "deeplens: lambda.amazonaws.com may now assume role/b",
        "panorama: lambda.amazonaws.com may now assume role/a",
    ]
    assert [one.get("service") for one in diff.shown()["principals"]] == [None, "deeplens", "panorama"]


statements = st.lists(small_documents.statements(), min_size=1, max_size=3)
roles = st.fixed_dictionaries(
    {"inline": statements, "trust": st.lists(trust_statements(), min_size=1, max_size=3)},
    optional={"managed": st.lists(st.sampled_from(["Reader", "Unread", "AWSDenyAll"]), unique=True, max_size=2)},
)


@given(roles, roles)
def test_gains_are_the_losses_of_the_way_back(one: dict[str, Any], other: dict[str, Any]) -> None:
    before, after = {"roles": {"worker": one}}, {"roles": {"worker": other}}
    onward, backward = (access_diff(state(a), desired(b)).principals for a, b in ((before, after), (after, before)))
    assert [(c.gains, c.gains_policies, c.newly_trusts) for c in onward] == [
        (c.loses, c.loses_policies, c.no_longer_trusts) for c in backward
    ]


@given(roles, roles)
def test_the_summary_is_empty_exactly_if_nobody_changed(one: dict[str, Any], other: dict[str, Any]) -> None:
    diff = access_diff(state({"roles": {"worker": one}}), desired({"roles": {"worker": other}}))
    assert bool(diff.summary()) == bool(diff.principals)
    assert diff.is_wider == bool(diff.wider)
    same = access_diff(state({"roles": {"worker": one}}), desired({"roles": {"worker": one}}))
    assert not same.principals


@given(trusts(), trusts(), st.lists(trust_requests(), min_size=12, max_size=12))
def test_whoever_is_newly_trusted_is_told(before: PolicyDocument, after: PolicyDocument, asked: list[Request]) -> None:
    told = list(only_trusted_by(after, before, ACCOUNT))
    for request in asked:
        if decided(request, after) is Outcome.ALLOWED and decided(request, before) is Outcome.DENIED:
            assert any(is_about(change, request) for change in told)


@given(trusts())
def test_a_trust_policy_beside_itself_trusts_nobody_newly(trust: PolicyDocument) -> None:
    assert not list(only_trusted_by(trust, trust, ACCOUNT))


def decided(request: Request, trust: PolicyDocument) -> Outcome:
    return evaluate(request, Policies(identity=(EVERYTHING,), resource=Policy("trust policy", trust))).outcome


def is_about(change: TrustChange, request: Request) -> bool:
    by_action = text_pattern(change.action.lower(), variables=False)(request.lower_action, request.full_context)
    return bool(by_action) and request.principal.named_by(change.principal) is not Named.NOT
