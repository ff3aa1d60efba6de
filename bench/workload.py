# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state that every way keeps, from one file, in the form that each way wants it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("workload.yml")
PLACEHOLDER = "<account_id>"

Workload = dict[str, Any]


def workload(account_id: str = PLACEHOLDER) -> Workload:
    """`managed_policies` and `roles`, with the account where its placeholder is."""
    text = json.dumps(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
    loaded: Workload = json.loads(text.replace(PLACEHOLDER, account_id))
    return loaded


def templated(variable: str) -> Workload:
    """The workload with a Jinja expression for the account, for modules that have no placeholder."""
    return workload("{{ " + variable + " }}")


def account_of(found: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What the workload says, in the form in which `accounts.held` gives what an account holds."""
    return {
        "managed_policies": {policy["name"]: _policy(policy) for policy in found["managed_policies"]},
        "roles": {role["name"]: _role(role) for role in found["roles"]},
    }


def _policy(policy: Mapping[str, Any]) -> dict[str, Any]:
    return {"policy": policy["policy"], "tags": policy["tags"]}


def _role(role: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "description": role["description"],
        "trust": role["assume_role_policy_document"],
        "managed": sorted(role["managed_policies"]),
        "inline": role["inline_policies"],
        "tags": role["tags"],
    }
