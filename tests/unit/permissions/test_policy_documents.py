# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documents of docs/permissions by themselves: IAM takes them, they can match a request, and how they differ."""

from __future__ import annotations

import json
import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.clients import VERSION
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.parser import DeclarationParser
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.placeholders import Placeholders
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import PROVISIONAL_ACCOUNT
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.quarantine import (
    QUARANTINED_TAG,
    REASON_TAG,
    RECORD_TAG,
    RELEASE_REASON_TAG,
    RELEASE_RECORD_TAG,
    RELEASED_TAG,
    RETIRED_TAG,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.validate.declaration import problems
from permissions.documents import ADDED, MODES, NAMES, document, listed, text_of
from unit.services.authorization_reference import access_levels, actions, permission_findings
from unit.services.variants import CASES, documents

from local_aws.permissions_needed import Needed
from local_aws.policy_evaluation import allows

ACCOUNT = "123456789012"
GUIDE = Path(__file__).parents[3] / "docs" / "docsite" / "rst" / "permissions.rst"
LONGEST = 6144
"""Characters of a customer managed policy without white space (FACTS C1)."""

UNKNOWN_TO_THE_REFERENCE = {
    "central": ["EnterAccounts: sts:AssumeRole carries no condition key aws:ResourceOrgID"],  # a global key
    "restore": ["PassRolesToInstances: ec2.amazonaws.com is no known service principal"],  # of no service's own roles
}
WRITES_OF_BOUNDED = ("iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy")
CHANGING_PERMISSIONS = {"iam:PassRole", "sts:AssumeRole"}


UNTAGGED = (QUARANTINED_TAG, REASON_TAG, RECORD_TAG, RELEASED_TAG, RELEASE_REASON_TAG, RELEASE_RECORD_TAG)
OWN_TAGS = (*UNTAGGED, RETIRED_TAG)
GIVING = {"Permissions management", "Tagging"}
"""Access levels of the reference: such an action can give access, by a policy or by a tag that a policy tests."""
TOLD: dict[str, dict[str, str]] = {
    "converge": {"*": "is an administrator of the account"},
    "restore": {"*": "is also an administrator"},
    "retire_full_roles": {"*": "is an administrator of the account"},
    "retire": {
        "iam:DeletePolicy": "may be a denial",
        "iam:DeletePolicyVersion": "may be a denial",
        "iam:DeleteRolePolicy": "may be a denial",
        "iam:DetachRolePolicy": "may be a denial",
    },
    "converge_bounded": {
        "iam:CreatePolicy": "rewriting policies",
        "iam:CreatePolicyVersion": "rewriting policies",
        "iam:DeletePolicy": "rewriting policies",
        "iam:DeletePolicyVersion": "rewriting policies",
        "iam:TagPolicy": "setting and removing tags",
        "iam:TagRole": "setting and removing tags",
        "iam:UntagPolicy": "setting and removing tags",
        "iam:UntagRole": "setting and removing tags",
    },
}
"""What each document allows without a condition and could give access by, and the words of the guide about it."""


def statements(name: str) -> dict[str, dict[str, Any]]:
    return {statement["Sid"]: statement for statement in document(name)["Statement"]}


def sections_of_the_guide() -> dict[str, str]:
    """What the guide says of each document."""
    sections = re.split(r"(?m)^(\w+)\n\^+$", GUIDE.read_text(encoding="utf-8"))
    return dict(zip(sections[1::2], sections[2::2], strict=True))


def allowed_actions(name: str) -> set[str]:
    return {
        action
        for statement in statements(name).values()
        if statement["Effect"] == "Allow"
        for pattern in listed(statement["Action"])
        for action in actions(pattern) or [pattern]
    }


def test_every_mode_has_a_document() -> None:
    assert set(NAMES) == {*MODES, "boundary", "converge_bounded", *chain.from_iterable(ADDED.values())}


@pytest.mark.parametrize("name", NAMES)
def test_it_is_a_customer_managed_policy(name: str) -> None:
    assert len("".join(text_of(name).split())) < LONGEST
    declared = {"managed_policies": [{"name": name, "policy": json.loads(text_of(name)), "state": "present"}]}
    parser = DeclarationParser(Placeholders(PROVISIONAL_ACCOUNT))
    assert [*problems(parser.baseline(declared)), *parser.problems] == []
    sids = [statement["Sid"] for statement in json.loads(text_of(name))["Statement"]]
    assert len(set(sids)) == len(sids)


@pytest.mark.parametrize("name", NAMES)
def test_every_statement_can_match_a_request(name: str) -> None:
    found = permission_findings(PolicyDocument(document(name)))
    assert found == UNKNOWN_TO_THE_REFERENCE.get(name, [])


@pytest.mark.parametrize("name", NAMES)
def test_it_holds_no_account_of_ours(name: str) -> None:
    text = text_of(name)
    assert "arn:aws" not in text and not any(part.isdigit() for part in text.replace('"', ":").split(":") if part)
    assert "<" not in json.dumps(document(name))


def test_the_audit_only_reads() -> None:
    assert all(action.startswith(("iam:Get", "iam:List")) for action in allowed_actions("audit"))


@pytest.mark.parametrize("name", ["converge", "converge_bounded", "retire", "restore"])
def test_who_writes_can_plan_first(name: str) -> None:
    """All that check mode reads is in the document of the audit, so nothing but writes is beyond it."""
    reads = {action for action in allowed_actions(name) if action.startswith(("iam:Get", "iam:List"))}
    assert reads - {"iam:GetServiceLinkedRoleDeletionStatus"} <= allowed_actions("audit")


@pytest.mark.parametrize("name", ["converge", "converge_bounded", "retire", "restore"])
@pytest.mark.parametrize(
    "action", ["iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy", "iam:TagRole", "iam:DeleteRole"]
)
def test_no_one_changes_the_automation(name: str, action: str) -> None:
    own = f"arn:aws:iam::{ACCOUNT}:role/ml-permissions/ml-permissions-converge"
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/ml-permissions/ml-permissions-boundary"
    context = {"iam:permissionsboundary": boundary, "iam:policyarn": "arn:aws:iam::aws:policy/AWSDenyAll"}
    assert not allows([document(name)], Needed(action, own, context))
    version = f"arn:aws:iam::{ACCOUNT}:policy/ml-permissions/ml-permissions-audit"
    assert not allows([document(name)], Needed("iam:CreatePolicyVersion", version))
    assert allows([document(name)], Needed("iam:GetPolicy", version))


@pytest.mark.parametrize("action", WRITES_OF_BOUNDED)
def test_the_bounded_one_writes_no_role_without_the_boundary(action: str) -> None:
    bounded = [document("converge_bounded")]
    role = f"arn:aws:iam::{ACCOUNT}:role/service-role/AWSDeepLensServiceRole"
    path = f"arn:aws:iam::{ACCOUNT}:policy/ml-permissions"
    assert allows(bounded, Needed(action, role, {"iam:permissionsboundary": f"{path}/ml-permissions-boundary"}))
    assert not allows(bounded, Needed(action, role, {"iam:permissionsboundary": f"{path}/ml-permissions-audit"}))
    assert not allows(bounded, Needed(action, role))


def test_the_bounded_one_cannot_take_a_boundary_off_or_write_what_people_have() -> None:
    assert not {
        "iam:DeleteRolePermissionsBoundary",
        "iam:PutGroupPolicy",
        "iam:PutUserPolicy",
    } & allowed_actions("converge_bounded")
    mine = Needed(
        "iam:AttachUserPolicy",
        f"arn:aws:iam::{ACCOUNT}:user/me",
        {"iam:policyarn": f"arn:aws:iam::{ACCOUNT}:policy/ml-services/mine"},
    )
    assert not allows([document("converge_bounded")], mine)


def test_retirement_attaches_the_denial_and_nothing_else() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/anything"
    for policy, allowed in (("AWSDenyAll", True), ("AdministratorAccess", False)):
        needed = Needed("iam:AttachRolePolicy", role, {"iam:policyarn": f"arn:aws:iam::aws:policy/{policy}"})
        assert allows([document("retire")], needed) is allowed


def test_retirement_writes_no_document_and_no_boundary() -> None:
    """Each of these gives a role anything; IAM has no condition for what a document says."""
    writes = {"iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:CreatePolicyVersion", "iam:CreatePolicy"}
    writes |= {"iam:SetDefaultPolicyVersion", "iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary"}
    assert not {action for action in allowed_actions("retire") if action.startswith("iam:")} & writes
    assert allowed_actions("retire_full_roles") == {"iam:PutRolePolicy"}


@pytest.mark.parametrize("key", sorted(OWN_TAGS))
def test_retirement_sets_its_own_tags_and_no_others(key: str) -> None:
    """A policy that tests a tag gives access to whoever has it."""
    role = f"arn:aws:iam::{ACCOUNT}:role/anything"
    cases = {(key,): True, tuple(OWN_TAGS): True, ("team",): False, (key, "team"): False, (key.upper(),): False}
    for keys, allowed in cases.items():
        assert allows([document("retire")], Needed("iam:TagRole", role, {"aws:tagkeys": keys})) is allowed
    assert not allows([document("retire")], Needed("iam:TagRole", role))
    untag = Needed("iam:UntagRole", role, {"aws:tagkeys": (key,)})
    assert allows([document("retire")], untag) is (key in UNTAGGED)
    assert not allows([document("retire")], Needed("iam:UntagRole", role, {"aws:tagkeys": (key, "team")}))


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"boundary"}))
def test_what_could_give_access_has_a_condition_or_is_reported(name: str) -> None:
    free = {
        action
        for statement in statements(name).values()
        if statement["Effect"] == "Allow" and not statement.get("Condition")
        for action in listed(statement["Action"])
        if access_levels(action) & GIVING
    }
    told = TOLD.get(name, {})
    if "*" not in told:
        assert free == set(told)
    assert free or not told
    section = " ".join(sections_of_the_guide()[name].split())
    assert [words for words in told.values() if words not in section] == []


def test_the_boundary_leaves_space_for_every_narrow_role() -> None:
    granted = {
        action
        for role, variant in CASES
        for placed in documents(role, variant)
        if placed.owner.startswith("role/") and not placed.is_trust
        for statement in placed.document.statements
        if statement["Effect"] == "Allow"
        for action in listed(statement["Action"])
    }
    assert granted
    boundary = [document("boundary")]
    beyond = {action for action in granted - CHANGING_PERMISSIONS if not allows(boundary, Needed(action, "arn:aws:x"))}
    assert beyond == set()


def test_the_boundary_grants_nothing_that_no_role_has() -> None:
    changing = {
        action for action in allowed_actions("boundary") if action.startswith(("iam:", "sts:", "organizations:"))
    }
    assert changing == CHANGING_PERMISSIONS
    boundary = [document("boundary")]
    to_sagemaker = {"iam:passedtoservice": "sagemaker.amazonaws.com"}
    for name in ("administrator", "service-role/AWSDeepLensSageMakerRole", "service-role/panorama-app-old"):
        other = f"arn:aws:iam::{ACCOUNT}:role/{name}"
        assert not allows(boundary, Needed("sts:AssumeRole", other))
        assert not allows(boundary, Needed("iam:PassRole", other, to_sagemaker))
    own = f"arn:aws:iam::{ACCOUNT}:role/ml-services/AWSDeepLensSageMakerRole"
    assert allows(boundary, Needed("iam:PassRole", own, to_sagemaker))


def test_the_version_in_the_user_agent_is_that_of_the_collection() -> None:
    galaxy = yaml.safe_load((Path(__file__).parents[3] / "galaxy.yml").read_text(encoding="utf-8"))
    assert galaxy["version"] == VERSION


def test_the_guide_reports_every_statement_and_every_action_of_a_document() -> None:
    told = sections_of_the_guide()
    for name in set(NAMES) - {"boundary"}:
        table = told[name].partition("\nWhat is not needed\n")[0]
        for sid, statement in statements(name).items():
            assert re.search(rf"(?m)^   \* - (.*, )?{sid}(,|$)", table), f"{name}: {sid} is not in the table"
            said = set(re.findall(r"``((?:iam|sts|organizations|securityhub):\w+)``", table))
            if "as in ``audit``" in table:
                said |= allowed_actions("audit")
            missing = set(listed(statement.get("Action", []))) - said
            assert not missing, f"{name}: the table does not have {missing}"
        rows = re.search(r"(?s)\.\. list-table::(.*?)(?=\n\S|\Z)", table)
        assert rows
        beyond = set(re.findall(r"``((?:iam|sts|organizations|securityhub):\w+)``", rows[1])) - allowed_actions(name)
        assert not beyond, f"{name}: the table has {beyond}, the document has not"
