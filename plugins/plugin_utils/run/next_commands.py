# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The commands to run after a run, from its results and from how it was started. Pure."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.layout import command
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.results import FAILED, UNREACHABLE, RunAccount

Accounts = Mapping[str, RunAccount]

NAMED_HOSTS = 10
"""Accounts that --limit names. A command for more of them has the --limit of the run."""

_HOST = re.compile(r"[A-Za-z0-9_][\w.-]*", re.ASCII)
"""Names that no pattern of hosts reads as something else."""

_PLAIN = re.compile(r"[\w./@%+,:-]+", re.ASCII)
"""Values that -e NAME=VALUE takes as they are: it splits at spaces, and reads quotes and backslashes."""

_BACKUP = re.compile(r"\d{12}-\d{8}T\d{6}Z-([0-9a-f]{12})\.json")


@dataclass(frozen=True)
class Started:
    """How a run was started: the words of its command, without --check and --limit.

    `playbook` is what was started, `name` which playbook of the collection it is. `variables` are those of -e that are
    the collection's and not secret, `files` those of -e @FILE, `reads` what another playbook reads of them. `left_out`
    are names of other variables of -e, which a command may need too.
    """

    name: str
    playbook: str
    check_mode: bool = False
    inventory: tuple[str, ...] = ()
    limit: str = ""
    files: tuple[str, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    reads: Mapping[str, frozenset[str]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class NextCommand:
    """A command, and what it is for."""

    purpose: str
    words: tuple[str, ...]

    def text(self) -> str:
        """The command in one line, quoted for a shell."""
        return shlex.join(self.words)

    def lines(self) -> list[str]:
        """The lines as they are shown; none if a word has characters that a screen does not show."""
        if any(printable(word, None) != word for word in self.words):
            return []
        return command(self.words)


def next_commands(started: Started, accounts: Accounts) -> tuple[NextCommand, ...]:
    """What to run next: to apply what was only checked, to undo, to look closer, to repeat for what failed."""
    found = {
        "audit": _after_audit,
        "site": _after_plan,
        "retire": _after_retirement,
        "release": _after_plan,
        "restore": _after_plan,
    }.get(started.name)
    commands = list(found(started, accounts)) if found else []
    broken = [name for name, account in accounts.items() if account.status in (FAILED, UNREACHABLE)]
    if broken and len(broken) < len(accounts) and not commands:
        words = _words(started, started.playbook, broken, accounts, check=started.check_mode)
        commands.append(NextCommand(_purpose("Next, for what failed, after fixing it", started), words))
    return tuple(commands)


def _after_audit(started: Started, accounts: Accounts) -> Iterator[NextCommand]:
    ended = [name for name, account in accounts.items() if any(one.ended for one in account.details.found)]
    wrong = [name for name, account in accounts.items() if any(one.declared for one in account.details.found)]
    for hosts, playbook, purpose in (
        (ended, "retire", "Next, to see what retiring the ended services would do"),
        (wrong, "site", "Next, to see what would change where accounts are not as declared"),
    ):
        if hosts:
            reads = started.reads.get(playbook, frozenset())
            kept = {name: value for name, value in started.variables.items() if name in reads}
            words = _words(started, f"aws_ml.permissions.{playbook}", hosts, accounts, check=True, variables=kept)
            yield NextCommand(_purpose(purpose, started), words)


def _after_plan(started: Started, accounts: Accounts) -> Iterator[NextCommand]:
    planned = [name for name, account in accounts.items() if account.planned and account.status != FAILED]
    if started.check_mode and planned:
        words = _words(started, started.playbook, planned, accounts)
        yield NextCommand(_purpose("Next, to write this", started), words)


def _after_retirement(started: Started, accounts: Accounts) -> Iterator[NextCommand]:
    yield from _after_plan(started, accounts)
    saved = {name: sorted(account.details.backups) for name, account in accounts.items() if account.details.backups}
    source = _source([path for paths in saved.values() for path in paths])
    if source and not started.check_mode:
        words = _words(
            started,
            "aws_ml.permissions.restore",
            list(saved),
            accounts,
            variables={"aws_ml_restore_src": source},
            named=True,
        )
        yield NextCommand("To undo this", words)
    until = sorted(one.until[:10] for account in accounts.values() for one in account.details.quarantines if one.until)
    waiting = [name for name, account in accounts.items() if account.details.quarantines]
    if until and not started.check_mode:
        words = _words(started, started.playbook, waiting, accounts)
        yield NextCommand(_purpose(f"To delete what is still in quarantine, from {until[-1]} on", started), words)


def _source(backups: list[str]) -> str:
    """The backups of a run as the source of a restore: a path, or a pattern of all files of this run."""
    if len(backups) <= 1:
        return "".join(backups)
    found = {(os.path.dirname(path), match.group(1)) for path in backups if (match := _file(path))}
    if len(found) != 1:
        return ""
    [(folder, run)] = found
    escaped = re.sub(r"([*?[])", r"[\1]", folder)
    return os.path.join(escaped, f"*Z-{run}.json")


def _file(path: str) -> re.Match[str] | None:
    return _BACKUP.fullmatch(os.path.basename(path))


def _purpose(purpose: str, started: Started) -> str:
    if not started.left_out:
        return purpose
    return f"{purpose} (with your other -e: {', '.join(started.left_out)})"


def _words(
    started: Started,
    playbook: str,
    hosts: list[str],
    accounts: Accounts,
    *,
    check: bool = False,
    variables: Mapping[str, Any] | None = None,
    named: bool = False,
) -> tuple[str, ...]:
    """The words of a command for these hosts. If all accounts are among them, it has the --limit of the run.

    `named` names them also where they are all accounts, up to a number.
    """
    words = ["ansible-playbook"]
    words += [word for source in started.inventory for word in ("-i", source)]
    words += [playbook, *started.options]
    if variables is None or started.name != "retire":
        words += [word for file in started.files for word in ("-e", file)]
    kept = started.variables if variables is None else variables
    words += [word for value in _extra(kept) for word in ("-e", value)]
    words += ["--check"] if check else []
    some = (named or set(hosts) != set(accounts)) and len(hosts) <= NAMED_HOSTS
    if some and all(_HOST.fullmatch(host) for host in hosts):
        words += ["--limit", ",".join(sorted(hosts))]
    elif started.limit:
        words += ["--limit", started.limit]
    return tuple(words)


def _extra(variables: Mapping[str, Any]) -> list[str]:
    """The values of -e: NAME=VALUE where that is unambiguous, the others as one JSON object."""
    plain = {name: value for name, value in variables.items() if isinstance(value, str) and _PLAIN.fullmatch(value)}
    rest = {name: value for name, value in variables.items() if name not in plain}
    return [f"{name}={value}" for name, value in plain.items()] + ([json.dumps(rest)] if rest else [])
