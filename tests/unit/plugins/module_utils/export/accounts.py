# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated accounts with what real accounts hold: documents in every form, and texts that look like something else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    Account,
    AwsManagedPolicy,
    CurrentState,
    Declarations,
    Identity,
    ManagedPolicy,
    PolicyVersion,
    Role,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import desired_state_of
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.quarantine import DENIAL, QUARANTINED_TAG
from hypothesis import strategies as st

ACCOUNT = Account("123456789012", "aws")
FOREIGN = "210987654321"
AWS_POLICIES = {
    name: f"arn:aws:iam::aws:policy{path}{name}"
    for name, path in (("ReadOnlyAccess", "/"), ("AWSLambdaBasicExecutionRole", "/service-role/"), (DENIAL, "/"))
}

TEXTS = (
    "",
    "plain",
    "yes",
    "0123",
    "2012-10-17",
    "{{ lookup('pipe', 'id') }}",
    "{% raw %}",
    "<account_id>",
    "<lt>",
    "<partition> of 123456789012",
    "a: b # c",
    "- x",
    "two\nlines \u00e9",
    "!unsafe 'x'",
    "'\"\\",
    "1123456789012",
)
"""Descriptions and values of conditions. AWS allows all of them."""

TAGS = ("", "vision", "yes", "123456789012", "0x10", "= @", "null", "\u00e9t\u00e9")
_NAMES = ("alpha", "Beta", "gamma.x", "a+b=c,d", "..", "123456789012", "true", "no@where", "-")
_ACTIONS = ("s3:GetObject", "s3:Put*", "logs:PutLogEvents", "iam:PassRole", "sqs:SendMessage")
_RESOURCES = (
    "*",
    "arn:aws:s3:::data-123456789012/*",
    f"arn:aws:sqs:us-east-1:{FOREIGN}:jobs",
    "arn:aws:iam::123456789012:role/service-role/alpha",
    "arn:aws:s3:::${aws:PrincipalTag/team}/*",
    "arn:aws:s3:::{{ bucket }}/<partition>",
)

_texts = st.sampled_from(TEXTS)


def _some(values: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """A scalar or a list, with duplicates, as documents have both."""
    return st.one_of(st.sampled_from(values), st.lists(st.sampled_from(values), min_size=1, max_size=3))


_conditions = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"StringEquals": st.fixed_dictionaries({"aws:PrincipalTag/team": _texts.filter(bool)})}),
    st.fixed_dictionaries({"Bool": st.fixed_dictionaries({"aws:SecureTransport": st.sampled_from([True, "true"])})}),
    st.fixed_dictionaries({"StringLike": st.fixed_dictionaries({"s3:prefix": _some(("a/*", "${aws:username}/*"))})}),
    st.fixed_dictionaries({"NumericLessThan": st.fixed_dictionaries({"s3:max-keys": st.sampled_from([10, "10"])})}),
)


@st.composite
def _statements(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for index in range(draw(st.integers(1, 3))):
        statement: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
        if draw(st.booleans()):
            statement["Sid"] = draw(st.sampled_from(["", f"S{index}"]))
        statement[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(_some(_ACTIONS))
        statement[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = draw(_some(_RESOURCES))
        condition = draw(_conditions)
        found.append({**statement, **({"Condition": condition} if condition else {})})
    return found


@st.composite
def documents(draw: st.DrawFn) -> PolicyDocument:
    statements = draw(_statements())
    alone = len(statements) == 1 and draw(st.booleans())
    return PolicyDocument({"Statement": statements[0] if alone else statements, "Version": "2012-10-17"})


@st.composite
def _trusts(draw: st.DrawFn) -> PolicyDocument:
    principals = [
        {"Service": "lambda.amazonaws.com"},
        {"Service": ["sagemaker.amazonaws.com", "ec2.amazonaws.com"]},
        {"AWS": f"arn:aws:iam::{FOREIGN}:root"},
        {"AWS": ACCOUNT.id},
        {"AWS": [f"arn:aws:iam::{ACCOUNT.id}:root", FOREIGN]},
    ]
    statements = []
    for index in range(draw(st.integers(1, 2))):
        statement: dict[str, Any] = {"Effect": "Allow", "Principal": draw(st.sampled_from(principals))}
        statement["Action"] = draw(st.sampled_from(["sts:AssumeRole", ["sts:AssumeRole", "sts:TagSession"]]))
        if draw(st.booleans()):
            statement["Sid"] = f"T{index}"
        if draw(st.booleans()):
            ids = st.sampled_from(["vision-7f", ["one", "two"], ACCOUNT.id])
            statement["Condition"] = {"StringEquals": {"sts:ExternalId": draw(ids)}}
        statements.append(statement)
    return PolicyDocument({"Version": "2012-10-17", "Statement": statements})


_paths = st.sampled_from(["/", "/service-role/", "/a/{{b}}/", "/123456789012/"])
_tags = st.dictionaries(
    st.sampled_from(["team", "yes", "Cost Centre", "123456789012"]), st.sampled_from(TAGS), max_size=2
)


def _inline() -> st.SearchStrategy[dict[str, PolicyDocument]]:
    return st.dictionaries(st.sampled_from(["S3", "yes", "..", "2012-10-17"]), documents(), max_size=2)


@st.composite
def accounts(draw: st.DrawFn) -> CurrentState:
    """An account with roles, customer managed policies, users and groups; some roles cannot be declared."""
    policies = [draw(_policies(name)) for name in draw(st.lists(st.sampled_from(_NAMES), unique=True, max_size=3))]
    arns = [*(policy.arn for policy in policies), *AWS_POLICIES.values()]
    held = st.frozensets(st.sampled_from(arns), max_size=3)
    identities: list[Identity] = []
    for name in draw(st.lists(st.sampled_from(_NAMES), unique=True, max_size=4)):
        identities.append(draw(_roles(name, held, [policy.arn for policy in policies])))
    for kind in ("user", "group"):
        for name in draw(st.lists(st.sampled_from(_NAMES), unique=True, max_size=2)):
            path = draw(_paths)
            arn = ACCOUNT.arn(kind, path, name)
            identities.append(Identity(kind, name, path, arn, draw(held), draw(_inline())))  # type: ignore[arg-type]
    return CurrentState(
        ACCOUNT,
        {identity.key: identity for identity in identities},
        {policy.name.lower(): policy for policy in policies},
        {name: (AwsManagedPolicy(name, arn),) for name, arn in AWS_POLICIES.items()},
    )


@st.composite
def _policies(draw: st.DrawFn, name: str) -> ManagedPolicy:
    path = draw(_paths)
    versions = tuple(PolicyVersion(f"v{index + 2}", draw(documents())) for index in range(draw(st.integers(0, 2))))
    return ManagedPolicy(
        name, path, ACCOUNT.arn("policy", path, name), draw(documents()), draw(_texts), draw(_tags), versions=versions
    )


@st.composite
def _roles(draw: st.DrawFn, name: str, held: st.SearchStrategy[frozenset[str]], own: list[str]) -> Role:
    path = draw(
        st.one_of(_paths, _paths, st.sampled_from(["/aws-service-role/x.amazonaws.com/", "/aws-reserved/sso/"]))
    )
    role = Role(
        "role",
        name,
        path,
        ACCOUNT.arn("role", path, name),
        managed=draw(held),
        inline=draw(_inline()),
        boundary=draw(st.sampled_from([None, *own])),
        trust=draw(_trusts()),
        description=draw(_texts),
        max_session_duration=draw(st.sampled_from([3600, 7200])),
        tags=draw(_tags),
        instance_profiles=draw(st.sampled_from([(), ("machines",)])),
        source_template=draw(st.sampled_from([None, None, None, "arn:aws:iam::aws:role-template/x"])),
    )
    if draw(st.integers(0, 9)) == 0:
        denied = role.managed | {AWS_POLICIES[DENIAL]}
        role = replace(role, managed=denied, tags={QUARANTINED_TAG: "2026-11-01T00:00:00Z"})
    return role


def emptied(state: CurrentState, declared: Declarations) -> CurrentState:
    """The account without the objects that are declared. Who only has policies declared is there without them."""
    roles = {role.key for role in declared.roles}
    policies = {policy.name.lower() for policy in declared.policies}
    attached = {one.key for one in declared.attachments}
    left: Mapping[str, Identity] = {
        key: replace(one, managed=frozenset(), inline={}) if key in attached else one
        for key, one in state.identities.items()
        if key not in roles
    }
    kept = {name: policy for name, policy in state.policies.items() if name not in policies}
    return replace(state, identities=left, policies=kept)


def converged(state: CurrentState, declared: Declarations) -> CurrentState:
    """The account after a converge. Raises AssertionError for a declaration that cannot be reached."""
    desired = desired_state_of(declared, state)
    assert desired.problems == []
    identities = {**state.identities, **desired.identities}
    policies = {**state.policies, **desired.policies}
    return replace(
        state,
        identities={key: identity for key, identity in identities.items() if identity is not None},
        policies={name: policy for name, policy in policies.items() if policy is not None},
    )


def comparable(state: CurrentState) -> tuple[dict[str, Any], dict[str, Any]]:
    """What IAM has of an account, without what no declaration contains: instance profiles, old versions, templates."""
    identities = {
        key: replace(one, instance_profiles=(), source_template=None, last_used={}) if isinstance(one, Role) else one
        for key, one in state.identities.items()
    }
    policies = {
        name: replace(one, versions=(), default_version="v1", attachments=0, boundary_uses=0)
        for name, one in state.policies.items()
    }
    return identities, policies
