# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet as an audit would find it: results of tasks, the same for the same number of accounts."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.html import as_page
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.model import Collector
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.results import TaskResult
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.statuses import Statuses
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import aws_facts

ROLES = {
    "deeplens": [
        "AWSDeepLensServiceRole",
        "AWSDeepLensGreengrassRole",
        "AWSDeepLensGreengrassGroupRole",
        "AWSDeepLensSageMakerRole",
        "AWSDeepLensLambdaRole",
    ],
    "panorama": [
        "AWSPanoramaServiceRole",
        "AWSPanoramaGreengrassRole",
        "AWSPanoramaGreengrassGroupRole",
        "AWSPanoramaSageMakerRole",
        "AWSPanoramaApplianceRole",
        "PanoramaApplicationRole",
    ],
    "lookout_equipment": ["l4e-role", "l4e-ingestion", "l4e-inference", "l4e-scheduler"],
    "lookout_vision": ["LookoutVisionAdmin", "LookoutVisionInspector", "LookoutVisionTraining"],
    "groundtruth_lambda": [
        "gt-execution",
        "gt-pre-lambda",
        "gt-post-lambda",
        "AmazonSageMaker-ExecutionRole-20210401T101010",
        "SageMakerGroundTruthDeveloper",
        "labeling-console",
        "labeling-data",
    ],
}
PRINCIPALS = {"deeplens": "deeplens", "panorama": "panorama", "lookout_equipment": "lookoutequipment"}
STATUSES = ["in_sync"] * 12 + ["drifted"] * 4 + ["absent"] * 2 + ["unknown"]
NAMES = ("vision", "quality", "robotics", "warehouse", "research", "labeling", "retail", "plant")
STAGES = ("prod", "dev", "test", "sandbox")


def results(accounts: int = 500) -> Iterator[TaskResult]:
    """25 roles in each account; a few hosts fail, are unreachable, or have roles for single devices."""
    chance = random.Random(20261122)
    for number in range(accounts):
        host = f"{NAMES[number % 8]}-{STAGES[number // 8 % 4]}-{number:03}"
        account_id = f"{(111111111111 + number * 7919313) % 10**12:012}"
        fate = chance.random()
        if fate < 0.008:
            values = {"msg": "Failed to connect to the host."}
            yield TaskResult(host, "Read the account", failed=True, unreachable=True, values=values)
            continue
        if fate < 0.03:
            yield failed(host, account_id)
            continue
        yield TaskResult(
            host,
            "Read the account",
            "iam_audit",
            account_id=account_id,
            values={
                "changed": False,
                "account_id": account_id,
                "objects": [
                    found(chance, account_id, service, name) for service, names in ROLES.items() for name in names
                ]
                + ([device(chance, account_id, number)] if fate > 0.9 else []),
                "findings": findings(chance),
                "escalation_paths": [escalation()] if fate > 0.96 else [],
                "api_calls": {"AssumeRole": 1, "GetAccountAuthorizationDetails": 2, "ListRoles": 1},
            },
        )


def collected(accounts: int = 500) -> Collector:
    collector = Collector(Statuses.load(), aws_facts()["services"])
    for result in results(accounts):
        collector.add(result)
    return collector


def report(accounts: int = 500) -> dict[str, Any]:
    run = {
        "playbook": "audit.yml",
        "check_mode": False,
        "started": "2026-11-22T10:00:00Z",
        "ended": "2026-11-22T10:00:48Z",
    }
    return collected(accounts).report(run, {result.host for result in results(accounts) if result.failed})


def page(accounts: int = 500) -> str:
    return as_page(report(accounts), Statuses.load())


def failed(host: str, account_id: str) -> TaskResult:
    message = (
        f"AssumeRole for role/audit in account {account_id} failed with AccessDenied: User is not authorized to perform"
        " sts:AssumeRole. The missing permission is sts:AssumeRole."
    )
    values = {"msg": message, "account_id": account_id, "error_code": "AccessDenied", "failed_call": "AssumeRole"}
    return TaskResult(host, "Read the account", "iam_audit", failed=True, values=values)


def found(chance: random.Random, account_id: str, service: str, name: str) -> dict[str, Any]:
    """A role of a service as an audit shows it. The order in which `chance` is asked decides what is in the fleet."""
    status = chance.choice(STATUSES)
    life = aws_facts()["services"][service]
    if status == "absent":
        return {"kind": "role", "name": name, "arn": None, "service": service, "status": status, "drift": []}
    principal = f"{PRINCIPALS.get(service, 'sagemaker')}.amazonaws.com"
    drifted = status == "drifted"
    bucket = f"{name.lower()}-{account_id}-{chance.randrange(6)}" if drifted else f"{name.lower()}-{account_id}"
    inline = data_access(service, account_id, bucket)
    day = f"2026-{chance.randrange(1, 12):02}-{chance.randrange(1, 28):02}"
    return {
        "kind": "role",
        "name": name,
        "arn": f"arn:aws:iam::{account_id}:role/service-role/{name}",
        "path": "/service-role/",
        "service": service,
        "service_state": life["state"],
        "service_since": life["since"],
        "found_by": [{"by": "name", "value": name}, {"by": "trust_principal", "value": principal}],
        "status": status,
        "profile": None if status == "unknown" else "documented",
        "drift": drift(inline) if drifted else [],
        "quarantined": {"since": f"{day}T08:00:00Z", "reason": "unused"} if chance.random() < 0.02 else None,
        "service_linked": False,
        "trusted": [
            {"principal": principal, "kind": "service", "conditions": ["aws:SourceAccount"], "state": life["state"]}
        ],
        **usage(chance, day),
        "content": {
            "path": "/service-role/",
            "managed_policies": [f"arn:aws:iam::aws:policy/service-role/{name}Policy"],
            "inline_policies": {"data": inline},
            "boundary": None,
            "assume_role_policy_document": trust(principal, account_id),
            "description": f"Made for {life['name']}",
            "max_session_duration": 7200 if drifted else 3600,
            "tags": {"owner": chance.choice(NAMES), "cost-center": "4711"},
        },
    }


def trust(principal: str, account_id: str) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": principal},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def data_access(service: str, account_id: str, bucket: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:ListBucket", "s3:PutObject"],
                "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
            },
            {"Effect": "Allow", "Action": "logs:*", "Resource": f"arn:aws:logs:*:{account_id}:log-group:/{service}/*"},
        ],
    }


def drift(inline: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"place": "inline_policies.data", "expected": None, "actual": inline},
        {"place": "max_session_duration", "expected": 3600, "actual": 7200},
    ]


def usage(chance: random.Random, day: str) -> dict[str, Any]:
    pipeline = {"resource": "role/pipeline", "how": "pass_role", "detail": "passes it to sagemaker.amazonaws.com"}
    return {
        "last_used": {"date": f"{day}T09:12:00Z", "region": "eu-west-1"} if chance.random() < 0.5 else {},
        "created": f"{2018 + chance.randrange(8)}{day[4:]}T07:00:00Z",
        "dangling": ["AROAEXAMPLEGONE00001"] if chance.random() < 0.02 else [],
        "depended_on_by": [pipeline] if chance.random() < 0.15 else [],
    }


def device(chance: random.Random, account_id: str, number: int) -> dict[str, Any]:
    """A role that one account alone has."""
    role = found(chance, account_id, "deeplens", f"deeplens-device-{number:04}")
    return {**role, "status": "unknown", "profile": None}


def findings(chance: random.Random) -> list[dict[str, str]]:
    shown = [
        finding(
            "low",
            "trusts_without_source",
            f"role/{name}",
            "The trust policy lets a service in for any account that it works for.",
        )
        for names in ROLES.values()
        for name in names
        if chance.random() < 0.1
    ]
    if chance.random() < 0.15:
        shown.append(
            finding(
                "critical",
                "service_administers_iam",
                "role/AWSDeepLensSageMakerRole",
                "Any notebook that runs as it can make itself administrator by IAMFullAccess.",
            )
        )
    if chance.random() < 0.2:
        shown.append(
            finding("high", "passes_any_role", "role/gt-execution", "May pass any role to sagemaker.amazonaws.com.")
        )
    if chance.random() < 0.2:
        shown.append(finding("medium", "reads_any_bucket", "role/l4e-role", "May read every object in every bucket."))
    return [*shown, finding("low", "grants_ended_service", "service/deeplens", "AWS DeepLens ended on 2024-01-31.")]


def finding(severity: str, code: str, resource: str, message: str) -> dict[str, str]:
    remedy = "state: absent, or profile: least_privilege"
    return {"severity": severity, "code": code, "resource": resource, "message": message, "remedy": remedy}


def escalation() -> dict[str, Any]:
    return {
        "from": "role/gt-execution",
        "to": "role/AWSDeepLensSageMakerRole",
        "severity": "critical",
        "steps": [
            "role/gt-execution can pass role/AWSDeepLensSageMakerRole to sagemaker.amazonaws.com"
            " (policy AmazonSageMakerFullAccess)",
            "role/AWSDeepLensSageMakerRole may attach any policy to itself (policy IAMFullAccess)",
        ],
    }
