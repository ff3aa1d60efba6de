# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A call that AWS refuses permanently ends the converge with a complete report, and a rerun continues from there."""

from __future__ import annotations

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import AwsError
from unit.plugins.module_utils.apply.bad_day import BadDay, CalmPhase
from unit.plugins.module_utils.apply.truth import counted, untruths

REFUSED = (
    ("create", "CreatePolicy", "PolicyName", "EdgeTelemetry", "policy/EdgeTelemetry"),
    ("create", "CreateRole", "RoleName", "EdgeRunner", "role/EdgeRunner"),
    ("create", "AttachRolePolicy", "RoleName", "EdgeDeployer", "role/EdgeDeployer"),
    ("create", "PutUserPolicy", "UserName", "camera-operator", "user/camera-operator"),
    ("repair", "PutRolePermissionsBoundary", "RoleName", "EdgeDeployer", "role/EdgeDeployer"),
    ("repair", "UpdateAssumeRolePolicy", "RoleName", "EdgeTrainer", "role/EdgeTrainer"),
    ("repair", "DeleteRole", "RoleName", "EdgeLegacy", "role/EdgeLegacy"),
    ("delete", "DetachGroupPolicy", "GroupName", "camera-operators", "group/camera-operators"),
    ("delete", "RemoveRoleFromInstanceProfile", "RoleName", "EdgeRunner", "role/EdgeRunner"),
)


@pytest.mark.parametrize("refused", REFUSED, ids=lambda refused: f"{refused[1]} {refused[3]}")
def test_access_denied(bad_day: BadDay, calm: dict[str, CalmPhase], refused: tuple[str, str, str, str, str]) -> None:
    phase, action, option, name, resource = refused
    account = bad_day.prepare(phase)
    words = f"User: arn:aws:iam::{account.id}:user/deployer is not authorized to perform: iam:{action} on {name}"
    denied = {"code": "AccessDenied", "status": 403, "message": words}
    bad_day.watch({phase: [{"operation": action, "body": f"{option} == '{name}'", "error": denied}]})
    with pytest.raises(AwsError) as caught:
        bad_day.converge(phase)
    error, plan = caught.value, caught.value.fields["plan"]
    assert error.message == (
        f"{action} for {resource} in account {account.id} failed: AccessDenied: {words}. The caller needs iam:{action}."
    )
    assert error.fields["error_code"] == "AccessDenied"
    assert untruths(error.fields, bad_day.writes_done(phase)) == []
    assert counted(plan["done"]) + counted(plan["not_done"]) == calm[phase].steps
    assert (action, resource) in counted(plan["not_done"])

    bad_day.watch({})
    rerun = bad_day.converge(phase)
    assert counted(rerun["plan"]) == counted(plan["not_done"])
    assert untruths(rerun, bad_day.writes_done(phase)) == []
    assert account.snapshot() == calm[phase].after
    assert bad_day.converge(phase)["plan"] == []
