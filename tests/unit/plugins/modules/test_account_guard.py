# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account id that comes to nothing stops every module, in whichever way it was given."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.registry import SHAPES
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.in_worker import run_in_worker

pytestmark = pytest.mark.both_generations

OPTIONS: dict[str, dict[str, Any]] = {
    "iam_access": {
        "expect": [{"principal": "role/worker", "action": "iam:PassRole", "resource": "*", "result": "denied"}]
    },
    "iam_managed_policy": {"name": "frames", "state": "absent"},
    "iam_policy_attachment": {"iam_type": "role", "iam_name": "worker", "managed_policies": ["IAMFullAccess"]},
    "iam_restore": {"src": "/nowhere"},
    "iam_retire": {"backup_dir": "/nowhere"},
    "iam_role": {"name": "worker", "state": "absent"},
    "iam_services": {"services": ["deeplens"]},
    "iam_service_linked_role": {"name": "AWSServiceRoleForPanorama", "state": "absent"},
    "iam_trust_statement": {"name": "worker", "statements": [{"Sid": "Lambda"}], "state": "absent"},
    "security_hub_findings": {
        "audit": {"account_id": "111111111111", "findings": [], "escalation_paths": [], "objects": []}
    },
}
HOST = "aws_account_id of host dev"
EMPTY = "is empty, so nothing says which account is meant; give the 12 digits of the account in quotes"


def ran(name: str, account_from: str = "") -> Any:
    """A function that runs a module of this name with an account id, where no call can be answered."""
    plugin = importlib.import_module(f"ansible_collections.aws_ml.permissions.plugins.action.{name}").ActionModule

    def run(**options: Any) -> dict[str, Any]:
        return run_in_worker(
            name,
            {**OPTIONS.get(name, {}), "endpoint_url": "http://127.0.0.1:9", "region": "us-east-1", **options},
            check_mode=False,
            diff_mode=False,
            context=replace(plugin.context_with(()), account_from=account_from),
            environment={},
            begin=plugin.begin,
        )

    return run


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_every_module_refuses_an_account_id_that_is_none(name: str) -> None:
    by_host = ran(name, account_from=HOST)
    assert by_host(account_id=None)["problems"] == [f"{HOST}: {EMPTY}"]
    assert by_host(account_id="")["problems"] == [f"{HOST}: {EMPTY}"]
    assert ran(name)(account_id="")["problems"] == [f"account_id: {EMPTY}"]
    (problem,) = by_host(account_id=False)["problems"]
    assert problem.startswith(f'{HOST}: "False" is not an account id of 12 digits')


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_what_writes_warns_of_a_role_without_an_account(name: str) -> None:
    role = {"role_arn": "arn:aws:iam::111111111111:role/x", "duration_seconds": 1}
    warned = [
        "assume_role without account_id: " in str(ran(name)(assume_role=role, **account).get("warnings"))
        for account in ({}, {"account_id": "111111111111"})
    ]
    assert warned == [not SHAPES[name].read_only, False]
