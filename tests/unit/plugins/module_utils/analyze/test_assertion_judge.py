# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assertions of access judged on a small account: what each comes to, and the words for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.account_access import AccountAccess
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.assertion import Assertion
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.assertion_judge import AssertionJudge
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.expectations import (
    Expectation,
    ExpectationParser,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.placeholders import Placeholders
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    Account,
    CurrentState,
    Identity,
    ManagedPolicy,
    Role,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument

ACCOUNT = Account("111122223333", "aws")
ELSEWHERE = "444455556666"
BOUNDARY = ACCOUNT.arn("policy", "/", "Boundary")
OF_AWS = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
KEY = "arn:aws:kms:us-east-1:111122223333:key/1"
LABELS = "arn:aws:s3:::labels/1.json"


def document(*statements: dict[str, Any]) -> PolicyDocument:
    return PolicyDocument({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, to: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": to, **more}


def deny(*actions: str, to: str = "*", **more: Any) -> dict[str, Any]:
    return {**allow(*actions, to=to, **more), "Effect": "Deny"}


def trust(principal: dict[str, str], **condition: Any) -> dict[str, Any]:
    more = {"Condition": condition} if condition else {}
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}


def role(name: str, *statements: dict[str, Any], trusted: tuple[dict[str, Any], ...] = (), **more: Any) -> Role:
    inline = {"own": document(*statements)} if statements else {}
    return Role("role", name, "/", ACCOUNT.arn("role", "/", name), inline=inline, trust=document(*trusted), **more)


BY_ACCOUNT = {"StringEquals": {"aws:SourceAccount": ACCOUNT.id}}
OF_ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
IDENTITIES: list[Identity] = [
    role(
        "writer",
        allow("s3:PutObject", to="arn:aws:s3:::labels/*"),
        allow("s3:GetObject", Condition={"Bool": {"aws:SecureTransport": "true"}}),
        allow("kms:Decrypt", "sts:AssumeRole"),
        deny("s3:PutObject", to="arn:aws:s3:::labels/closed/*"),
        trusted=(trust({"Service": "lambda.amazonaws.com"}, **BY_ACCOUNT),),
    ),
    role("bounded", allow("s3:*"), boundary=BOUNDARY),
    role("unread", deny("s3:DeleteObject"), managed=frozenset({OF_AWS})),
    role("open", trusted=(trust({"AWS": ELSEWHERE}),)),
    role("named", trusted=(trust({"AWS": f"arn:aws:iam::{ELSEWHERE}:user/ann"}),)),
    role("sibling", trusted=(trust({"AWS": ACCOUNT.arn("role", "/", "writer")}),)),
    role("session", trusted=(trust({"AWS": f"arn:aws:sts::{ACCOUNT.id}:assumed-role/writer/now"}),)),
    role("patterned", trusted=(trust({"AWS": ELSEWHERE}, ArnLike={"aws:PrincipalArn": "arn:aws:iam::*:role/x*"}),)),
    role("organized", trusted=(trust({"AWS": "*"}, **OF_ORGANIZATION),)),
    Identity("user", "ann", "/", ACCOUNT.arn("user", "/", "ann"), groups=("readers",)),
    Identity(
        "group", "readers", "/", ACCOUNT.arn("group", "/", "readers"), inline={"read": document(allow("s3:GetObject"))}
    ),
]  # fmt: skip
POLICIES = [ManagedPolicy("Boundary", "/", BOUNDARY, document(allow("s3:GetObject")))]
STATE = CurrentState(
    ACCOUNT, {one.key: one for one in IDENTITIES}, {policy.name.lower(): policy for policy in POLICIES}
)
JUDGE = AssertionJudge(AccountAccess.of(STATE, {}))


def entry(principal: str, action: str, resource: str, result: str, **context: Any) -> Expectation:
    parser = ExpectationParser(Placeholders(ACCOUNT, {name.lower(): ACCOUNT.arn("role", "/", name) for name in ROLES}))
    given = {"principal": principal, "action": action, "resource": resource, "result": result, "context": context}
    found = parser.parsed(given, "expect[0]")
    assert found is not None, parser.problems
    return found


OWN, FOREIGN = {"aws:SourceAccount": ACCOUNT.id}, {"aws:SourceAccount": ELSEWHERE}
ROLES = [one.name for one in IDENTITIES if isinstance(one, Role)]
JUDGED: list[tuple[Expectation, str]] = [
    (entry("role/writer", "s3:PutObject", LABELS, "allowed"), "allowed"),
    (entry("role/WRITER", "s3:PutObject", LABELS, "allowed"), "allowed"),
    (entry(ACCOUNT.arn("role", "/", "writer"), "s3:PutObject", LABELS, "allowed"), "allowed"),
    (entry(f"arn:aws:sts::{ACCOUNT.id}:assumed-role/writer/now", "s3:PutObject", LABELS, "allowed"), "allowed"),
    (entry("role/writer", "s3:PutObject", "arn:aws:s3:::labels/closed/1", "denied"), "denied"),
    (entry("role/writer", "s3:PutObject", "arn:aws:s3:::other/1", "denied"), "denied"),
    (entry("role/writer", "s3:GetObject", LABELS, "allowed"), "depends"),
    (entry("role/writer", "s3:GetObject", LABELS, "allowed", **{"aws:SecureTransport": True}), "allowed"),
    (entry("role/writer", "s3:GetObject", LABELS, "denied", **{"aws:SecureTransport": False}), "denied"),
    (entry("role/writer", "s3:GetObject", LABELS, "denied", **{"aws:SecureTransport": None}), "denied"),
    (entry("role/writer", "kms:Decrypt", KEY, "allowed"), "allowed"),
    (entry("role/writer", "s3:PutObject", LABELS, "allowed", **{"aws:ResourceAccount": ELSEWHERE}), "allowed"),
    # Of what is denied, a pattern stands for everything that matches.
    (entry("role/writer", "s3:DeleteObject", "*", "denied"), "denied"),
    (entry("role/writer", "s3:PutObject", "*", "denied"), "allowed"),
    (entry("role/writer", "s3:Put*", "arn:aws:s3:::labels/closed/*", "denied"), "denied"),
    (entry("role/writer", "iam:*", "*", "denied"), "denied"),
    (entry("role/writer", "s3:GetObject", "*", "denied"), "allowed"),
    (entry("role/writer", "sts:AssumeRole", "arn:aws:iam::111122223333:role/sib*", "denied"), "allowed"),
    (entry("role/bounded", "sts:*", "*", "denied"), "depends"),
    (entry("role/bounded", "s3:GetObject", LABELS, "allowed"), "allowed"),
    (entry("role/bounded", "s3:PutObject", LABELS, "allowed"), "denied"),
    (entry("role/unread", "s3:GetObject", LABELS, "denied"), "unknown"),
    (entry("role/unread", "s3:DeleteObject", LABELS, "denied"), "denied"),
    (entry("user/ann", "s3:GetObject", LABELS, "allowed"), "allowed"),
    (entry("user/ann", "s3:PutObject", "*", "denied"), "denied"),
    (entry("lambda.amazonaws.com", "sts:AssumeRole", "<role_arn:writer>", "allowed"), "depends"),
    (
        entry("lambda.amazonaws.com", "sts:AssumeRole", "<role_arn:writer>", "allowed", **OWN),
        "allowed",
    ),
    (
        entry("lambda.amazonaws.com", "sts:AssumeRole", "<role_arn:writer>", "denied", **FOREIGN),
        "denied",
    ),
    (entry("glue.amazonaws.com", "sts:AssumeRole", "<role_arn:writer>", "denied"), "denied"),
    (entry(ACCOUNT.id, "sts:AssumeRole", "<role_arn:writer>", "denied"), "denied"),
    (entry(ACCOUNT.id, "sts:AssumeRole", "*", "denied"), "allowed"),
    # An account stands for each of its identities, also one that a trust policy names.
    (entry(ELSEWHERE, "sts:AssumeRole", "<role_arn:open>", "denied"), "allowed"),
    (entry(ELSEWHERE, "sts:AssumeRole", "<role_arn:named>", "denied"), "allowed"),
    (entry(ELSEWHERE, "sts:AssumeRole", "<role_arn:writer>", "denied"), "denied"),
    (entry(f"arn:aws:iam::{ELSEWHERE}:user/ann", "sts:AssumeRole", "<role_arn:named>", "denied"), "allowed"),
    (entry(f"arn:aws:iam::{ELSEWHERE}:user/bob", "sts:AssumeRole", "<role_arn:named>", "denied"), "denied"),
    (entry(ELSEWHERE, "sts:AssumeRole", "<role_arn:organized>", "denied"), "depends"),
    (entry("role/writer", "sts:AssumeRole", "<role_arn:sibling>", "allowed"), "allowed"),
    (entry("role/writer", "sts:AssumeRole", "<role_arn:session>", "denied"), "denied"),
    (
        entry(f"arn:aws:sts::{ACCOUNT.id}:assumed-role/writer/now", "sts:AssumeRole", "<role_arn:session>", "allowed"),
        "allowed",
    ),
    # Who of the account it is decides.
    (entry(ELSEWHERE, "sts:AssumeRole", "<role_arn:patterned>", "denied"), "depends"),
]  # fmt: skip


def judged(expectation: Expectation, judge: AssertionJudge = JUDGE) -> Assertion:
    assert judge.problems([expectation]) == []
    (found,) = judge.judged(expectation)
    return found


@pytest.mark.parametrize(("expectation", "result"), JUDGED, ids=lambda one: str(one)[:150])
def test_an_entry_is_judged(expectation: Expectation, result: str) -> None:
    found = judged(expectation)
    assert (found.result, found.holds) == (result, result == expectation.result)


MESSAGES = [
    (
        entry("role/writer", "s3:PutObject", LABELS, "denied"),
        "role/writer must not be allowed s3:PutObject on arn:aws:s3:::labels/1.json; it is allowed by inline policy own"
        " (statement 1)",
    ),
    (
        entry("role/writer", "s3:PutObject", "arn:aws:s3:::labels/closed/1", "allowed"),
        "role/writer must be allowed s3:PutObject on arn:aws:s3:::labels/closed/1; it is denied: an explicit deny by"
        " inline policy own (statement 4)",
    ),
    (
        entry("role/writer", "s3:GetObject", LABELS, "allowed"),
        "role/writer must be allowed s3:GetObject on arn:aws:s3:::labels/1.json; that depends on aws:securetransport by"
        " inline policy own (statement 2): give the values in context",
    ),
    (
        entry("role/unread", "s3:GetObject", LABELS, "allowed"),
        "role/unread must be allowed s3:GetObject on arn:aws:s3:::labels/1.json; the document of AmazonS3FullAccess was"
        " not read",
    ),
    (
        entry("role/bounded", "s3:PutObject", LABELS, "allowed"),
        "role/bounded must be allowed s3:PutObject on arn:aws:s3:::labels/1.json; it is denied: the permissions"
        " boundary does not allow it",
    ),
]


@pytest.mark.parametrize(("expectation", "message"), MESSAGES, ids=lambda one: str(one)[:80])
def test_a_message_says_what_is_asserted_and_what_is_the_case(expectation: Expectation, message: str) -> None:
    assert judged(expectation).message == message


def test_what_is_allowed_of_a_pattern_has_an_example() -> None:
    found = judged(entry("role/writer", "s3:*", "arn:aws:s3:::labels/*", "denied"))
    assert found.message.startswith(
        "role/writer must not be allowed s3:* on arn:aws:s3:::labels/*; it is allowed by inline policy own (statement"
        " 1) (for example s3:putobject on arn:aws:s3:::labels/"
    )
    found = judged(entry("role/writer", "s3:GetObject", "arn:aws:s3:::labels/*", "denied"))
    assert found.reason == "for example s3:GetObject on arn:aws:s3:::labels/x, aws:securetransport true"


PROBLEMS = [
    (
        entry("role/nobody", "s3:GetObject", LABELS, "denied"),
        "expect[0].principal: role/nobody does not exist in account 111122223333",
    ),
    (
        entry(ACCOUNT.arn("user", "/", "nobody"), "s3:GetObject", LABELS, "denied"),
        "expect[0].principal: arn:aws:iam::111122223333:user/nobody does not exist in account 111122223333",
    ),
    (
        entry(ELSEWHERE, "s3:GetObject", LABELS, "denied"),
        "expect[0].principal: 444455556666 is no role or user of account 111122223333, whose policies are known: it can"
        " only be judged whether it may assume a role, not s3:GetObject",
    ),
    (
        entry("role/writer", "sts:AssumeRole", f"arn:aws:iam::{ELSEWHERE}:role/x", "denied"),
        'expect[0].resource: "arn:aws:iam::444455556666:role/x" is not a role of account'
        " 111122223333; the trust policy of a role decides who assumes it",
    ),
]


@pytest.mark.parametrize(("expectation", "problem"), PROBLEMS, ids=lambda one: str(one)[:80])
def test_what_cannot_be_judged_is_a_problem(expectation: Expectation, problem: str) -> None:
    assert list(map(str, JUDGE.problems([expectation]))) == [problem]


def test_only_a_boundary_that_stands_alone_in_the_way_is_called_so() -> None:
    assert judged(entry("role/bounded", "s3:PutObject", LABELS, "allowed")).is_bounded
    assert not judged(entry("role/bounded", "sqs:SendMessage", "arn:aws:sqs:us-east-1:1:x", "allowed")).is_bounded


def test_a_user_whose_group_was_not_read_is_not_judged() -> None:
    alone = replace(STATE, identities={key: one for key, one in STATE.identities.items() if one.kind != "group"})
    found = judged(entry("user/ann", "s3:GetObject", LABELS, "denied"), AssertionJudge(AccountAccess.of(alone, {})))
    assert (found.result, found.reason) == ("unknown", "the policies of group/readers were not read")
