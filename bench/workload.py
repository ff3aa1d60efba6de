# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What accounts hold: the state that every way keeps, in the form that each way wants it, and an account to audit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

_KEPT = Path(__file__).with_name("workload.yml")
_AUDITED = Path(__file__).with_name("audited.yml")
PLACEHOLDER = "<account_id>"
_TEAM = "<team>"

Workload = dict[str, Any]


def workload(account_id: str = PLACEHOLDER) -> Workload:
    """`managed_policies` and `roles`, with the account where its placeholder is."""
    return _filled(_content(_KEPT), PLACEHOLDER, account_id)


def audited(account_id: str) -> Workload:
    """What an account holds that is audited, in the form of `workload`."""
    found = _content(_AUDITED)
    of_teams = [_filled(role, _TEAM, team) for team in found["teams"] for role in found["team_roles"]]
    whole = {"managed_policies": found["managed_policies"], "roles": [*found["roles"], *of_teams]}
    return _filled(whole, PLACEHOLDER, account_id)


def templated(variable: str) -> Workload:
    """The workload with a Jinja expression for the account, for modules that have no placeholder."""
    return workload("{{ " + variable + " }}")


def account_of(found: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What the workload says, in the form in which `accounts.held` gives what an account holds."""
    return {
        "managed_policies": {policy["name"]: _policy(policy) for policy in found["managed_policies"]},
        "roles": {role["name"]: _role(role) for role in found["roles"]},
    }


def _content(file: Path) -> Workload:
    content: Workload = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


def _filled(content: Workload, placeholder: str, value: str) -> Workload:
    filled: Workload = json.loads(json.dumps(content).replace(placeholder, value))
    return filled


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
