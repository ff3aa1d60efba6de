# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules for findings against a table of identities, and against themselves."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.aws_facts import AwsFacts, FindingRule
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import SEVERITIES, Finding, Severity
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.findings import findings, outlived
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    Account,
    AttachmentDeclaration,
    CurrentState,
    Declarations,
    Identity,
    ManagedPolicy,
    Role,
    RoleDeclaration,
    TrustDeclaration,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import DesiredState
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import aws_facts

from .described_identities import ACCOUNT, document, groups_of, identity, policies_of, role

ROOT = Path(__file__).resolve().parents[5]
CASES = yaml.safe_load(Path(__file__).with_name("cases.yml").read_text(encoding="utf-8"))
KNOWLEDGE = AwsFacts.parse(aws_facts())


def found(
    desired: DesiredState,
    *there: Identity,
    declarations: Declarations | None = None,
    remedies: dict[str, str] | None = None,
    policies: dict[str, ManagedPolicy] | None = None,
) -> list[Finding]:
    state = CurrentState(ACCOUNT, {one.key: one for one in there}, policies or {})

    def remedy(_resource: str, code: str, otherwise: str) -> str:
        return (remedies or {}).get(code, otherwise)

    return findings(KNOWLEDGE, declarations or whole(desired), state, desired, remedy)


def whole(desired: DesiredState) -> Declarations:
    """The target's roles as declared roles, and all that users hold as attached."""
    there = [one for one in desired.identities.values() if one is not None]
    return Declarations(
        roles=tuple(RoleDeclaration("", one.name, True) for one in there if isinstance(one, Role)),
        attachments=tuple(
            AttachmentDeclaration("", "user", one.name, True, tuple(one.managed), dict(one.inline))
            for one in there
            if one.kind == "user"
        ),
    )


@pytest.mark.parametrize("given", CASES, ids=lambda given: given["case"])
def test_what_is_found(given: dict[str, Any]) -> None:
    subject = identity(given)
    there = [role(other["name"], other) for other in given.get("others", [])]
    there += [role("subject", given["before"])] if "before" in given else []
    there += groups_of(given)
    policies = policies_of(given.get("role", {}))
    told = found(DesiredState(identities={subject.key: subject}), *there, policies=policies)
    assert {finding.code: finding.severity.text for finding in told} == given["finds"]
    for finding in told:
        assert finding.resource == f"{subject.kind}/subject"
        assert finding.remedy and finding.message.endswith(".")
        assert "{" not in finding.message and "  " not in finding.message and " ," not in finding.message
    if "says" in given:
        assert any(given["says"] in finding.message for finding in told), [finding.message for finding in told]


CHOSEN = aws_facts()["condition_keys"]["chosen"]


@pytest.mark.parametrize("key", CHOSEN)
def test_a_condition_on_a_key_that_the_caller_chooses_is_none(key: str) -> None:
    under = {"StringEquals": {key.replace("*", "team"): "chosen"}}
    allowing = {"Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": "*", "Condition": under}
    denying = {**allowing, "Effect": "Deny"}
    for statements in ([allowing], [{**allowing, "Condition": {}}, denying]):
        subject = role("subject", {"trusts": ["ec2.amazonaws.com"], "inline": statements})
        told = found(DesiredState(identities={subject.key: subject}))
        assert [(one.code, one.severity.text) for one in told] == [("service_administers_iam", "critical")]


def test_every_rule_is_in_the_table() -> None:
    rules = {rule.code for rule in KNOWLEDGE.findings}
    assert {code for case in CASES for code in case["finds"]} == rules


def test_rules_speak_of_grants_and_findings_that_there_are() -> None:
    codes = {rule.code for rule in KNOWLEDGE.findings}
    assert len(codes) == len(KNOWLEDGE.findings)
    for rule in KNOWLEDGE.findings:
        assert set(rule.replaces) <= codes, rule.code
    rules = aws_facts()["finding_rules"]["findings"]
    used = {name for rule in rules for key in ("all_of", "any_of", "reaches") for name in rule.get(key, ())}
    assert used == KNOWLEDGE.grants.keys()


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"reaches": ["everything"]},
        {"all_of": ["everything"], "any_of": ["assumes_roles"]},
        {"all_of": ["everything"], "reaches": ["everything"], "others": True},
        {"all_of": ["everything"], "trusts": {"anyone": True}},
        {"any_of": ["everything"], "trusts": {"deleted": True}},
        {"trusts": {}},
        {"trusts": {"anyone": True, "service": "any"}},
        {"trusts": {"services": 2, "unknown": True}},
        {"all_of": ["everything"], "unknown": True},
        {"trusts": {"anyone": True}, "others": True},
    ],
    ids=str,
)
def test_a_rule_whose_keys_do_not_go_together_is_refused(condition: dict[str, Any]) -> None:
    texts = {"code": "c", "severity": "low", "message": "m", "remedy": "r"}
    assert FindingRule.parse({**texts, "trusts": {"anyone": True}}).code == "c"
    with pytest.raises(ValueError, match="not a condition"):
        FindingRule.parse({**texts, **condition})


def test_a_severity_that_is_none_is_refused() -> None:
    with pytest.raises(KeyError):
        Severity.parse("fatal")
    assert SEVERITIES == tuple(severity.text for severity in sorted(Severity)) == ("critical", "high", "medium", "low")


def test_the_most_severe_comes_first_and_names_what_is_to_blame() -> None:
    subject = role(
        "l4e-role",
        {
            "trusts": ["lookoutequipment.amazonaws.com", "sagemaker.amazonaws.com"],
            "managed": ["AmazonS3FullAccess", "IAMFullAccess", "AmazonLookoutEquipmentFullAccess"],
        },
    )
    told = found(
        DesiredState(identities={subject.key: subject}), remedies={"service_administers_iam": "another profile"}
    )
    assert [finding.severity.text for finding in told] == ["critical", "high", "medium", "low", "low"]
    assert told[0].shown() == {
        "severity": "critical",
        "code": "service_administers_iam",
        "resource": "role/l4e-role",
        "message": "Through managed policy IAMFullAccess, this role can change the permissions of any identity, and"
        " lookoutequipment.amazonaws.com and sagemaker.amazonaws.com may assume it: anyone who runs code with this role"
        " there can become an administrator of the account.",
        "remedy": "another profile",
        "evidence": [
            "grant:changes_permissions",
            "managed policy IAMFullAccess",
            "service:lookoutequipment.amazonaws.com",
            "service:sagemaker.amazonaws.com",
        ],
    }


def test_customer_managed_policies_are_judged_by_their_document_attached_or_not() -> None:
    policy = ManagedPolicy(
        "Keys",
        "/",
        ACCOUNT.arn("policy", "/", "Keys"),
        document([{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]),
    )
    alone = found(DesiredState(policies={"keys": policy}))
    assert [(finding.code, finding.resource) for finding in alone] == [("grants_on_any_key", "policy/Keys")]
    user = Identity("user", "subject", "/", ACCOUNT.arn("user", "/", "subject"), frozenset({policy.arn}))
    attached = found(DesiredState(identities={user.key: user}, policies={"keys": policy}))
    assert [(finding.code, finding.resource) for finding in attached] == [("grants_on_any_key", "user/subject")]


def test_of_what_another_owner_owns_only_the_given_share_is_judged() -> None:
    theirs = role(
        "theirs", {"trusts": ["sagemaker.amazonaws.com"], "managed": ["IAMFullAccess", "AWSLambda_FullAccess"]}
    )

    def told(declarations: Declarations) -> list[str]:
        return [
            finding.code for finding in found(DesiredState(identities={theirs.key: theirs}), declarations=declarations)
        ]

    attached = AttachmentDeclaration("", "role", "theirs", True, ("AWSLambda_FullAccess",))
    assert told(Declarations(attachments=(attached,))) == ["passes_any_role", "reads_any_function"]
    removed = AttachmentDeclaration("", "role", "theirs", False, ("AWSLambda_FullAccess",))
    assert told(Declarations(attachments=(removed,))) == []
    rights = AttachmentDeclaration("", "role", "theirs", True, ("IAMFullAccess",))
    assert told(Declarations(attachments=(rights,))) == ["service_administers_iam"]
    lambda_statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trusted = TrustDeclaration("", "theirs", True, (lambda_statement,))
    assert told(Declarations(trust_statements=(trusted,))) == [
        "service_administers_iam",
        "function_administers_lambda",
        "reads_any_function",
    ]


def test_policies_of_aws_are_judged_in_other_partitions_too() -> None:
    account = Account("123456789012", "aws-cn")
    passing = frozenset({"arn:aws-cn:iam::aws:policy/AmazonSageMakerFullAccess"})
    user = Identity("user", "subject", "/", account.arn("user", "/", "subject"), passing)
    desired = DesiredState(identities={user.key: user})
    found = findings(KNOWLEDGE, whole(desired), CurrentState(account), desired)
    assert "passes_any_role" in {one.code for one in found}


def test_what_is_removed_is_not_judged() -> None:
    gone = role("gone", {"trusts": ["sagemaker.amazonaws.com"], "managed": ["IAMFullAccess"]})
    assert found(DesiredState(identities={gone.key: None}), gone) == []


def test_a_service_that_has_ended_is_found_where_something_is_there_for_it() -> None:
    kept = role("kept", {"trusts": ["lambda.amazonaws.com"]})
    there, removed = DesiredState(identities={kept.key: kept}), DesiredState(identities={kept.key: None})
    told = outlived(KNOWLEDGE, "lookout_vision", there, {"grants_ended_service": "lookout_vision_iam_state: absent"})
    assert told is not None
    assert (told.resource, told.remedy) == ("service/lookout_vision", "lookout_vision_iam_state: absent")
    assert "2025-10-31" in told.message
    assert outlived(KNOWLEDGE, "lookout_vision", removed, {}) is None
    assert outlived(KNOWLEDGE, "groundtruth_lambda", there, {}) is None
    assert outlived(KNOWLEDGE, "unknown", there, {}) is None


def test_what_aws_policies_grant_is_as_their_documents_say() -> None:
    checked = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "aws_policy_documents"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_every_finding_is_explained_to_users_with_its_severity() -> None:
    page = (ROOT / "docs" / "docsite" / "rst" / "findings.rst").read_text(encoding="utf-8")
    explained = dict(re.findall(r"(?m)^   \* - ``(\w+)``\n     - ([a-z ]+)\n     - \S", page))
    rules = {rule.code: rule.severity.text for rule in KNOWLEDGE.findings}
    of_audits = {"escalation_path": "critical to low", "reached_by_escalation": "critical to low"}
    assert explained == {**rules, "grants_ended_service": "low", **of_audits}


def test_a_message_names_twenty_roles_and_counts_the_rest() -> None:
    """With 5,000 roles, a message for each that names all others would be of 25 million names."""
    given = {"trusts": ["sagemaker.amazonaws.com"], "managed": ["IAMFullAccess"]}
    roles = [role(f"role-{index:02}", given) for index in range(25)]
    passing = [{"Effect": "Allow", "Action": ["iam:PassRole", "sagemaker:*"], "Resource": "*"}]
    passer = role("passer", {"trusts": ["lambda.amazonaws.com"], "inline": passing})
    everyone = {one.key: one for one in (*roles, passer)}
    state = CurrentState(ACCOUNT, identities=everyone)
    declarations = Declarations(
        roles=tuple(RoleDeclaration(f"roles[{one.name}]", one.name, True) for one in everyone.values())
    )
    found = findings(KNOWLEDGE, declarations, state, DesiredState(identities=dict(everyone)))
    told = next(item.message for item in found if item.resource == "role/passer" and "role-00" in item.message)
    assert [name for name in told.replace(",", " ").split() if name.startswith("role-")] == [
        f"role-{index:02}" for index in range(20)
    ]
    assert "role-19 and 5 more" in told
