# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The files of an inventory with what accounts declare. Pure; `written_files` writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import Problem, printable, shown
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.adopt.declarations import divided
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.adopt.external_ids import VARIABLE
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.adopt.yaml_text import yaml_text

GROUP = "aws_ml_adopted"
"""The group of the hosts that were read. What they share is declared for it and for no other host."""

SECRETS = f"{GROUP}_external_ids.yml"
"""The name of the files with external ids."""

_WHEN = "# Read on "
_LONGEST_NAME = 200
"""Characters of the name of a host that is the name of a folder."""


def inventory_files(exports: Mapping[str, Mapping[str, Any]], now: str) -> dict[str, str]:
    """The content of each file by its path in the folder. `now` is the time of the run (UTC, ISO 8601)."""
    found = divided(exports)
    hosts = sorted(exports)
    group = {GROUP: {"hosts": dict.fromkeys(hosts)}}
    files = {
        f"{GROUP}.yml": _file(["The hosts whose accounts were read, for the variables in group_vars."], now, group)
    }
    if found.shared:
        title = f"What the accounts of these {len(hosts)} hosts have in common."
        files[f"group_vars/{GROUP}/{GROUP}.yml"] = _file([title], now, found.shared)
    for host in hosts:
        content = {**found.own[host]}
        files[f"host_vars/{host}/{GROUP}.yml"] = _file(_comment(host, exports[host], content), now, content)
        if found.external_ids[host]:
            title = f"External ids of {printable(host)}. To encrypt them: ansible-vault encrypt, with this file."
            files[f"host_vars/{host}/{SECRETS}"] = _file([title], now, {VARIABLE: found.external_ids[host]})
    return files


def is_same(one: str, other: str) -> bool:
    """Whether two contents differ at most in when the accounts were read."""
    return _without_time(one) == _without_time(other)


def host_problems(hosts: Sequence[str]) -> Iterator[Problem]:
    """Names of hosts that cannot be the name of a folder, or that Ansible reads as something else in an inventory."""
    for host in hosts:
        bad = next((sign for sign in host if sign in "/\\[]:" or not sign.isprintable()), None)
        if host.strip(". ") == "" or host.startswith(".") or bad or host != host.strip():
            what = f"it has {shown(bad)}" if bad else "it begins with a dot, or with or ends in a space"
            yield Problem(
                f"host {shown(host)}", f"cannot be the name of a folder of an inventory: {what}; rename the host"
            )
        elif len(host.encode()) > _LONGEST_NAME:
            yield Problem(f"host {shown(host)}", f"its name is longer than {_LONGEST_NAME} bytes; rename the host")


def _comment(host: str, export: Mapping[str, Any], content: Mapping[str, Any]) -> list[str]:
    about = f"Account {export['account_id']}, host {printable(host)}."
    lines = [about if content else f"{about} It has nothing that is not shared."]
    for title, key in (("Not exported:", "left_out"), ("Not declared:", "unexplained")):
        entries = [f"  {printable(one['resource'])}: {printable(one['reason'])}" for one in export[key]]
        lines += [title, *entries] if entries else []
    return lines


def _file(comment: Sequence[str], now: str, content: Mapping[str, Any]) -> str:
    head = "".join(f"# {line}".rstrip() + "\n" for line in comment)
    body = yaml_text(content) if content else "---\n{}\n"
    return f"{head}{_WHEN}{now} by aws_ml.permissions.adopt.\n{body}"


def _without_time(text: str) -> str:
    return re.sub(rf"(?m)\A((?:#.*\n)*?){re.escape(_WHEN)}.*\n", r"\1", text, count=1)
