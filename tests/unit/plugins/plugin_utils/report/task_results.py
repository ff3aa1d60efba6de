# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of tasks, and what a report makes of them."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.model import Collector
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.results import TaskResult
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.statuses import Statuses
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import aws_facts

ACCOUNT = "123456789012"
ROLE = "AWSDeepLensServiceRole"
STEP = {"action": "AttachRolePolicy", "resource": f"role/{ROLE}", "reason": "not attached", "service": "deeplens"}


def reported(*results: TaskResult, failed: tuple[str, ...] = ()) -> dict[str, Any]:
    collector = Collector(Statuses.load(), aws_facts()["services"])
    for result in results:
        collector.add(result)
    return collector.report({"playbook": "site.yml"}, failed)


def account_of(*results: TaskResult, failed: tuple[str, ...] = ()) -> dict[str, Any]:
    [account] = reported(*results, failed=failed)["accounts"]
    return account


def baseline(status: str, *steps: dict[str, str], check: bool = False, **values: Any) -> TaskResult:
    return TaskResult(
        "prod",
        "Converge",
        "iam_services",
        check_mode=check,
        values={
            "changed": bool(steps),
            "account_id": ACCOUNT,
            "plan": list(steps),
            "roles": [
                {"name": ROLE, "arn": f"arn:aws:iam::{ACCOUNT}:role/{ROLE}", "status": status, "service": "deeplens"}
            ],
            "services": [{"service": "deeplens", "profile": "documented", "state": "present"}],
            **values,
        },
    )


def audit(status: str, **fields: Any) -> TaskResult:
    role = {"kind": "role", "name": ROLE, "service": "deeplens", "status": status, **fields}
    return TaskResult("prod", "Audit", "iam_audit", values={"account_id": ACCOUNT, "objects": [role]})


def info(status: str) -> TaskResult:
    values = {"account_id": ACCOUNT, "plan": [STEP], "roles": [{"name": ROLE, "status": status, "last_used": {}}]}
    return TaskResult("prod", "Look", "iam_baseline_info", values=values)
