# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.adopt.inventory_files import (
    host_problems,
    inventory_files,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.adopt.written_files import FileChanges
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.data.plain_values import plain
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.layout import command, wrapped
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.screen import show
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.playbook_variables import refusal

_SPEC = {
    "dest": {"type": "path", "required": True},
    "overwrite": {"type": "bool", "default": False},
    "exported": {"type": "str", "default": "aws_ml_export"},
}


class ActionModule(ActionBase):  # type: ignore[misc]
    """Writes what iam_export found for all hosts of the play as files of an inventory."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        _dummy, arguments = self.validate_argument_spec(argument_spec=_SPEC)
        exports, missing = _exports(variables, arguments["exported"])
        if not exports:
            raise AnsibleActionFail("no account was read, so there is nothing to write")
        found = list(host_problems(sorted(exports)))
        if found:
            raise refusal(found, "nothing was written")
        folder = Path(arguments["dest"]).absolute()
        files = inventory_files(exports, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        try:
            changes = FileChanges.of(folder, files, overwrite=arguments["overwrite"])
            if changes.problems:
                raise refusal(changes.problems, "nothing was written")
            if not self._task.check_mode:
                changes.write()
        except OSError as error:
            raise AnsibleActionFail(f"{error.filename or folder} cannot be written: {error.strerror}") from None
        result.update(
            changed=bool(changes.changes),
            dest=str(folder),
            files=sorted(files),
            written=sorted(changes.changes),
            not_read=missing,
            next_command=_next(variables.get("ansible_inventory_sources") or (), folder),
        )
        if self._task.diff:
            result["diff"] = changes.shown()
        result["lines"] = _lines(result, len(exports), written=not self._task.check_mode)
        show(result["lines"])
        return result


def _lines(result: Mapping[str, Any], read: int, *, written: bool) -> list[str]:
    """What was written, and what to do next. Only a long path makes a line wider than a terminal."""
    accounts = "1 account" if read == 1 else f"{read} accounts"
    where = "are in" if written else "would be written to"
    told = [f"aws_ml.permissions: {accounts} read; the declarations {where}", f"  {printable(result['dest'], None)}"]
    if result["not_read"]:
        told += wrapped(printable(f"Not read: {', '.join(result['not_read'])}"), "", "  ")
    return [*told, "Next, this must show no change:", *command(shlex.split(result["next_command"]))]


def _exports(variables: Mapping[str, Any], name: str) -> tuple[dict[str, Any], list[str]]:
    """The results of the hosts of the play, and the hosts without one."""
    exports, missing = {}, []
    for host in variables["ansible_play_hosts_all"]:
        found = variables["hostvars"][host].get(name)
        if isinstance(found, Mapping) and "baseline" in found:
            exports[str(host)] = plain(dict(found))
        else:
            missing.append(str(host))
    return exports, missing


def _next(sources: Sequence[str], folder: Path) -> str:
    """The command that shows whether the accounts are as they are declared, quoted for a shell."""
    own = [source for source in sources if Path(source).absolute() != folder] or ["INVENTORY"]
    words = [word for source in (*own, str(folder)) for word in ("-i", source)]
    return shlex.join(["ansible-playbook", *words, "aws_ml.permissions.site", "--check"])
