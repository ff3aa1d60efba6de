# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small reports to compare, from the results that an audit would have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import SEVERITIES
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.model import Collector
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.results import TaskResult
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.statuses import Statuses
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import aws_facts
from hypothesis import strategies as st

ACCOUNTS = ("111122223333", "444455556666", "777788889999")
SERVICES = ("deeplens", "panorama")
ROLES = {"CameraRole": "deeplens", "ApplianceRole": "panorama"}


def finding(
    code: str = "trusts_anyone",
    role: str = "CameraRole",
    severity: str = "high",
    evidence: Sequence[str] = (),
    **more: Any,
) -> dict[str, Any]:
    told = {"message": f"{code} by {', '.join(evidence)}", "remedy": "remove it"}
    return {
        "severity": severity, "code": code, "resource": f"role/{role}", **told, "evidence": list(evidence), **more
    }  # fmt: skip


def audited(
    account_id: str, *findings: dict[str, Any], services: Sequence[str] = SERVICES, whole_account: bool = False
) -> TaskResult:
    """The audit of one account that has a role of each service."""
    objects = [
        {"kind": "role", "name": name, "service": service, "status": "in_sync"}
        for name, service in ROLES.items()
        if service in services
    ]
    values = {"account_id": account_id, "services": list(services), "whole_account": whole_account}
    return TaskResult(
        f"host-{account_id}", "Audit", "iam_audit", values={**values, "objects": objects, "findings": list(findings)}
    )


def failed(account_id: str) -> TaskResult:
    return TaskResult(
        f"host-{account_id}", "Audit", "iam_audit", account_id=account_id, failed=True, values={"msg": "AccessDenied"}
    )


def report_of(*results: TaskResult, began: str = "2026-11-29T04:00:00Z", playbook: str = "audit.yml") -> dict[str, Any]:
    collector = Collector(Statuses.load(), aws_facts()["services"])
    for result in results:
        collector.add(result)
    run = {"playbook": playbook, "check_mode": False, "started": began, "ended": began}
    return collector.report(run, {result.host for result in results if result.failed})


_FINDINGS = st.lists(
    st.builds(
        finding,
        code=st.sampled_from(["trusts_anyone", "reads_any_bucket"]),
        role=st.sampled_from([*ROLES, "camerarole"]),
        severity=st.sampled_from(SEVERITIES),
        evidence=st.lists(st.sampled_from("abc"), unique=True),
    ),
    max_size=4,
)
REPORTS = st.lists(
    st.one_of(
        st.builds(failed, st.sampled_from(ACCOUNTS)),
        st.builds(
            lambda account, findings, services: audited(account, *findings, services=services),
            st.sampled_from(ACCOUNTS),
            _FINDINGS,
            st.lists(st.sampled_from(SERVICES), unique=True),
        ),
    ),
    max_size=4,
    unique_by=lambda result: result.host,
).map(lambda results: report_of(*results))
