# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account for each row of the escalation facts, in which just this row leads to an administrator.

`of_service` says whose the service's identity is: `administrator` or `attacker`. `named` says whether the rights on
objects of IAM name these, or `*`. Each account comes with the start and the goal of the path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.escalation_facts import StepFacts

OURS = "l4e-role"
"""A role that belongs to a service by its name."""

OUR_POLICY = "AmazonLookoutEquipmentReadOnlyAccess"
"""What makes a user one of the service."""

_POOLS = "cognito-identity.amazonaws.com"
_OWN = "lookoutequipment.amazonaws.com"
_ADMIN = ["AdministratorAccess"]

Case = tuple[dict[str, Any], str, str]


def arn(kind: str, name: str) -> str:
    return f"arn:aws:iam::<account_id>:{kind}/{name}"


def case(row: StepFacts, of_service: str, *, named: bool) -> Case:
    """The account, and the resources where its path starts and ends."""
    return _BUILDERS[row.kind](row, of_service, named)


def attacker(name: str, statements: Sequence[Mapping[str, Any]], **more: Any) -> dict[str, Any]:
    """An account with one identity that has these rights: a role, or a user if the name is no role's."""
    given = {"inline": {"dev": statements}, **more}
    if name == OURS:
        return {"roles": {OURS: {"trusts": [_OWN, "sagemaker.amazonaws.com"], **given}}, "users": {}}
    return {"roles": {}, "users": {name: given}}


def _ends(of_service: str) -> tuple[str, str]:
    return ("dev", OURS) if of_service == "administrator" else (OURS, "admin")


def _start(name: str) -> str:
    return f"role/{name}" if name == OURS else f"user/{name}"


def _administrator(row: StepFacts, name: str) -> dict[str, Any]:
    trust = [_trusting(principal) for principal in ([_OWN] if name == OURS else []) + list(row.trusts[:1])]
    return {"trust": trust, "managed": _ADMIN, "instance_profiles": ["profile"]}


def _trusting(principal: str) -> dict[str, Any]:
    if principal == _POOLS:
        return {"Principal": {"Federated": _POOLS}, "Action": "sts:AssumeRoleWithWebIdentity"}
    return {"Principal": {"Service": principal}, "Action": "sts:AssumeRole"}


def _passing(row: StepFacts, of_service: str, named: bool) -> Case:
    start, goal = _ends(of_service)
    others = [action for action in row.actions if action != "iam:PassRole"]
    rights: list[Mapping[str, Any]] = [
        {"Action": "iam:PassRole", "Resource": arn("role", goal) if named else "*"},
        {"Action": others, "Resource": "*"},
    ]
    account = attacker(start, rights)
    account["roles"][goal] = _administrator(row, goal)
    return account, _start(start), f"role/{goal}"


def _entering(row: StepFacts, of_service: str, named: bool) -> Case:
    start, goal = _ends(of_service)
    account = attacker(start, [{"Action": list(row.actions), "Resource": "*"}])
    account["roles"][goal] = _administrator(row, goal)
    return account, _start(start), f"role/{goal}"


def _on(row: StepFacts, name: str, kind: str, named: bool) -> list[Mapping[str, Any]]:
    return [{"Action": list(row.actions), "Resource": arn(kind, name) if named else "*"}]


def _becoming(row: StepFacts, of_service: str, named: bool) -> Case:
    start, goal = _ends(of_service)
    if row.target == "user":
        # A user of the service, if that is whose the administrator is.
        goal = "boss"
        account = attacker(start, _on(row, goal, "user", named))
        of_users = [OUR_POLICY] if of_service == "administrator" else []
        account["users"][goal] = {"managed": [*_ADMIN, *of_users]}
        return account, _start(start), f"user/{goal}"
    account = attacker(start, _on(row, goal, "role", named))
    account["roles"][goal] = {"trusts": [_OWN], "managed": _ADMIN}
    return account, _start(start), f"role/{goal}"


def _assuming(row: StepFacts, of_service: str, named: bool) -> Case:
    account, start, goal = _becoming(row, of_service, named)
    account["roles"][goal.partition("/")[2]]["trust"] = [
        _trusting(_OWN),
        {"Principal": {"AWS": "arn:aws:iam::<account_id>:root"}, "Action": "sts:AssumeRole"},
    ]
    return account, start, goal


def _signing(row: StepFacts, of_service: str, named: bool) -> Case:
    start, goal = _ends(of_service)
    provider = arn("saml-provider", "work")
    account = attacker(start, [{"Action": list(row.actions), "Resource": provider if named else "*"}])
    saml = {"Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithSAML"}
    saml["Condition"] = {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
    account["roles"][goal] = {"trust": [_trusting(_OWN), saml], "managed": _ADMIN}
    return account, _start(start), f"role/{goal}"


def _granting(row: StepFacts, of_service: str, named: bool) -> Case:
    """The identity of the service raises itself: its role, or a user of the service."""
    action = row.actions[0]
    policies = {"Extra": {"Action": "s3:ListAllMyBuckets", "Resource": "*"}}
    if "Role" in action or ("Policy" in action and row.target == "policy"):
        rights = _on(row, OURS, "role", named) if "Role" in action else _on(row, "Extra", "policy", named)
        return {**attacker(OURS, rights, managed=["own:Extra"]), "policies": policies}, f"role/{OURS}", f"role/{OURS}"
    kind = "group" if "Group" in action else "user"
    rights = _on(row, "team" if kind == "group" else "dev", kind, named)
    account = attacker("dev", rights, managed=[OUR_POLICY], groups=["team"])
    return {**account, "groups": {"team": {}}, "policies": policies}, "user/dev", "user/dev"


def _granting_another(row: StepFacts, of_service: str, named: bool) -> Case:
    """An identity is raised and then taken over."""
    start, goal = _ends(of_service)
    objects = {"Role": arn("role", goal), "User": arn("user", "boss"), "Polic": arn("policy", "Extra")}
    rights = []
    for action in row.actions:
        target = "User" if "AccessKey" in action or "User" in action else "Role"
        target = "Polic" if action == "iam:CreatePolicyVersion" else target
        rights.append({"Action": action, "Resource": objects[target] if named else "*"})
    account = attacker(start, rights)
    account["policies"] = {"Extra": {"Action": "s3:ListAllMyBuckets", "Resource": "*"}}
    if row.target == "user":
        of_users = [OUR_POLICY] if of_service == "administrator" else []
        account["users"]["boss"] = {"managed": ["own:Extra", *of_users]}
        return account, _start(start), "user/boss"
    root = {"Principal": {"AWS": "arn:aws:iam::<account_id>:root"}, "Action": "sts:AssumeRole"}
    account["roles"][goal] = {"trust": [_trusting(_OWN), root], "managed": ["own:Extra"]}
    return account, _start(start), f"role/{goal}"


def _joining(row: StepFacts, of_service: str, named: bool) -> Case:
    account = attacker("dev", _on(row, "admins", "group", named), managed=[OUR_POLICY])
    return {**account, "groups": {"admins": {"managed": _ADMIN}}}, "user/dev", "group/admins"


def _unrestrained(row: StepFacts, of_service: str, named: bool) -> Case:
    """An administrator but for a boundary or a Deny, which leave just the action that lifts them."""
    action = row.actions[0]
    rights = [{"Action": [action], "Resource": arn("user", "dev") if named else "*"}]
    account = attacker("dev", rights, managed=[*_ADMIN, OUR_POLICY])
    user = account["users"]["dev"]
    account["policies"] = {"Limit": {"Action": action, "Resource": "*"}}
    if "Boundary" in action:
        user["boundary"] = "own:Limit"
    elif action == "iam:DetachUserPolicy":
        account["policies"]["Limit"] = {"Effect": "Deny", "NotAction": action, "Resource": "*"}
        user["managed"].append("own:Limit")
    else:
        user["inline"]["deny"] = {"Effect": "Deny", "NotAction": action, "Resource": "*"}
    return account, "user/dev", "user/dev"


def _unrestrained_another(row: StepFacts, of_service: str, named: bool) -> Case:
    start, goal = _ends(of_service)
    account = attacker(start, _on(row, goal, "role", named))
    account["policies"] = {"Limit": {"Action": "s3:ListAllMyBuckets", "Resource": "*"}}
    root = {"Principal": {"AWS": "arn:aws:iam::<account_id>:root"}, "Action": "sts:AssumeRole"}
    account["roles"][goal] = {"trust": [_trusting(_OWN), root], "managed": _ADMIN, "boundary": "own:Limit"}
    return account, _start(start), f"role/{goal}"


def _tagged(row: StepFacts, of_service: str, named: bool) -> Case:
    """A role whose policy allows everything to those with a tag of another value than its own."""
    given = _on(row, OURS, "role", named)
    wide = {"Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/team": "core"}}}
    return attacker(OURS, [*given, wide], tags={"team": "guests"}), f"role/{OURS}", f"role/{OURS}"


def _creating(row: StepFacts, of_service: str, named: bool) -> Case:
    account = attacker(OURS, _on(row, "made-*", "role", named))
    return account, f"role/{OURS}", f"role/{OURS}"


def _organizing(row: StepFacts, of_service: str, named: bool) -> Case:
    return attacker(OURS, [{"Action": list(row.actions), "Resource": "*"}]), f"role/{OURS}", f"role/{OURS}"


def _lifting(row: StepFacts, of_service: str, named: bool) -> Case:
    return _tagged(row, of_service, named) if "Tag" in row.actions[0] else _unrestrained(row, of_service, named)


_BUILDERS = {
    "pass": _passing,
    "enter": _entering,
    "become": _becoming,
    "assume": _assuming,
    "sign": _signing,
    "grant": _granting,
    "grant_and_become": _granting_another,
    "join": _joining,
    "unrestrain": _lifting,
    "unrestrain_and_become": _unrestrained_another,
    "create": _creating,
    "organization": _organizing,
}
