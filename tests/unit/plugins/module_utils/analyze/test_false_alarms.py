# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is harmless is no severe finding: a table of documents, and AWS's read-only policies.

AWS's recorded documents give the same answers as the whole ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.account_access import AccountAccess
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.aws_facts import AwsFacts
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import Severity
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.findings import findings
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.grant_questions import Holdings
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.risky_grants import RiskyGrants
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    Account,
    CurrentState,
    Declarations,
    Identity,
    ManagedPolicy,
    Role,
    RoleDeclaration,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import DesiredState
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import aws_facts
from moto.iam.aws_managed_policies import aws_managed_policies_data

FACTS = AwsFacts.parse(aws_facts())
ACCOUNT = Account("123456789012", "aws")
CATALOGUE: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
READ_ONLY = sorted(name for name in CATALOGUE if "ReadOnly" in name)
HARMLESS = yaml.safe_load(Path(__file__).with_name("harmless.yml").read_text(encoding="utf-8"))
LIMIT = ManagedPolicy(
    "Limit",
    "/",
    ACCOUNT.arn("policy", "/", "Limit"),
    PolicyDocument(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}]}
    ),
)


def document(*statements: dict[str, Any]) -> PolicyDocument:
    return PolicyDocument({"Version": "2012-10-17", "Statement": list(statements)})


def trusting(*services: str) -> PolicyDocument:
    return document(
        *({"Effect": "Allow", "Principal": {"Service": one}, "Action": "sts:AssumeRole"} for one in services)
    )


def role(**options: Any) -> Role:
    given = {"trust": trusting("sagemaker.amazonaws.com"), **options}
    return Role(kind="role", name="subject", path="/", arn=ACCOUNT.arn("role", "/", "subject"), **given)


def severe(subject: Role, least: Severity, facts: AwsFacts = FACTS) -> list[str]:
    """The findings of a role that are as severe, or more."""
    state = CurrentState(ACCOUNT, {subject.key: subject}, {"limit": LIMIT})
    declared = Declarations(roles=(RoleDeclaration("", subject.name, True),))
    found = findings(facts, declared, state, DesiredState(identities={subject.key: subject}))
    return [f"{one.code}: {one.message}" for one in found if one.severity <= least]


@pytest.mark.parametrize("given", HARMLESS, ids=lambda given: given["case"])
def test_nothing_is_critical_that_is_harmless_or_for_a_few(given: dict[str, Any]) -> None:
    if "trust" in given:
        administrator = frozenset({"arn:aws:iam::aws:policy/AdministratorAccess"})
        subject = role(trust=document(*given["trust"]), managed=administrator, boundary=LIMIT.arn)
    else:
        subject = role(inline={"own": document(*given["policy"])})
    assert severe(subject, Severity.CRITICAL) == []


def test_the_table_of_harmless_documents_is_long_enough() -> None:
    assert len({given["case"] for given in HARMLESS}) == len(HARMLESS) >= 60


def test_read_only_policies_of_aws_are_neither_critical_nor_high() -> None:
    assert len(READ_ONLY) > 200
    trust = trusting("lambda.amazonaws.com", "sagemaker.amazonaws.com", "greengrass.amazonaws.com")
    for name in READ_ONLY:
        recorded = role(trust=trust, managed=frozenset({arn_of(name)}))
        whole = role(trust=trust, inline={"own": PolicyDocument(CATALOGUE[name]["Document"])})
        assert severe(recorded, Severity.HIGH) == severe(whole, Severity.HIGH) == [], name


def arn_of(name: str) -> str:
    return f"arn:aws:iam::aws:policy{CATALOGUE[name]['Path']}{name}"


def attachable() -> Iterator[str]:
    return (name for name, policy in CATALOGUE.items() if not policy["Path"].startswith("/aws-service-role/"))


def users(account: Account) -> dict[str, Identity]:
    """One user for each policy of AWS, and one that also has AdministratorAccess, which each of them may limit."""
    found = {}
    for name in attachable():
        for suffix, more in (("", ()), ("-admin", ("AdministratorAccess",))):
            arns = frozenset(map(arn_of, (name, *more)))
            user = Identity("user", f"{name}{suffix}", "/", account.arn("user", "/", f"{name}{suffix}"), arns)
            found[user.key] = user
    return found


def holdings(documents: Mapping[str, PolicyDocument], *, as_boundary: bool) -> dict[str, Holdings]:
    identities = users(ACCOUNT)
    if as_boundary:
        everything = frozenset({arn_of("AdministratorAccess")})
        identities = {
            key: replace(one, managed=everything, boundary=next(iter(one.managed)))
            for key, one in identities.items()
            if len(one.managed) == 1
        }
    grants = RiskyGrants(FACTS, AccountAccess.of(CurrentState(ACCOUNT, identities), documents))
    return {key: grants.of_identity(one) for key, one in identities.items()}


def test_recorded_documents_of_aws_give_the_answers_of_the_whole_ones() -> None:
    whole = {name: PolicyDocument(CATALOGUE[name]["Document"]) for name in attachable()}
    for as_boundary in (False, True):
        recorded = {name: FACTS.aws_policies.get(name, document()) for name in whole}
        answers = holdings(recorded, as_boundary=as_boundary)
        assert answers == holdings(whole, as_boundary=as_boundary)
        assert sum(map(bool, answers.values())) > 50


def test_what_is_recorded_is_small() -> None:
    """It is read once in a run, and handed to every module that has an interpreter of its own."""
    assert len(json.dumps(aws_facts()["aws_policies"], separators=(",", ":"))) < 64_000
