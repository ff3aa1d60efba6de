# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role has the same findings in the check, in the run, in the next check, and in an audit."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.aws_facts import AwsFacts
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.work import AccountAudit
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.services_source import converging_services
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import RunContext
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.registry import run
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import audit_facts, aws_facts

from local_aws import LocalAws

from .conftest import Converge

FACTS = AwsFacts.parse(aws_facts())
OF_AUDITS = {"escalation_path", "reached_by_escalation", "escalation_chain", "grants_ended_service"}
"""Codes that one of the two does not have, or reports as the other."""

PASSES = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}
CHANGES = {"Effect": "Allow", "Action": "iam:AttachRolePolicy", "Resource": "*"}
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}

Found = set[tuple[str, str, str, str]]


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trusting(*principals: str) -> dict[str, Any]:
    return document(
        *({"Effect": "Allow", "Principal": {"Service": one}, "Action": "sts:AssumeRole"} for one in principals)
    )


def role(name: str, *principals: str, **options: Any) -> dict[str, Any]:
    return {"name": name, "assume_role_policy_document": trusting(*principals), **options}


def policy(name: str, *statements: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "policy": document(*statements)}


def service(name: str, **declared: Any) -> dict[str, Any]:
    return {"service": name, "profile": "documented", "state": "present", **declared}


DECLARED = (
    service(
        "lookout_equipment",
        roles=[
            role("l4e-role", "sagemaker.amazonaws.com", managed_policies=["IAMFullAccess"]),
            role("l4e-passing", "lambda.amazonaws.com", managed_policies=["AmazonSageMakerFullAccess", "L4ePassing"]),
        ],
        managed_policies=[policy("L4ePassing", PASSES)],
    ),
    service(
        "groundtruth_lambda",
        roles=[
            role("gt-lambda", "lambda.amazonaws.com", managed_policies=["AWSLambda_FullAccess"]),
            role("gt-bounded", "lambda.amazonaws.com", managed_policies=["AdministratorAccess"], boundary="GtLimit"),
            role("gt-changing", "lambda.amazonaws.com", inline_policies={"own": document(CHANGES)}),
        ],
        managed_policies=[policy("GtLimit", {"Effect": "Allow", "Action": "lambda:*", "Resource": "*"})],
    ),
    service(
        "panorama",
        roles=[
            role(
                "panorama-one", "greengrass.amazonaws.com", managed_policies=["AWSGreengrassResourceAccessRolePolicy"]
            ),
            role(
                "panorama-two", "greengrass.amazonaws.com", managed_policies=["AWSGreengrassResourceAccessRolePolicy"]
            ),
        ],
    ),
)


def in_run(aws: LocalAws, *, check_mode: bool = False) -> Found:
    return found_in("iam_services", aws, converging_services, RunContext(FACTS, declared=DECLARED), check_mode)


def found_in(module: str, aws: LocalAws, begin: Any, context: RunContext, check_mode: bool = False) -> Found:
    given = {"assume_role": {"role_arn": aws.members[0]["role_arn"]}, "quarantine_days": 30}
    outcome = run(module, given, begin=begin, check_mode=check_mode, diff_mode=False, context=context)
    return shown(outcome.values)


def shown(values: dict[str, Any]) -> Found:
    return {(one["severity"], one["code"], one["resource"], one["message"]) for one in values["findings"]}


def test_check_run_next_check_and_audit_agree(aws: LocalAws) -> None:
    check = in_run(aws, check_mode=True)
    applied = in_run(aws)
    again = in_run(aws, check_mode=True)
    context = RunContext(FACTS, audit_facts=audit_facts(), declared=DECLARED)
    audited = found_in("iam_audit", aws, AccountAudit, context)
    assert {code for _severity, code, _resource, _message in check} >= {
        "service_administers_iam",
        "escalation_chain",
        "function_administers_lambda",
        "shares_greengrass_slot",
    }
    assert check == applied == again
    assert common(audited) == common(check)


def common(found: Found) -> set[tuple[str, str, str]]:
    """What both report; a service names what resolves a finding, and the audit has an escalation path for a chain."""
    return {(severity, code, resource) for severity, code, resource, _message in found if code not in OF_AUDITS}


def test_a_module_of_one_role_judges_its_policies_in_each_run(aws: LocalAws, iam: Any, converge: Converge) -> None:
    """Customer managed policies are read too where there is nothing to write."""
    for name, statement in (("Wide", EVERYTHING), ("Limit", {**EVERYTHING, "Action": "s3:List*"})):
        iam.create_policy(PolicyName=name, PolicyDocument=str(document(statement)).replace("'", '"'))
    options = role("worker", "lambda.amazonaws.com", managed_policies=["Wide"])
    runs = [converge("roles", **options, check_mode=mode) for mode in (True, False, True, False)]
    assert [run["changed"] for run in runs] == [True, True, False, False]
    assert [shown(run) for run in runs] == [shown(runs[0])] * 4
    assert {code for _severity, code, _resource, _message in shown(runs[0])} == {"grants_everything"}
    limited = {**options, "boundary": "Limit"}
    runs = [converge("roles", **limited, check_mode=mode) for mode in (True, False, True)]
    assert [run["findings"] for run in runs] == [[], [], []]
