# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is selected, what is left out, and what is said about the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.export.export import Exported, exported
from ansible_collections.aws_ml.permissions.plugins.module_utils.export.selection import ExportSelection, Patterns
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    CurrentState,
    Identity,
    ManagedPolicy,
    PolicyVersion,
    Role,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.quarantine import QUARANTINED_TAG

from .accounts import ACCOUNT, AWS_POLICIES

READ = PolicyDocument({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
OLD = PolicyDocument({"Version": "2008-10-17", "Statement": READ.content["Statement"]})
LAMBDA = PolicyDocument(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
SHARED = ManagedPolicy("Shared", "/", ACCOUNT.arn("policy", "/", "Shared"), READ, versions=(PolicyVersion("v1", None),))


def role(name: str, path: str = "/", **values: Any) -> Role:
    return replace(Role("role", name, path, ACCOUNT.arn("role", path, name), trust=LAMBDA), **values)


def user(name: str, **values: Any) -> Identity:
    return replace(Identity("user", name, "/", ACCOUNT.arn("user", "/", name)), **values)


def export(*identities: Identity, **patterns: Any) -> Exported:
    state = CurrentState(ACCOUNT, {one.key: one for one in identities}, {"shared": SHARED})
    return exported(ExportSelection(state, Patterns(**patterns)), {})


def names(made: Exported, section: str) -> list[str]:
    return [item.get("name") or item["iam_name"] for item in made.baseline.get(section, [])]


@pytest.mark.parametrize(
    ("there", "reason"),
    [
        (role("x", "/aws-service-role/x/"), "it is a service-linked role; only its service can change it"),
        (role("x", "/aws-reserved/sso.amazonaws.com/"), "it is reserved for AWS"),
        (role("x", source_template="arn:t"), "it was created from role template arn:t and is managed there"),
        (
            role("x", managed=frozenset({AWS_POLICIES["AWSDenyAll"]}), tags={QUARANTINED_TAG: "2026-11-01T00:00:00Z"}),
            "it is in quarantine since 2026-11-01T00:00:00Z; a declaration would end the quarantine",
        ),
        (
            role("x", trust=PolicyDocument({**LAMBDA.content, "Statement": [{**LAMBDA.content["Statement"][0],
                                            "Principal": {"AWS": "AROAABCDEFGHIJKLMNOPQ"}}]})),
            "it cannot be declared as it is: assume_role_policy_document.Statement[0].Principal",
        ),
        (role("x", inline={"old": OLD}), "it cannot be declared as it is: inline_policies.old.Version"),
        (
            role("x", inline={"ph": PolicyDocument({**READ.content, "Statement": [{"Effect": "Allow", "Action": "s3:*",
                                                    "Resource": "arn:aws:s3:::<role_arn:y>"}]})}),
            "it cannot be declared as it is: inline_policies.ph",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_declared_is_left_out_and_said(there: Role, reason: str) -> None:
    made = export(there)
    assert [one["resource"] for one in made.left_out] == ["role/x"]
    assert made.left_out[0]["reason"].startswith(reason), made.left_out
    assert names(made, "roles") == []


def test_a_pattern_selects_names_regardless_of_case_and_kind() -> None:
    there = [role("Label-a"), role("other"), user("label-b", managed=frozenset({SHARED.arn}))]
    made = export(*there, names=["label-*"])
    assert (names(made, "roles"), names(made, "attachments"), names(made, "managed_policies")) == (
        ["Label-a"],
        ["label-b"],
        [],
    )
    assert {"resource": "user/label-b", "reason": "it has policy/Shared, which is not exported"} in made.unexplained


def test_a_selected_policy_is_declared_for_who_is_not_selected() -> None:
    there = [
        role("worker", managed=frozenset({SHARED.arn, AWS_POLICIES["ReadOnlyAccess"]}), inline={"own": READ}),
        role("linked", "/aws-service-role/x/", managed=frozenset({SHARED.arn})),
        user("ada"),
    ]
    made = export(*there, names=["shared"])
    arn = "arn:<partition>:iam::<account_id>:policy/Shared"
    assert made.baseline["attachments"] == [{"iam_type": "role", "iam_name": "worker", "managed_policies": [arn]}]
    assert made.unexplained == [
        {"resource": "policy/Shared", "reason": "1 other versions of it are not declared; they stay as they are"}
    ]


def test_of_a_role_of_another_tool_only_parts_are_declared() -> None:
    made = export(role("tf-a", inline={"own": READ, "old": OLD}), names=["tf-*"], managed_elsewhere=["TF-*"])
    assert names(made, "roles") == []
    assert list(made.baseline["attachments"][0]["inline_policies"]) == ["own"]
    assert made.baseline["trust_statements"][0]["name"] == "tf-a"
    assert [one["resource"] for one in made.left_out] == ["role/tf-a"]
