# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is dangerous in the state that was asked for. Rules over documents, not over names. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .documents import PolicyDocument, dangling_principals, principals
from .model import AccountState, Identity, Role
from .target import Target

_EVERYTHING = "allows every action on every resource; name the actions and the resources."
_ORDER = ("critical", "high", "medium", "low")


def findings(state: AccountState, target: Target) -> list[dict[str, str]]:
    """The findings of the target, and of the trust policies that it replaces, most severe first."""
    found: list[dict[str, str]] = []
    for key, after in target.identities.items():
        before = state.identities.get(key)
        if isinstance(before, Role):
            found += _dangling(before)
        if after is None:
            continue
        resource = f"{after.kind}/{after.name}"
        if isinstance(after, Role):
            found += _open_trust(after.trust, resource)
        found += _everything(after, state, target)
    for policy in target.policies.values():
        if policy is not None and any(_allows_everything(statement) for statement in policy.document.statements):
            found.append(
                _finding("critical", "grants_everything", f"policy/{policy.name}", f"The policy {_EVERYTHING}")
            )
    return sorted(found, key=lambda finding: (_ORDER.index(finding["severity"]), finding["resource"], finding["code"]))


def _dangling(role: Role) -> Iterator[dict[str, str]]:
    for principal in dangling_principals(role.trust):
        yield _finding(
            "medium",
            "dangling_principal",
            f"role/{role.name}",
            f"The trust policy names {principal}, the id of a role or user that was deleted;"
            " write the ARN again or remove it.",
        )


def _open_trust(document: PolicyDocument, resource: str) -> Iterator[dict[str, str]]:
    for statement in document.statements:
        if (
            statement.get("Effect") == "Allow"
            and ("AWS", "*") in principals(statement)
            and not statement.get("Condition")
        ):
            yield _finding(
                "critical",
                "trusts_anyone",
                resource,
                "Anyone in any AWS account may assume this role; name the principals.",
            )


def _everything(identity: Identity, state: AccountState, target: Target) -> Iterator[dict[str, str]]:
    documents = {f"inline policy {name}": document for name, document in identity.inline.items()}
    declared = {policy.arn: policy.document for policy in target.policies.values() if policy}
    for arn in identity.managed:
        # Documents of AWS's own policies are read only where they are attached or detached: no finding rests on them.
        own = state.policy_at(arn)
        document = declared.get(arn) or (own.document if own else None)
        if document is not None:
            documents[f"managed policy {arn.rpartition('/')[2]}"] = document
    for name in sorted(documents):
        if any(_allows_everything(statement) for statement in documents[name].statements):
            yield _finding(
                "critical",
                "grants_everything",
                f"{identity.kind}/{identity.name}",
                f"The {name} {_EVERYTHING}",
            )


def _allows_everything(statement: Mapping[str, Any]) -> bool:
    def every(element: str) -> bool:
        value = statement.get(element)
        return "*" in (value if isinstance(value, list) else [value])

    return (
        statement.get("Effect") == "Allow" and every("Action") and every("Resource") and not statement.get("Condition")
    )


def _finding(severity: str, code: str, resource: str, message: str) -> dict[str, str]:
    return {"severity": severity, "code": code, "resource": resource, "message": message}
