# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there, what is declared, and the exact steps between: a table in cases/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.parser import DeclarationParser
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.placeholders import Placeholders
from ansible_collections.aws_ml.permissions.plugins.module_utils.limits import Quotas
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    Account,
    AwsManagedPolicy,
    CurrentState,
    ManagedPolicy,
    PolicyVersion,
    Role,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import MadeVersion, Step
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.planner import plan
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import (
    desired_state_of,
    make_room,
)

ACCOUNT = Account("123456789012", "aws")
CASES = [
    case
    for file in sorted((Path(__file__).parent / "cases").glob("*.yml"))
    for case in yaml.safe_load(file.read_text(encoding="utf-8"))
]


def document(actions: list[str]) -> dict[str, Any]:
    statements = [
        {"Effect": "Deny" if action.startswith("!") else "Allow", "Action": action.lstrip("!"), "Resource": "*"}
        for action in actions
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def trust_statement(names: list[str], **more: Any) -> dict[str, Any]:
    services = [f"{name}.amazonaws.com" for name in names if not name.startswith("role/")]
    roles = [ACCOUNT.arn("role", "/", name.removeprefix("role/")) for name in names if name.startswith("role/")]
    principal = {**({"Service": services} if services else {}), **({"AWS": roles} if roles else {})}
    return {**more, "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}


def trust(names: list[str]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [trust_statement(names)]}


def own_arn(name: str, case: dict[str, Any]) -> str:
    own = [policy["name"] for policy in case["there"].get("policies", ())]
    return ACCOUNT.arn("policy", "/", name) if name in own else f"arn:aws:iam::aws:policy/{name}"


def tags_of(tags: dict[str, Any]) -> dict[str, str]:
    """Tags as they stand, or so many of numbered keys."""
    many = tags.get("$numbered")
    return {f"{many['key']}{number}": "" for number in range(many["times"])} if many else tags


def policy_of(short: dict[str, Any]) -> ManagedPolicy:
    return ManagedPolicy(
        name=short["name"],
        path="/",
        arn=ACCOUNT.arn("policy", "/", short["name"]),
        document=PolicyDocument(document(short["document"])),
        description=short.get("description", ""),
        tags=short.get("tags", {}),
        attachments=short.get("attachments", 0),
        default_version=short.get("default", "v1"),
        versions=tuple(PolicyVersion(version, None) for version in short.get("versions", ())),
    )


def state_of(case: dict[str, Any]) -> CurrentState:
    roles = [
        Role(
            kind="role",
            name=role["name"],
            path=role.get("path", "/"),
            arn=ACCOUNT.arn("role", role.get("path", "/"), role["name"]),
            trust=PolicyDocument(trust(role["trust"])),
            managed=frozenset(own_arn(name, case) for name in role.get("managed", ())),
            inline={name: PolicyDocument(document(actions)) for name, actions in role.get("inline", {}).items()},
            boundary=own_arn(role["boundary"], case) if "boundary" in role else None,
            tags=tags_of(role.get("tags", {})),
            instance_profiles=tuple(role.get("instance_profiles", ())),
        )
        for role in case["there"].get("roles", ())
    ]
    policies = [policy_of(policy) for policy in case["there"].get("policies", ())]
    aws = {
        name: (AwsManagedPolicy(name, own_arn(name, case), PolicyDocument(document(actions)), name != "Withdrawn"),)
        for name, actions in (("Reader", ["s3:GetObject"]), ("Writer", ["s3:*"]), ("Withdrawn", ["lambda:*"]))
    }
    return CurrentState(
        ACCOUNT,
        {role.key: role for role in roles},
        {policy.name.lower(): policy for policy in policies},
        aws,
        quarantines={f"role/{name}": since for name, since in case["there"].get("recorded", {}).items()},
    )


def options_of(declared: dict[str, Any]) -> dict[str, Any]:
    """The module options of the short forms of a case."""

    def item(short: dict[str, Any]) -> dict[str, Any]:
        long = dict(short)
        if "trust" in long:
            long["assume_role_policy_document"] = trust(long.pop("trust"))
        if "document" in long:
            long["policy"] = document(long.pop("document"))
        if "managed" in long:
            long["managed_policies"] = long.pop("managed")
        if "inline" in long:
            long["inline_policies"] = {name: document(actions) for name, actions in long.pop("inline").items()}
        if "statements" in long:
            long["statements"] = [
                trust_statement(statement.pop("services"), **statement) if "services" in statement else statement
                for statement in map(dict, long["statements"])
            ]
        return long

    sections = {"policies": "managed_policies"}
    return {sections.get(section, section): [item(short) for short in items] for section, items in declared.items()}


def told(step: Step) -> str:
    about = step.parameters.get("PolicyName") if "RolePolicy" in step.action else step.parameters.get("VersionId")
    if "PolicyArn" in step.parameters and not step.resource.startswith("policy/"):
        about = step.parameters["PolicyArn"].rpartition("/")[2]
    if isinstance(about, MadeVersion):
        about = f"of {about.step}"
    return " ".join(filter(None, (step.action, step.resource, about)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_steps(case: dict[str, Any]) -> None:
    state = state_of(case)
    parser = DeclarationParser(Placeholders(ACCOUNT), "2026-11-22T10:00:00Z")
    declarations = parser.baseline(options_of(case["declared"]))
    desired = desired_state_of(declarations, state)
    assert (parser.problems, desired.problems) == ([], [])
    quotas = Quotas(
        attached_policies={"role": case.get("quota", 10), "user": 10, "group": 10},
        inline_size={"role": case.get("inline_quota", 10240), "user": 2048, "group": 5120},
    )
    make_room(state, desired, quotas)
    made = plan(state, desired, quotas)
    assert [told(step) for step in made.steps] == case["steps"]
    assert list(made.warnings) == case.get("warnings", [])


def test_there_are_cases() -> None:
    assert len(CASES) > 30
