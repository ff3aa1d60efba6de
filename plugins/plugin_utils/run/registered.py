# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The results that the tasks of a run registered, of all hosts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.results import RunAccount, read_result

PLANS = ("aws_ml_restore_plan",)
"""Results of tasks that run in check mode in every run."""

Registered = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Host to name of the variable to result, in the order of the names."""


def registered(hostvars: Any, hosts: Iterable[str], names: Sequence[str]) -> Registered:
    """The results of these hosts, those of skipped tasks too. `hostvars[host]` would also evaluate their templates."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for host in hosts:
        of_host = hostvars.raw_get(host)
        found[host] = {name: of_host[name] for name in names if isinstance(of_host.get(name), Mapping)}
    return found


def accounts_of(results: Registered, check_mode: bool) -> dict[str, RunAccount]:
    """What the results say of each account. A host of which nothing is known is left out."""
    accounts: dict[str, RunAccount] = {}
    for host, of_host in results.items():
        for name, result in of_host.items():
            if result.get("skipped"):
                continue
            failed, unreachable = bool(result.get("failed")), bool(result.get("unreachable"))
            planned = check_mode or name in PLANS
            account = read_result(result, failed=failed, unreachable=unreachable, check_mode=planned)
            if account is not None and (failed or unreachable or _is_of_account(result)):
                accounts[host] = accounts[host] + account if host in accounts else account
    return accounts


def _is_of_account(result: Mapping[str, Any]) -> bool:
    """Whether a task has looked into an account, and not only at variables."""
    return "account_id" in result or "results" in result or "censored" in result
