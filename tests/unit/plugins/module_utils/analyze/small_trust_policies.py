# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small trust policies and requests that often meet, for properties."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.access.context import Context
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.principals import Principal
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.request import Request
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from hypothesis import strategies as st

from .small_accounts import ACCOUNT, trust

ROLE = ACCOUNT.arn("role", "/", "worker")
CALLERS = (
    "lambda.amazonaws.com", "arn:aws:iam::123456789012:role/admin", "arn:aws:iam::123456789012:user/anna",
    "arn:aws:iam::999999999999:role/partner", "sso.example.com",
)  # fmt: skip
WRITTEN: tuple[Any, ...] = (
    "*",
    {"AWS": "*"},
    {"Service": "lambda.amazonaws.com"},
    {"Service": ["lambda.amazonaws.com", "s3.amazonaws.com"]},
    {"AWS": "123456789012"},
    {"AWS": "arn:aws:iam::123456789012:root"},
    {"AWS": "arn:aws:iam::123456789012:role/admin"},
    {"AWS": ["arn:aws:iam::123456789012:user/anna", "999999999999"]},
    {"AWS": "arn:aws:iam::999999999999:role/partner", "Federated": "sso.example.com"},
)
ACTIONS = ("sts:AssumeRole", "sts:TagSession", "sts:AssumeRoleWithWebIdentity", "sts:*", "sts:Assume*")
CONDITIONS: tuple[dict[str, Any], ...] = (
    {},
    {"StringEquals": {"sts:ExternalId": "1"}},
    {"StringEquals": {"sts:ExternalId": ["1", "2"]}},
    {"StringNotEquals": {"sts:ExternalId": "1"}},
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
    {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:*"}},
)
VALUES: dict[str, tuple[str | None, ...]] = {
    "sts:ExternalId": ("1", "2", "3", None),
    "aws:MultiFactorAuthPresent": ("true", "false", None),
}


@st.composite
def trust_statements(draw: st.DrawFn) -> dict[str, Any]:
    """A statement; every fourth element is its negation."""
    condition = draw(st.sampled_from(CONDITIONS))
    return {
        "Effect": draw(st.sampled_from(("Allow", "Allow", "Deny"))),
        draw(st.sampled_from(("Principal", "Principal", "Principal", "NotPrincipal"))): draw(st.sampled_from(WRITTEN)),
        draw(st.sampled_from(("Action", "Action", "Action", "NotAction"))): draw(
            st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=2, unique=True)
        ),
        **({"Condition": condition} if condition else {}),
    }


def trusts() -> st.SearchStrategy[PolicyDocument]:
    return st.lists(trust_statements(), min_size=1, max_size=4).map(trust)


@st.composite
def trust_requests(draw: st.DrawFn) -> Request:
    """A request to assume the role, with a complete context."""
    context = {key: draw(st.sampled_from(values)) for key, values in VALUES.items()}
    known = {key: value for key, value in context.items() if value is not None}
    action = draw(st.sampled_from(("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity")))
    caller = Principal.parse(draw(st.sampled_from(CALLERS)))
    return Request(caller, action, ROLE, Context(known, complete=True), owner=ACCOUNT.id)
