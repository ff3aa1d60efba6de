# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of accounts: the objects that are kept in sync, and other objects of an audited account.

A workload has `managed_policies`, `roles` and, if there are any, `groups`, in the form of the options of iam_baseline.
Groups exist before; only their policies are kept in sync.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

_BASELINE = Path(__file__).with_name("workload.yml")
_OTHERS = Path(__file__).with_name("other_roles.yml")
PLACEHOLDER = "<account_id>"
_TEAM = "<team>"

Workload = dict[str, Any]
EMPTY_WORKLOAD: Workload = {"managed_policies": [], "roles": []}


def workload() -> Workload:
    """What iam_baseline keeps in sync, with a placeholder for the account."""
    content: Workload = yaml.safe_load(_BASELINE.read_text(encoding="utf-8"))
    return content


def other_roles() -> list[dict[str, Any]]:
    """The roles that belong to no service, with a placeholder for the account."""
    found = yaml.safe_load(_OTHERS.read_text(encoding="utf-8"))
    return [filled(role, team, _TEAM) for team in found["teams"] for role in found["team_roles"]]


def filled(content: Workload, value: str, placeholder: str = PLACEHOLDER) -> Workload:
    """The content with a value instead of the placeholder."""
    found: Workload = json.loads(json.dumps(content).replace(placeholder, value))
    return found


def account_of(found: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The workload, in the form of the result of `accounts.held`."""
    return {
        "managed_policies": {one["name"]: _without_name({"path": "/", **one}) for one in found["managed_policies"]},
        "roles": {one["name"]: _without_name({"path": "/", **one}) for one in found["roles"]},
        "groups": {one["name"]: _without_name(one) for one in found.get("groups", ())},
    }


def workload_of(held: Mapping[str, Mapping[str, Any]], account_id: str) -> Workload:
    """The workload in an account, with the placeholder instead of its id.

    Roles that trust other roles come last, because IAM requires that those exist.
    """
    listed = {kind: [{"name": name, **entry} for name, entry in entries.items()] for kind, entries in held.items()}
    listed["roles"].sort(key=lambda role: ":role/" in json.dumps(role["assume_role_policy_document"]))
    return filled(listed, PLACEHOLDER, account_id)


def path_of(entry: Mapping[str, Any]) -> str:
    """The path of a role or policy of a workload."""
    return str(entry.get("path", "/"))


def _without_name(entry: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in entry.items() if key != "name"}
    if "managed_policies" in found:
        found["managed_policies"] = sorted(found["managed_policies"])
    return found
