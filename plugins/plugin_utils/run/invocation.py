# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""How ansible-playbook was started, for the commands that a summary proposes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from ansible import constants as C
from ansible import context
from ansible.module_utils.common.yaml import yaml_load
from ansible.parsing.splitter import parse_kv
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.data.plain_values import plain
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.next_commands import Started
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.known_variables import known_variables

_OF_ONE_RUN = ("aws_ml_approved_plan", "aws_ml_retire_approved_plan")
_AWX = ("awx_job_id", "tower_job_id")


def is_awx_job(variables: Mapping[str, Any]) -> bool:
    """Whether AWX started the run: then no command of a shell continues it."""
    return any(name in variables for name in _AWX)


def started(name: str, extra_vars: Mapping[str, Any]) -> Started:
    """How the run was started. `name` is the playbook of the collection, `extra_vars` the variables of all -e.

    Secrets, variables of one run and those of others are not shown: a command of `Started` names the latter.
    """
    given = context.CLIARGS
    files = tuple(word for word in given.get("extra_vars") or () if word.startswith("@"))
    named = {one for word in given.get("extra_vars") or () if word not in files for one in _names(word)}
    known = known_variables()
    shown = {
        one: plain(value)
        for one, value in extra_vars.items()
        if one in named and one in known.names and not known.is_secret(one) and one not in _OF_ONE_RUN
    }
    return Started(
        name=name,
        playbook=next(iter(given.get("args") or ()), f"aws_ml.permissions.{name}"),
        check_mode=bool(given.get("check")),
        inventory=tuple(map(_shown_path, given.get("inventory") or ())),
        limit=str(given.get("subset") or ""),
        files=files,
        variables=shown,
        reads={playbook: frozenset(known.read_by(playbook)) for playbook in ("retire", "site")},
        left_out=tuple(sorted(one for one in named if one not in shown and one not in _OF_ONE_RUN)),
        options=tuple(_options(given)),
    )


def playbook_file() -> str:
    """The name of the file that was started, as a report has it."""
    playbook = str(next(iter(context.CLIARGS.get("args") or ()), ""))
    is_file = os.path.sep in playbook or playbook.endswith((".yml", ".yaml"))
    return os.path.basename(playbook) if is_file else f"{playbook.rpartition('.')[2]}.yml"


def _names(word: str) -> Iterator[str]:
    """The variables of one -e that is not a file."""
    if word.lstrip()[:1] in ("{", "["):
        values = yaml_load(str(word))  # the parser does not accept the subclass of str that Ansible has
        yield from map(str, values if isinstance(values, Mapping) else ())
    else:
        yield from (name for name in parse_kv(word) if not name.startswith("_"))


def _shown_path(source: str) -> str:
    """An inventory as it can be given in the current folder; a list of hosts stays as it is."""
    below = os.path.join(os.getcwd(), "")
    return source.removeprefix(below) if source.startswith(below) and "," not in source else source


def _options(given: Mapping[str, Any]) -> Iterator[str]:
    for file in given.get("vault_password_files") or ():
        if file not in (C.DEFAULT_VAULT_PASSWORD_FILE, None):
            yield from ("--vault-password-file", str(file))
    for vault in given.get("vault_ids") or ():
        yield from ("--vault-id", str(vault))
    if given.get("ask_vault_pass"):
        yield "--ask-vault-pass"
    if given.get("forks") not in (None, C.DEFAULT_FORKS):
        yield from ("--forks", str(given["forks"]))
