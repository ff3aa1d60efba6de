# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Objects of an account as items of `iam_baseline`. Pure.

An item has every option that says what an object grants and who may use it, and the others where they differ from what
a new object has. Statements stay in their order. What is in them is in canonical order, because IAM returns a trust
policy in another order each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..limits import DEFAULT_SESSION_DURATION
from ..model import Account, Identity, ManagedPolicy, Role
from ..policy.document import PolicyDocument
from ..policy.statement import ordered_statement
from .portable import portable

Item = dict[str, Any]


def role_item(role: Role, account: Account) -> Item:
    """A whole role."""
    described = {"path": role.path if role.path != "/" else "", "description": role.description}
    item: Item = {"name": role.name, **{key: value for key, value in described.items() if value}}
    if role.max_session_duration != DEFAULT_SESSION_DURATION:
        item["max_session_duration"] = role.max_session_duration
    item.update(_tags(role.tags))
    if role.boundary:
        item["boundary"] = role.boundary
    item["assume_role_policy_document"] = _document(role.trust)
    item["managed_policies"] = sorted(role.managed)
    item["inline_policies"] = _documents(role.inline)
    return _portable(item, account)


def policy_item(policy: ManagedPolicy, account: Account) -> Item:
    """A customer managed policy, with the document of its default version."""
    described = {"path": policy.path if policy.path != "/" else "", "description": policy.description}
    item: Item = {"name": policy.name, **{key: value for key, value in described.items() if value}}
    return _portable({**item, **_tags(policy.tags), "policy": _document(policy.document)}, account)


def attachment_item(identity: Identity, managed: Iterable[str], inline: Iterable[str], account: Account) -> Item | None:
    """Some of the policies of an identity that is managed elsewhere, None if there is none."""
    item: Item = {"iam_type": identity.kind, "iam_name": identity.name}
    arns, names = sorted(managed), set(inline)
    if arns:
        item["managed_policies"] = arns
    if names:
        item["inline_policies"] = _documents({name: identity.inline[name] for name in names})
    return _portable(item, account) if arns or names else None


def trust_item(role: Role, account: Account) -> Item:
    """The statements of the trust policy of a role that is managed elsewhere."""
    return _portable({"name": role.name, "statements": _statements(role.trust)}, account)


def _document(document: PolicyDocument) -> Item:
    others = {key: document.content[key] for key in sorted(document.content) if key not in ("Version", "Statement")}
    first = {"Version": document.content["Version"]} if "Version" in document.content else {}
    return {**first, **others, "Statement": _statements(document)}


def _statements(document: PolicyDocument) -> list[Any]:
    return [ordered_statement(statement, fold_case=False) for statement in document.statements]


def _documents(documents: Mapping[str, PolicyDocument]) -> Item:
    return {name: _document(documents[name]) for name in sorted(documents)}


def _tags(tags: Mapping[str, str]) -> Item:
    return {"tags": {key: tags[key] for key in sorted(tags)}} if tags else {}


def _portable(item: Item, account: Account) -> Item:
    found: Item = portable(item, account)
    return found
