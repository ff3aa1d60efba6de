# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What a run looked at in an account, so that a finding is not missed where the run did not look. Pure.

`looked_at` of an account has `services` and `whole_account` of its audits, and `declared` if a task judged the objects
that it declares. It is not there if no task came to a result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.model import resource_name

from .finding_list import Record, objects_named
from .values import dicts

AUDIT = "iam_audit"


def looked_at(module: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the result of a task that did not fail looked at."""
    if not isinstance(values.get("findings"), Sequence):
        return {}
    if module != AUDIT:
        return {"declared": True}
    services = values.get("services")
    if not isinstance(services, Sequence) or isinstance(services, str):
        services = [str(one.get("service") or "") for one in dicts(values.get("objects"))]
    return {
        "services": sorted({str(one) for one in services}),
        **({"whole_account": True} if values.get("whole_account") else {}),
    }


def both(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """What two tasks looked at together."""
    found: dict[str, Any] = {**one, **other}
    if "services" in one and "services" in other:
        found["services"] = sorted({*map(str, one["services"]), *map(str, other["services"])})
    return found


class Sight:
    """What a run looked at in one account, which may be under several hosts."""

    def __init__(self, accounts: Iterable[Mapping[str, Any]]) -> None:
        found = list(accounts)
        self.scope: dict[str, Any] = {}
        for account in found:
            self.scope = both(self.scope, account.get("looked_at") or {})
        self._objects = frozenset[str]().union(*(objects_named(account) for account in found))
        self._services = {str(item.get("service")) for account in found for item in account.get("objects", ())}

    def __bool__(self) -> bool:
        return bool(self.scope)

    def sees_again(self, record: Record, first: Sight) -> bool:
        """Whether this run would report a finding that the run with `first` has reported, if it is still there."""
        ways = first._ways(record)
        return ways <= self._ways(record) if ways else first.scope == self.scope

    def _ways(self, record: Record) -> set[str]:
        """How the run looked at the resource of a finding: with an audit, or as declared."""
        service, of_service = record["service"], record["resource"].startswith(resource_name("service", ""))
        ways = set()
        audited = service in self.scope.get("services", ())
        if audited or (self.scope.get("whole_account") and not of_service):
            ways.add("audit")
        declared = service in self._services if of_service else record["resource"].lower() in self._objects
        if self.scope.get("declared") and declared:
            ways.add("declared")
        return ways
