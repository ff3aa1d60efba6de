# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What changed between two reports: findings that are new, gone, worse or better. Pure.

Decision 0044 of the collection says what counts as the same finding, and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .finding_list import Record, account_key, evidence_of, finding_key, findings_of_account, is_open, rank, worst_of
from .looked_at import Sight

Key = tuple[str, str, str]

_CHANGES = ("new", "worse", "better", "gone")


class Run:
    """The findings of one report by key, and what it looked at in each account."""

    def __init__(self, report: Mapping[str, Any]) -> None:
        self.began = str(report["run"].get("started", ""))
        self.accounts: dict[str, list[Mapping[str, Any]]] = {}
        for account in report["accounts"]:
            self.accounts.setdefault(account_key(account), []).append(account)
        self.sights = {key: Sight(accounts) for key, accounts in self.accounts.items()}
        self.records: dict[Key, list[Record]] = {}
        for account in report["accounts"]:
            for record in findings_of_account(account):
                self.records.setdefault(finding_key(record), []).append(record)

    @property
    def keys_seen(self) -> frozenset[str]:
        """The accounts of which a task came to a result."""
        return frozenset(key for key, sight in self.sights.items() if sight)

    def open(self, key: Key) -> list[Record]:
        """The findings of a key that are not accepted; none if there are none, or if all are accepted."""
        return [record for record in self.records.get(key, ()) if is_open(record)]

    def sees(self, key: Key, other: Run) -> bool:
        """Whether this run looked where the other one has found the findings of this key."""
        mine = self.sights.get(key[0])
        return (
            mine is not None
            and bool(mine)
            and all(mine.sees_again(one, other.sights[key[0]]) for one in other.records[key])
        )


def compare(earlier: Mapping[str, Any], report: Mapping[str, Any], file: str = "") -> dict[str, Any]:
    """`new`, `gone`, `worse` and `better` as lists of records, the most severe first, and `not_compared`.

    There is one record for each finding, see `finding_key`: the most severe one. `worse` and `better` have `was`, the
    earlier severity; `worse` also has `added`, the evidence that the earlier finding did not have. `with` names the
    earlier report and `file`.
    """
    before, now = Run(earlier), Run(report)
    changes: dict[str, list[Record]] = {name: [] for name in ("new", "gone", "worse", "better")}
    unseen: list[tuple[str, Record]] = []
    for key in sorted({*before.records, *now.records}):
        was, found = before.open(key), now.open(key)
        if was and found:
            change, record = _changed(was, found)
            if change:
                changes[change].append(record)
        elif found:
            if key in before.records or before.sees(key, now):
                changes["new"].append(worst_of(found))
            else:
                unseen.append(("earlier", worst_of(found)))
        elif was and key not in now.records:
            if now.sees(key, before):
                changes["gone"].append(worst_of(was))
            else:
                unseen.append(("this", worst_of(was)))
    ordered = {name: sorted(records, key=_order) for name, records in changes.items()}
    return {
        "with": {"began": before.began, "file": file},
        **ordered,
        "not_compared": list(_not_compared(before, now, unseen)),
    }


def mark_changes(report: Mapping[str, Any], comparison: Mapping[str, Any]) -> None:
    """Write `change` into every open finding of a report that was compared: `new`, `worse` or `known`."""
    changes = {finding_key(record): name for name in ("new", "worse") for record in comparison[name]}
    unseen = {account_key(one) for one in comparison["not_compared"] if one["run"] == "earlier"}
    for account in report["accounts"]:
        holders = (account, *account["objects"])
        for finding in (finding for holder in holders for finding in holder.get("findings", ())):
            key = finding_key({**finding, "account_id": account["account_id"], "host": account["host"]})
            if is_open(finding) and (key in changes or key[0] not in unseen):
                finding["change"] = changes.get(key, "known")


def is_empty(comparison: Mapping[str, Any]) -> bool:
    return not any(comparison[name] for name in _CHANGES)


def new_criticals(comparison: Mapping[str, Any], severity: str = "critical") -> list[Record]:
    """The findings of at least this severity that are new or became worse, which `fail_on` is about."""
    found = (*comparison["new"], *comparison["worse"])
    return sorted((record for record in found if rank(record["severity"]) <= rank(severity)), key=_order)


def _changed(was: list[Record], found: list[Record]) -> tuple[str, Record]:
    """How a finding that is in both reports changed, "" if it did not."""
    old, new = worst_of(was), worst_of(found)
    difference = rank(new["severity"]) - rank(old["severity"])
    added = sorted(evidence_of(found) - evidence_of(was))
    record = {**new, "was": old["severity"]}
    if difference < 0 or (added and not difference):
        return "worse", {**record, "added": added}
    if difference > 0:
        return "better", record
    # What is gone of the evidence is a gain only if nothing was added.
    return ("better", record) if evidence_of(was) - evidence_of(found) else ("", record)


def _not_compared(before: Run, now: Run, unseen: Iterable[tuple[str, Record]]) -> Iterator[dict[str, Any]]:
    """The accounts of which one of the runs saw nothing or not enough, with the number of findings left out."""
    left_out: dict[tuple[str, str], list[Record]] = {}
    for name, record in unseen:
        left_out.setdefault((account_key(record), name), []).append(record)
    for key in sorted({*before.accounts, *now.accounts}):
        for name, run in (("this", now), ("earlier", before)):
            records, accounts = left_out.get((key, name), []), run.accounts.get(key, [])
            if run.sights.get(key) and not records:
                continue
            first = (accounts or now.accounts.get(key) or before.accounts[key])[0]
            whose = {part: first.get(part) or "" for part in ("account_id", "host", "ou", "owner")}
            reason = _looked_past(records) if run.sights.get(key) else _why_unseen(accounts)
            yield {**whose, "run": name, "reason": reason, "findings": len(records)}
            if not run.sights.get(key):
                break


def _why_unseen(accounts: Iterable[Mapping[str, Any]]) -> str:
    """Why a run has no findings of an account, not even that there are none."""
    outcomes = [account["outcome"] for account in accounts]
    if not outcomes:
        return "was not in the run"
    told = {"failed": "failed", "refused": "was refused", "unreachable": "was unreachable"}
    return told.get(outcomes[0], "was not searched for findings")


def _looked_past(records: list[Record]) -> str:
    """Why a run does not say whether these findings are still there."""
    services = sorted({record["service"] for record in records if record["service"]})
    return f"was not searched for {', '.join(services)}" if services else "was not searched as a whole"


def _order(record: Record) -> tuple[Any, ...]:
    return (rank(record["severity"]), record["code"], *finding_key(record))
