# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small documents and requests that often meet, for properties of the symbolic questions."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.access.context import Context
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.evaluator import Policies
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.policies import Policy
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.principals import Principal
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.request import Request
from hypothesis import strategies as st

USER = Principal.parse("arn:aws:iam::123456789012:user/ab")
ANYTHING = Request(USER, "*", "*")
ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:GetBucketAcl", "iam:PassRole")
RESOURCES = (
    "arn:aws:s3:::ab/x", "arn:aws:s3:::ab/y", "arn:aws:s3:::zz/x", "arn:aws:s3:::ab",
    "arn:aws:iam::123456789012:role/r",
)  # fmt: skip
ACTION_PATTERNS = ("*", "s3:*", "s3:Get*", "s3:GetObject", "s3:PutObject", "s3:?etObject", "iam:*", "*Object")
RESOURCE_PATTERNS = (
    "*", "arn:aws:s3:::*", "arn:aws:s3:::a*", "arn:aws:s3:::ab/*", "arn:aws:s3:::ab/x", "arn:aws:s3:::*b/*",
    "arn:aws:s3", "arn:aws:s?:::a*", "arn:aws:iam::123456789012:role/*",
)  # fmt: skip
CONDITIONS: tuple[dict[str, Any], ...] = (
    {},
    {"StringEquals": {"aws:RequestedRegion": "eu"}},
    {"StringNotEquals": {"aws:RequestedRegion": ["eu", "us"]}},
    {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
    {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}},
    {"Null": {"aws:SourceIp": "true"}},
    {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    {"Bool": {"aws:SecureTransport": "false"}},
    {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}},
    {"ForAnyValue:StringLike": {"aws:TagKeys": "c*"}},
    {"NumericLessThan": {"s3:max-keys": "10"}},
)
VALUES: dict[str, tuple[str | tuple[str, ...] | None, ...]] = {
    "aws:RequestedRegion": ("eu", "us", "ap", None),
    "aws:PrincipalOrgID": ("o-1", "o-2", "x", None),
    "aws:SourceIp": ("10.1.1.1", "8.8.8.8", None),
    "aws:SecureTransport": ("true", "false"),
    "aws:TagKeys": (("a",), ("a", "c1"), ("d",), None),
    "s3:max-keys": ("5", "20", None),
}


def _some(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    """A statement; every fourth element is its negation."""
    condition = draw(st.sampled_from(CONDITIONS))
    return {
        "Effect": draw(st.sampled_from(("Allow", "Allow", "Deny"))),
        draw(st.sampled_from(("Action", "Action", "Action", "NotAction"))): draw(_some(ACTION_PATTERNS)),
        draw(st.sampled_from(("Resource", "Resource", "Resource", "NotResource"))): draw(
            _some((*RESOURCE_PATTERNS, "arn:aws:s3:::${aws:username}/*"))
        ),
        **({"Condition": condition} if condition else {}),
    }


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    version = draw(st.sampled_from(("2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17")))
    return {"Version": version, "Statement": draw(st.lists(statements(), min_size=1, max_size=4))}


@st.composite
def policies(draw: st.DrawFn) -> Policies:
    """Up to two identity policies, and in one of three cases a boundary."""
    identity = draw(st.lists(documents(), min_size=1, max_size=2))
    boundary = draw(st.one_of(st.none(), st.none(), documents()))
    return Policies(
        [Policy.of(f"policy {number}", one) for number, one in enumerate(identity)],
        boundary=Policy.of("boundary", boundary) if boundary else None,
    )


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """A request with a complete context."""
    context = {key: draw(st.sampled_from(values)) for key, values in VALUES.items()}
    known = {key: value for key, value in context.items() if value is not None}
    return Request(
        USER, draw(st.sampled_from(ACTIONS)), draw(st.sampled_from(RESOURCES)), Context(known, complete=True)
    )
