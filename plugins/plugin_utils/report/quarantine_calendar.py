# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What is in quarantine in all accounts, and when it is deleted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.model import resource_name


def quarantine_calendar(accounts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The objects in quarantine, those that are deleted first come first; `until` is empty if that is not known."""
    found = [
        _entry(account, item) for account in accounts for item in account["objects"] if item["status"] == "quarantined"
    ]
    return sorted(found, key=lambda one: (one["until"] or "~", str(one["account_id"]), one["host"], one["resource"]))


def _entry(account: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
    told, retired = item.get("quarantined") or {}, item.get("retirement") or {}
    return {
        "account_id": account["account_id"],
        "host": account["host"],
        "resource": resource_name(item["kind"], item["name"]),
        "since": str(told.get("since") or ""),
        "until": str(retired.get("until") or told.get("until") or ""),
        "reason": str(told.get("reason") or retired.get("reason") or ""),
    }
