# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever an account holds: what an audit tells is one printable line each, and what it hands on as data stays raw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.filter.audit_summary import audit_summary
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.audit import audit
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.result import audit_result
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable
from hypothesis import example, given
from hypothesis import strategies as st
from property_examples import examples

from .accounts import ACCOUNT, KNOWLEDGE, SERVICES, state_of

pytestmark = pytest.mark.both_generations

AS_DATA = {"content", "trusted", "dangling", "expected", "actual", "value", "last_used", "quarantined", "created"}
"""Keys under which texts stand as the account has them."""
LINES = {"before", "after"}
HOSTILE = "\nok: [vision-dev]\x1b[2K\x9b\u202e\u2066\u200b\u2028\ud800"


def account(text: str) -> dict[str, Any]:
    passed = {"iam:PassedToService": [text, "lambda.amazonaws.com"]}
    condition = {"Condition": {"StringEquals": {f"aws:{text}": text, **passed}}}
    named = "arn:aws:iam::<account_id>:role/AWSDeepLensLambdaRole"
    return {
        "roles": {
            "AWSDeepLensServiceRole": {
                "trust": {"Principal": {"Service": "deeplens.amazonaws.com", text: text}, "Action": text, **condition},
                "inline": {
                    "all": [
                        {"Action": ["iam:*", text], "Resource": "*"},
                        {"Sid": text, "Action": "*", "Resource": text},
                    ]
                },
                "tags": {f"k{text}": text},
            },
            "AWSDeepLensLambdaRole": {
                "trust": [
                    {"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
                    {"Principal": {"AWS": "<account_id>"}, "Action": "sts:AssumeRole", **condition},
                ],
                "managed": ["own:Frames", "AdministratorAccess"],
                "tags": {"aws_ml_permissions:quarantined": text},
            },
        },
        "users": {
            "ada": {
                "inline": {
                    "pass": {"Action": ["iam:PassRole", "lambda:*"], "Resource": named, "Sid": text, **condition},
                    "assume": {"Action": "sts:AssumeRole", "Resource": [named, text], "Sid": f"s{text}", **condition},
                }
            }
        },
        "policies": {"Frames": {"Action": ["deeplens:*", text], "Resource": text, "Sid": text, **condition}},
    }


def declared(text: str) -> list[dict[str, Any]]:
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Sid": text, "Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
    role = {"name": "AWSDeepLensServiceRole", "inline_policies": {"all": document}, "tags": {text: text}}
    return [{"service": "deeplens", "roles": [role]}]


def told(value: Any, key: str = "") -> Iterator[str]:
    """Every text in a result that is for people, line by line where it has lines."""
    if isinstance(value, dict):
        for name, entry in value.items():
            yield from told(entry, name) if name not in AS_DATA else ()
    elif isinstance(value, (list, tuple)):
        for entry in value:
            yield from told(entry, key)
    elif isinstance(value, str):
        yield from value.split("\n") if key in LINES else [value]


@examples(0.3)
@given(st.text(st.characters(exclude_categories=[]) | st.sampled_from(HOSTILE), min_size=1, max_size=20))
@example(HOSTILE)
@example("x" * 20_000)
def test_what_an_audit_reports_is_printable(text: str) -> None:
    state = state_of(account(text))
    found = audit(KNOWLEDGE, state, SERVICES, declared(text))
    result = audit_result(KNOWLEDGE.knowledge, state, found, diff_mode=True)
    assert result["findings"] and result["escalation_paths"]
    lines = [*told(result), *audit_summary({**result, "account_id": ACCOUNT.id})]
    assert [line for line in lines if printable(line, None) != line] == []
    summed_up = [item["message"] for item in result["findings"]]
    summed_up += [step for path in result["escalation_paths"] for step in path["steps"]]
    assert max(map(len, summed_up)) < 1500


def test_what_is_data_stays_as_it_is() -> None:
    state = state_of(account(HOSTILE))
    found = audit(KNOWLEDGE, state, SERVICES, declared(HOSTILE))
    result = audit_result(KNOWLEDGE.knowledge, state, found, diff_mode=False)
    role = next(one for one in result["objects"] if one["name"] == "AWSDeepLensServiceRole")
    assert role["content"]["tags"] == {f"k{HOSTILE}": HOSTILE}
    condition = role["content"]["assume_role_policy_document"]["Statement"][0]["Condition"]
    assert condition["StringEquals"][f"aws:{HOSTILE}"] == HOSTILE
