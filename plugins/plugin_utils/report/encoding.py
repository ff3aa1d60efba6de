# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""A report in few bytes: what many accounts have in common is written once. Pure.

The same role in a thousand accounts differs by the account's ID and some dates. So an account's own ID is replaced by a
sign, every longer value is written once into a pool, and `{"": 7}` refers to the seventh. The reader is
report/page/data.js.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import SEVERITIES

OWN_ACCOUNT = "\ue000"
"""Replaces the ID of the account that a value belongs to; IAM's texts do not contain this sign."""

SHORTEST = 12
"""A value whose JSON is shorter is not moved to the pool."""

COLUMNS_OF_SERVICE = 40
"""The number of objects of one service that have their own column. The rarest others share one column."""

_VARYING = ("last_used", "created", "quarantined")
_WHOSE = ("account_id", "host", "ou", "owner")


class Pool:
    """Values that are written once."""

    def __init__(self) -> None:
        self.values: list[str] = []
        self._places: dict[str, int] = {}

    def put(self, value: Any, account_id: str | None) -> str:
        """The JSON for a value of the account: a reference if the value is long enough."""
        if isinstance(value, str):
            text = value.replace(OWN_ACCOUNT, "\ufffd")
            text = _json(text.replace(account_id, OWN_ACCOUNT) if account_id else text)
        elif isinstance(value, Mapping):
            entries = [(str(key), self.put(entry, account_id)) for key, entry in value.items()]
            if any(key == "" for key, _dummy in entries):
                listed = ",".join(f"[{self._key(key, account_id)},{entry}]" for key, entry in entries)
                text = f'{{"":[{listed}]}}'
            else:
                text = "{" + ",".join(f"{self._key(key, account_id)}:{entry}" for key, entry in entries) + "}"
        elif isinstance(value, (list, tuple)):
            text = "[" + ",".join(self.put(entry, account_id) for entry in value) + "]"
        else:
            text = _json(value)
        if len(text) < SHORTEST:
            return text
        place = self._places.get(text)
        if place is None:
            place = self._places[text] = len(self.values)
            self.values.append(text)
        return f'{{"":{place}}}'

    @staticmethod
    def _key(key: str, account_id: str | None) -> str:
        plain = key.replace(OWN_ACCOUNT, "\ufffd")
        return _json(plain.replace(account_id, OWN_ACCOUNT) if account_id else plain)


def encoded(report: Mapping[str, Any], extras: Mapping[str, Any]) -> str:
    """The report as one JSON object with pool, columns, rows of cells, and `extras`."""
    pool = Pool()
    columns, places = _columns(report)
    names = {name: place for place, name in enumerate(extras["statuses"])}
    rows = []
    for account in report["accounts"]:
        account_id = account["account_id"]
        cells = []
        for item in account["objects"]:
            column, shared = places[_key(item)]
            known = {"kind", "name", "service", "status", "severity", *_VARYING}
            rest = {key: value for key, value in item.items() if key not in known}
            varying = {key: item[key] for key in _VARYING if key in item}
            differs = shared or item["name"] != columns[column][2]
            own = f",{_json(item['kind'])},{_json(item['name'])}" if differs else ""
            status = names.get(item["status"], -1)
            cells.append(f"[{column},{status},{_marks(item)},{pool.put(rest, account_id)},{_json(varying)}{own}]")
        known = {"host", "account_id", "outcome", "severity", "objects"}
        rest = {key: value for key, value in account.items() if key not in known}
        whose = ",".join(_json(account[key]) for key in ("host", "account_id", "outcome"))
        rows.append(f"[{whose},{_marks(account)},{pool.put(rest, account_id)},[{','.join(cells)}]]")
    told = {key: report[key] for key in ("run", "totals", "services", "history", "quarantine") if key in report}
    told["unmatched"] = report.get("waivers", {}).get("unmatched", [])
    compared = _comparison(report["comparison"], pool) if report.get("comparison") else ""
    head = {**extras, **told, "columns": columns}
    return f'{_json(head)[:-1]},{compared}"pool":[{",".join(pool.values)}],"rows":[{",".join(rows)}]}}'


def _columns(report: Mapping[str, Any]) -> tuple[list[list[Any]], dict[tuple[str, str], tuple[int, bool]]]:
    """Columns as [service, kind, name, how many share it], and the column of each object and whether it is shared.

    An object that no task assigned to a service is in the column that other accounts have it in.
    """
    counts: Counter[tuple[str, str]] = Counter()
    spelt: dict[tuple[str, str], tuple[str, str]] = {}
    services: dict[tuple[str, str], Counter[str]] = {}
    for account in report["accounts"]:
        for item in account["objects"]:
            key = _key(item)
            counts[key] += 1
            spelt.setdefault(key, (item["kind"], item["name"]))
            services.setdefault(key, Counter())[item["service"]] += 1 if item["service"] else 0
    order = list(report["services"])
    by_service: dict[str, list[tuple[str, str]]] = {}
    for key, found in services.items():
        by_service.setdefault(found.most_common(1)[0][0], []).append(key)
    columns: list[list[Any]] = []
    places: dict[tuple[str, str], tuple[int, bool]] = {}
    for service in sorted(by_service, key=lambda name: (order.index(name) if name in order else len(order), name)):
        keys = sorted(by_service[service], key=lambda key: (-counts[key], key))
        alone = [key for key in keys if counts[key] > 1 or len(report["accounts"]) <= 3][:COLUMNS_OF_SERVICE]
        shared = [key for key in keys if key not in set(alone)]
        if len(shared) == 1:
            alone, shared = alone + shared, []
        for key in sorted(alone, key=lambda key: (key[0] != "role", key[0], key[1])):
            places[key] = (len(columns), False)
            columns.append([service, *spelt[key], 0])
        for key in shared:
            places[key] = (len(columns), True)
        if shared:
            columns.append([service, "", "", len(shared)])
    return columns, places


def _comparison(comparison: Mapping[str, Any], pool: Pool) -> str:
    """What the accounts of this report do not have, as pairs of whose it is and what it is. What is new is in them."""
    counts = {name: len(comparison.get(name, ())) for name in ("new", "worse", "gone", "better")}
    parts = [f'"with":{_json(comparison["with"])},"counts":{_json(counts)}']
    for key in ("worse", "gone", "better", "not_compared"):
        pairs = []
        for record in comparison.get(key, ()):
            account_id = record.get("account_id")
            whose = pool.put({name: record[name] for name in _WHOSE if name in record}, None)
            what = pool.put({name: value for name, value in record.items() if name not in _WHOSE}, account_id)
            pairs.append(f"[{whose},{what}]")
        parts.append(f'"{key}":[{",".join(pairs)}]')
    return f'"comparison":{{{",".join(parts)}}},'


def _marks(holder: Mapping[str, Any]) -> int:
    """The severities of all findings that are not accepted and of all escalation paths, a bit for each, the highest for
    critical.
    """
    listed = [entry for key in ("findings", "escalation_paths") for entry in holder.get(key, ())]
    found = {entry.get("severity") for entry in listed if not entry.get("waiver")}
    return sum(1 << place for place, severity in enumerate(reversed(SEVERITIES)) if severity in found)


def _key(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["kind"], item["name"].lower()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
