# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check, approval and apply as AWX runs them: the project of the page on AWX, by ansible-runner, in slices."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from integration.awx_jobs import Awx, Job, artifacts_of
from integration.awx_project import EXTERNAL_ID, SECRET_KEY
from integration.conftest import RolesIn
from integration.documented_blocks import block

from local_aws import LocalAws

APPROVED = yaml.safe_load(block("awx-approved-plans").text)
"""How the page shows what the check hands to the apply."""

NO_PLAN = "0" * 64


def clean(*jobs: Job) -> bool:
    """Whether nothing that is kept of the jobs holds a secret."""
    kept = "".join(job.kept for job in jobs)
    return not re.search(rf"{EXTERNAL_ID}|{SECRET_KEY}|\bASIA[A-Z0-9]{{12}}", kept)


def refusal(approval: str, approved: str) -> str:
    """How the engine's message begins where an account came to another plan than the approved one."""
    plan_id, approved_id = approval.partition("@")[0], approved.partition("@")[0]
    return (
        f"The plan is {plan_id}, but {approved_id} was approved: nothing was written. The account, the declaration or"
        " the findings have changed since; run in check mode again and have the new plan approved. The "
    )


def told(failures: dict[str, str], refused: dict[str, str]) -> bool:
    """Whether just these hosts failed, with messages that begin so."""
    return failures.keys() == refused.keys() and all(failures[host].startswith(refused[host]) for host in refused)


def alike(plan: tuple[str, str]) -> tuple[str, int]:
    """The form of a variable with a plan to approve."""
    variable, approval = plan
    return re.sub(r"\d{12}", "ACCOUNT", variable), len(approval)


def variables_of(accounts: Iterable[str], what: str = "plans") -> set[str]:
    """The names of the variables that hand the plans of accounts to the apply, or the access that they change."""
    return {f"aws_ml_{what}_{account}" for account in accounts}


def plans_in(artifacts: Mapping[str, Any]) -> dict[str, Any]:
    """The variables with plans, without those that only show what access they change."""
    return {name: value for name, value in artifacts.items() if name.startswith("aws_ml_plans_")}


def test_what_was_approved_is_applied_and_then_nothing_is_left(
    awx: Awx, aws: LocalAws, ids: dict[str, str], roles_in: RolesIn
) -> None:
    awx.preloaded = False
    checks = awx.sliced("check.yml", 2, check=True, verbosity=5)
    assert [(job.rc, job.failures) for job in checks] == [(0, {})] * 2
    assert [job.hosts for job in checks] == [["vision-dev", "warehouse"], ["vision-prod"]]
    assert not {"CreateRole", "PutRolePolicy"} & aws.call_counts().keys()
    passed_on = artifacts_of(checks)
    plans = plans_in(passed_on)
    assert passed_on.keys() == variables_of(ids.values()) | variables_of(ids.values(), "access")
    assert len(set(plans.values())) == len(ids)
    assert [alike(plan) for plan in APPROVED.items()] == [alike(next(iter(plans.items())))]

    applies = awx.sliced("apply.yml", 2, extra_vars=passed_on, verbosity=5)
    assert [(job.rc, job.failures) for job in applies] == [(0, {})] * 2
    assert sorted(host for job in applies for host in job.changed) == sorted(ids)
    for account in ids.values():
        assert {"AWSDeepLensServiceRole", "AWSPanoramaServiceRole"} <= roles_in(account).keys()

    again = awx.job("check.yml", check=True)
    assert (again.rc, again.changed) == (0, [])
    assert again.artifacts == dict.fromkeys(variables_of(ids.values()), "")
    assert clean(*checks, *applies, again)


def test_only_accounts_with_changes_are_to_be_approved(
    awx: Awx, aws: LocalAws, ids: dict[str, str], roles_in: RolesIn
) -> None:
    del awx.inventory["_meta"]["hostvars"]["vision-prod"]
    first = awx.job("apply.yml", extra_vars=awx.job("check.yml", check=True).artifacts)
    assert (first.rc, first.changed) == (0, ["vision-dev", "warehouse"]), first.failures
    aws.client("iam", account=ids["warehouse"]).update_role(RoleName="AWSDeepLensServiceRole", MaxSessionDuration=7200)

    found = awx.job("check.yml", check=True)
    assert found.artifacts.keys() == {f"aws_ml_plans_{ids[name]}" for name in ("warehouse", "vision-dev")}
    assert found.artifacts[f"aws_ml_plans_{ids['vision-dev']}"] == ""
    approval = found.artifacts[f"aws_ml_plans_{ids['warehouse']}"]
    assert f"(item=1 writes, plan {approval.partition('@')[0]})" in found.printed

    unapproved = awx.job("apply.yml")
    assert told(unapproved.failures, {"warehouse": refusal(approval, NO_PLAN)}), unapproved.failures
    assert roles_in(ids["warehouse"])["AWSDeepLensServiceRole"]["max_session_duration"] == 7200
    assert awx.job("apply.yml", extra_vars=found.artifacts).changed == ["warehouse"]
    assert roles_in(ids["warehouse"])["AWSDeepLensServiceRole"]["max_session_duration"] == 3600


def test_account_that_changed_after_the_check_is_refused_and_the_others_are_converged(
    awx: Awx, aws: LocalAws, ids: dict[str, str], roles_in: RolesIn
) -> None:
    plans = artifacts_of(awx.sliced("check.yml", 2, check=True))
    aws.client("iam", account=ids["warehouse"]).create_role(
        RoleName="AWSDeepLensLambdaRole",
        Path="/service-role/",
        AssumeRolePolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": {"Effect": "Allow", "Principal": {"AWS": ids["vision-dev"]}, "Action": "sts:AssumeRole"},
            }
        ),
    )
    before = roles_in(ids["warehouse"])
    jobs = awx.sliced("apply.yml", 2, extra_vars=plans)
    assert [job.rc for job in jobs] == [2, 0]
    approved = plans[f"aws_ml_plans_{ids['warehouse']}"]
    [refused] = [event["event_data"]["res"] for event in jobs[0].events if event["event"] == "runner_on_failed"]
    assert refused["plan_id"] != approved.partition("@")[0]
    assert told(jobs[0].failures, {"warehouse": refusal(refused["plan_id"], approved)}), jobs[0].failures
    assert roles_in(ids["warehouse"]) == before
    for host in ("vision-dev", "vision-prod"):
        assert {"AWSDeepLensServiceRole", "AWSPanoramaServiceRole"} <= roles_in(ids[host]).keys()


def test_answers_of_the_survey_choose_accounts_services_and_profile(
    awx: Awx, aws: LocalAws, ids: dict[str, str], roles_in: RolesIn
) -> None:
    answers = {
        "aws_ml_accounts": "vision-prod",
        "aws_ml_only_services": ["deeplens", "lookout_vision"],
        "aws_ml_profile": "least_privilege",
    }
    checks = awx.sliced("check.yml", 2, check=True, extra_vars=answers)
    assert [job.failures for job in checks] == [{}, {}]
    assert [job.rc for job in checks] == [0, 0], "a slice without any of the accounts ends well"
    plans = plans_in(artifacts_of(checks))
    assert plans.keys() == variables_of([ids["vision-prod"]])
    applied = awx.job("apply.yml", extra_vars={**answers, **plans})
    assert (applied.rc, applied.hosts) == (0, ["vision-prod"])
    made = roles_in(ids["vision-prod"])
    assert made["AWSDeepLensLambdaRole"]["managed"] == []
    assert len(made) == 2 + 5, "a service that the account does not have is not brought to it"

    of_each = {"aws_ml_only_services": [], "aws_ml_profile": "of each account"}
    found = awx.job("check.yml", check=True, extra_vars=of_each).artifacts
    assert plans_in(found).keys() == variables_of(ids.values())


def test_approval_of_other_services_is_refused(awx: Awx, aws: LocalAws, ids: dict[str, str], roles_in: RolesIn) -> None:
    only_deeplens = {"aws_ml_accounts": "warehouse", "aws_ml_only_services": ["deeplens"]}
    of_deeplens = plans_in(awx.job("check.yml", check=True, extra_vars=only_deeplens).artifacts)
    of_both = awx.job("check.yml", check=True, extra_vars={"aws_ml_accounts": "warehouse"}).artifacts
    before = roles_in(ids["warehouse"])
    job = awx.job("apply.yml", extra_vars={"aws_ml_accounts": "warehouse", **of_deeplens})
    [(variable, approved)] = of_deeplens.items()
    assert told(job.failures, {"warehouse": refusal(of_both[variable], approved)}), job.failures
    assert roles_in(ids["warehouse"]) == before


def test_check_refuses_to_run_as_a_job_that_writes(awx: Awx, aws: LocalAws) -> None:
    job = awx.job("check.yml")
    assert set(job.failures.values()) == {
        "This playbook is for check mode; give the job template the type check. No account was accessed."
    }
    assert aws.call_counts() == {}


def test_account_without_its_id_cannot_be_approved(awx: Awx, ids: dict[str, str]) -> None:
    del awx.inventory["_meta"]["hostvars"]["warehouse"]["aws_account_id"]
    job = awx.job("check.yml", check=True)
    assert list(job.failures) == ["warehouse"]
    assert "aws_account_id: is not set; give warehouse its account id" in job.failures["warehouse"]
    assert len(plans_in(job.artifacts)) == len(ids) - 1
