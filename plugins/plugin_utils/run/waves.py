# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The first accounts of a retirement, and whether they were quiet since their roles are in quarantine. Pure.

Everything is derived from results of `iam_retire` in check mode for the first accounts, so nothing has to be kept from
run to run except the records of quarantines.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable, shown

MOST_REASONS = 20
"""Reasons that a message tells. The others are counted."""

Result = Mapping[str, Any]


class WrongFirst(ValueError):
    """A value of `first` that chooses no account. Its text says what is right."""


@dataclass(frozen=True)
class Verdict:
    """`state` is that of the option `first_wave` of `iam_retire`, `quiet_from` when a wave that waits is quiet."""

    state: str
    reasons: tuple[str, ...] = ()
    quiet_from: str = ""

    def shown(self) -> dict[str, Any]:
        told = [printable(reason) for reason in self.reasons[:MOST_REASONS]]
        more = len(self.reasons) - len(told)
        return {"state": self.state, "reasons": told + ([f"{more} more"] if more else [])}


def first_accounts(first: str, hosts: Sequence[str], matching: Callable[[str], Sequence[str]]) -> list[str]:
    """The hosts of the first wave, in the order of the inventory.

    `first` is a number of hosts, a percentage of `hosts` such as 10%, rounded up, or a pattern of hosts. `matching`
    resolves patterns. Raises WrongFirst.
    """
    form = "it must be a number of accounts such as 10, a percentage such as 10%, or a pattern of hosts"
    found = re.fullmatch(r"([+-]?\d+)(%?)", first.strip())
    if found is None:
        wanted = set(matching(first))
        chosen = [host for host in hosts if host in wanted]
        if not chosen:
            raise WrongFirst(f"{shown(first)} matches no account; {form}")
        return chosen
    number, is_share = int(found[1]), bool(found[2])
    if number < 1 or (is_share and number > 100):
        raise WrongFirst(f"is {first.strip()}; {form}")
    return list(hosts[: math.ceil(len(hosts) * number / 100) if is_share else number])


def verdict(
    first: Sequence[str], results: Mapping[str, Result | None], in_run: Sequence[str], now: datetime, quiet: timedelta
) -> Verdict:
    """What the first accounts mean for the others. `results` are those of iam_retire in check mode, by host."""
    disturbed = [reason for host in first for reason in _disturbances(host, results.get(host), host in in_run)]
    if disturbed:
        return Verdict("disturbed", tuple(disturbed))
    items = [(host, item) for host in first for item in (results[host] or {})["retired"]]
    begins = sorted({host for host, item in items if item["step"] == "quarantined"})
    if begins:
        told = f"the first accounts begin now: {', '.join(begins)}"
        return Verdict("waiting", (f"{told}; they must be quiet for {quiet.days} days",))
    held = [_time(item["quarantined"]["since"]) for _host, item in items if item["quarantined"]]
    if not held:
        return Verdict(
            "untried",
            (
                "the first accounts have nothing in quarantine, so they show nothing; choose others with"
                " aws_ml_retire_first, such as a group of accounts in which the audit finds roles of the services",
            ),
        )
    quiet_from = max(held) + quiet
    if quiet_from > now:
        told = f"{len(held)} role(s) of the first accounts are in quarantine, the last since {_date(max(held))}"
        return Verdict("waiting", (f"{told}; the others begin on {_date(quiet_from)}",), _date(quiet_from))
    return Verdict("quiet")


def _disturbances(host: str, result: Result | None, in_run: bool) -> Iterator[str]:
    if not in_run:
        yield f"{host} is one of the first accounts and is not part of this run; take it into --limit"
    elif not result or not {"retired", "refusals", "msg"} & set(result):
        yield f"{host} is one of the first accounts and was not checked, see its message"
    elif "refusals" in result:
        for one in result["refusals"]:
            yield f"{host}: {one['resource']} {one['reason']} (fix: {one['override']})"
    elif "retired" not in result:
        yield f"{host}: {str(result['msg']).splitlines()[0] if result['msg'] else 'failed'}"
    else:
        for one in result["disturbances"]:
            yield f"{host}: {one['resource']} {one['message']} (fix: {one['remedy']})"


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _date(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
