# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The waivers of a whole run: what they accept, which have expired, and which are about nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.wildcards import fits_any_case

from .finding_list import Record
from .values import dicts, picked

_TOLD = ("code", "accounts", "resources", "owner", "until", "place")
_FINDING = ("account_id", "host", "resource", "code", "severity")


def waivers_of(records: Iterable[Record], not_matched: list[dict[str, Any]]) -> dict[str, Any]:
    """`accepted` is a number; `expired` and `outgrown` are the findings that a waiver does not accept any more."""
    found: dict[str, Any] = {"accepted": 0, "expired": [], "outgrown": [], "unmatched": not_matched}
    for record in records:
        if record.get("waiver"):
            found["accepted"] += 1
        for name in ("expired", "outgrown"):
            waiver = record.get(f"{name}_waiver")
            if waiver:
                found[name].append({**{key: record[key] for key in _FINDING}, **waiver})
    return found


def unmatched(results: Iterable[Mapping[str, Any]], not_seen: Iterable[str] = ()) -> list[dict[str, Any]]:
    """The waivers that are about nothing in any account of the run, each once, with `why`.

    `results` are those of tasks that did not fail, each with the waivers of its account: an audit of all services
    names those that are about nothing in its account. `not_seen` are the ids of accounts without a result; a waiver
    that may be about one of them is left out.
    """
    missing = list(not_seen)
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    matched: set[tuple[str, ...]] = set()
    here: set[tuple[str, ...]] = set()
    for result in results:
        for waiver in dicts(result.get("waivers")):
            key = tuple(str(waiver.get(name)) for name in _TOLD)
            found.setdefault(key, picked(waiver, _TOLD))
            if waiver.get("matched"):
                matched.add(key)
            if waiver.get("of_account"):
                here.add(key)
    return [
        {**told, "why": "no finding" if key in here else "no account of this run"}
        for key, told in found.items()
        if key not in matched
        and not any(fits_any_case(one, str(pattern)) for one in missing for pattern in told.get("accounts", ()))
    ]
