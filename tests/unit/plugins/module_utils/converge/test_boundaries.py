# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A boundary in the place of another, in an account: the documents of both are read, and a wider one warns."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Converge = Callable[..., dict[str, Any]]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@pytest.fixture
def boundaries(iam: Any) -> dict[str, str]:
    """ARNs of a wide and a narrow policy."""
    found = {}
    for name, action in (("wide", "s3:*"), ("narrow", "s3:GetObject")):
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        found[name] = iam.create_policy(PolicyName=name, PolicyDocument=text)["Policy"]["Arn"]
    return found


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("change", [("wide", "narrow"), ("narrow", "wide")])
def test_a_boundary_that_is_replaced(
    iam: Any, converge: Converge, boundaries: dict[str, str], change: tuple[str, str], check_mode: bool
) -> None:
    old, new = change
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST), PermissionsBoundary=boundaries[old])
    done = converge(roles=[{"name": "worker", "boundary": new}], check_mode=check_mode)
    assert [step["action"] for step in done["plan"]] == ["PutRolePermissionsBoundary"]
    said = [warning for warning in done["warnings"] if "may be able to do more than before" in warning]
    assert len(said) == (new == "wide")
    if said:
        assert f"its boundary {boundaries[old]} is replaced by {boundaries[new]}" in said[0]
