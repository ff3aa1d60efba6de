# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.host_patterns import inventory_of
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.waves import WrongFirst, first_accounts, verdict

ACCOUNTS = "aws_ml_accounts"


class ActionModule(ActionBase):  # type: ignore[misc]
    """Chooses the first accounts of a retirement, and judges them by their results."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        spec = {
            "first": {"type": "str", "required": True},
            "results": {"type": "str"},
            "quiet_days": {"type": "int", "default": 7},
        }
        _dummy, options = self.validate_argument_spec(argument_spec=spec)
        result["changed"] = False
        try:
            first = self._first(options["first"], variables)
            if not 0 <= options["quiet_days"] <= 365:
                raise WrongFirst(f"{options['quiet_days']} is outside 0 to 365 days")
        except WrongFirst as error:
            result.update(failed=True, msg=f"aws_ml_retire_first: {error}; no account was accessed")
            return result
        result["hosts"] = first
        if options["results"]:
            known = variables["hostvars"]
            found = {host: known[host].get(options["results"]) for host in first if host in known}
            quiet = timedelta(days=options["quiet_days"])
            judged = verdict(first, found, variables["ansible_play_hosts_all"], datetime.now(UTC), quiet)
            result.update(first_wave=judged.shown(), quiet_from=judged.quiet_from or None)
        return result

    def _first(self, first: str, variables: dict[str, Any]) -> list[str]:
        """The first accounts of those that aws_ml_accounts names. A `--limit` does not change which these are."""
        groups = variables["groups"]
        inventory = inventory_of(self._loader, groups)

        def matching(pattern: str | Sequence[str]) -> list[str]:
            return [host.name for host in inventory.get_hosts(pattern)]

        chosen = set(matching(self._templar.template(variables.get(ACCOUNTS) or "all")))
        return first_accounts(first, [host for host in groups["all"] if host in chosen], matching)
