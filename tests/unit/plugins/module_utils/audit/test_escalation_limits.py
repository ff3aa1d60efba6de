# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stops an escalation path, what makes it less severe, and what does not matter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from .accounts import audited

CASES = yaml.safe_load((Path(__file__).parent / "escalation_limits.yml").read_text(encoding="utf-8"))

LAMBDA = {"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
STARTS = {"Action": ["lambda:CreateFunction", "lambda:InvokeFunction"], "Resource": "*"}


def account_of(given: dict[str, Any]) -> dict[str, Any]:
    passing = {"Action": "iam:PassRole", "Resource": "*"}
    if "condition" in given:
        passing["Condition"] = given["condition"]
    usual = [] if given.get("alone") else [passing, STARTS]
    more = given.get("has", [])
    inline = {"usual": usual, "more": more} if given.get("apart") else {"usual": [*usual, *more]}
    if given.get("apart"):
        inline = {"usual": [*usual, *more[1:]], "more": more[:1]}
    user = {"inline": {name: found for name, found in inline.items() if found}, "groups": given.get("groups", [])}
    if "boundary" in given:
        user["boundary"] = given["boundary"]
    administrator = {"managed": ["AdministratorAccess"], **given.get("administrator", {})}
    if "administrator" in given and "managed" not in given["administrator"]:
        del administrator["managed"]
    administrator["trust"] = given.get("trust", [LAMBDA])
    return {
        "users": {"dev": user},
        "roles": {"l4e-role": administrator, **given.get("account_roles", {})},
        "groups": given.get("account_groups", {}),
        "policies": given.get("policies", {}),
    }


@pytest.mark.parametrize("given", CASES, ids=lambda given: given["case"])
def test_limits(given: dict[str, Any]) -> None:
    ways = audited(account_of(given), services=["lookout_equipment"]).escalation_paths
    told = [
        f"{way['severity']} {way['from']} > {way['to']}"
        + (f" | {' '.join(way['conditions'])}" if way["conditions"] else "")
        for way in ways
    ]
    assert told == given["ways"]
    for way in ways:
        shown = " ".join(way["steps"])
        assert all(key in shown or given.get("administrator") for key in way["conditions"])
