# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alternatives that are compared: their names, their commands, and about how long they take."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .samples import OURS
from .workload import Workload, filled

_HERE = Path(__file__).parent
COLLECTIONS = _HERE.parent / ".venv" / "collections"

ACTIONS = ("create", "no-op", "check", "drift", "delete")
"""In the order in which they run in an account; `check` is check mode in the account after drift."""

Command = list[str]
Variables = dict[str, Any]


@dataclass(frozen=True)
class Alternative:
    """`command(folder, action)` is measured, in a folder that `write_folder` created.

    `seconds` and `calls` estimate a no-op in one account, `further` the seconds of each further account: they only
    serve to estimate the remaining time. `variables(workload)` are those of its hosts, `keeps` says whether it writes
    the workload, and `slow` ones are measured less often. `{root}` in a value of `environment` is the folder of the
    run.
    """

    name: str
    label: str
    command: Callable[[Path, str], Command]
    seconds: float
    calls: int
    further: float = 0.0
    variables: Callable[[Workload], Variables] = lambda _workload: {}
    environment: Mapping[str, str] = field(default_factory=dict)
    other_python: bool = False
    keeps: bool = True
    slow: bool = False


def playbook(name: str) -> Callable[[Path, str], Command]:
    """One of the collection's own playbooks; actions that only read run in check mode."""

    def command(folder: Path, action: str) -> Command:
        found = [_program(), "-i", str(folder / "inventory.json"), f"aws_ml.permissions.{name}"]
        return [*found, "--check"] if action == "check" else found

    return command


def ansible(present: str, absent: str = "") -> Callable[[Path, str], Command]:
    """ansible-playbook with one playbook, and with another one to delete."""

    def command(folder: Path, action: str) -> Command:
        file = _HERE / "playbooks" / (absent if action == "delete" and absent else present)
        found = [_program(), "-i", str(folder / "inventory.json")]
        found += [str(file), "-e", f"wanted_state={'absent' if action == 'delete' else 'present'}"]
        return [*found, "--check"] if action == "check" else found

    return command


def script(name: str, *options: str) -> Callable[[Path, str], Command]:
    """One of the scripts with its arguments; `{folder}` in one is the folder."""

    def command(folder: Path, action: str) -> Command:
        found = [sys.executable, str(_HERE / "scripts" / name)]
        found += [option.format(folder=folder) for option in options]
        return found + {"check": ["--check"], "delete": ["--absent"]}.get(action, [])

    return command


def _program() -> str:
    return str(Path(sys.executable).with_name("ansible-playbook"))


def _baseline(found: Workload) -> Variables:
    return {"account_policies": found["managed_policies"], "account_roles": found["roles"]}


def _amazon(found: Workload) -> Variables:
    """Jinja for the account, and the inline policies as the flat list that amazon.aws's module loops over."""
    templated = filled(found, "{{ aws_account_id }}")
    groups = templated.get("groups", [])
    inline = [
        {"type": kind, "owner": entry["name"], "name": name, "policy": policy}
        for kind, entries in (("role", templated["roles"]), ("group", groups))
        for entry in entries
        for name, policy in entry["inline_policies"].items()
    ]
    return {**_baseline(templated), "account_groups": groups, "account_inline_policies": inline}


def _mitogen() -> dict[str, str]:
    found = importlib.util.find_spec("ansible_mitogen")
    folder = Path(found.origin or "").parent / "plugins" / "strategy" if found else Path()
    return {"ANSIBLE_STRATEGY": "mitogen_linear", "ANSIBLE_STRATEGY_PLUGINS": str(folder)}


_PATHS = {"PYTHONPATH": str(COLLECTIONS)}
_PROJECT = {"PYTHONPATH": str(_HERE.parent)}
_WORKLOAD = "{folder}/workload.json"
_ACCOUNTS = "{folder}/accounts.json"
_ALL = (_WORKLOAD, "--accounts", _ACCOUNTS)
_AMAZON = ansible("amazon_present.yml", "amazon_absent.yml")
_OURS = ansible("ours.yml")
EARLIER = "earlier"
"""The alternative that is this collection at another commit."""
_AT_COMMIT = {"ANSIBLE_COLLECTIONS_PATH": "{root}/earlier-collections"}

ACCOUNT_ALTERNATIVES = (
    Alternative(OURS, "iam_baseline, in the worker", _OURS, 1.2, 6, variables=_baseline),
    Alternative("module", "iam_baseline, as module", _OURS, 1.7, 6, variables=_baseline, other_python=True),
    Alternative("amazon", "amazon.aws", _AMAZON, 21, 152, variables=_amazon, slow=True),
    Alternative(
        "mitogen",
        "amazon.aws with mitogen",
        _AMAZON,
        11,
        152,
        variables=_amazon,
        environment=_mitogen(),
        slow=True,
    ),
    Alternative("one_by_one", "boto3, one call after the other", script("one_by_one.py", _WORKLOAD), 0.8, 72),
    Alternative("floor", "boto3, two listings and threads", script("floor.py", _WORKLOAD), 0.5, 6),
    Alternative("empty", "ansible-playbook, empty play", ansible("empty.yml"), 0.7, 0, keeps=False),
)

_THREADS = Alternative("floor", "boto3, threads over all accounts", script("floor.py", *_ALL), 0.5, 7, 0.02)
_NOTHING = Alternative("nothing", "Ansible, do-nothing action", ansible("nothing.yml"), 0.7, 0, 0.01, keeps=False)
SITE = Alternative(OURS, "site.yml", playbook("site"), 1.5, 6, 0.1)

SITE_ALTERNATIVES = (
    SITE,
    Alternative(
        EARLIER,
        "site.yml at the earlier commit",
        playbook("site"),
        4,
        30,
        2,
        environment=_AT_COMMIT,
        keeps=False,
        slow=True,
    ),
    Alternative("amazon", "amazon.aws", ansible("amazon_fleet.yml"), 23, 153, 10, variables=_amazon, slow=True),
    _THREADS,
    _NOTHING,
)

AUDIT_ALTERNATIVES = (
    Alternative(OURS, "audit.yml", playbook("audit"), 1.5, 5, 0.15, keeps=False),
    Alternative(
        EARLIER,
        "audit.yml at the earlier commit",
        playbook("audit"),
        3,
        30,
        1.5,
        environment=_AT_COMMIT,
        keeps=False,
        slow=True,
    ),
    Alternative(
        "floor",
        "boto3, the same reads in threads",
        script("reading.py", _ACCOUNTS),
        0.4,
        5,
        0.04,
        environment=_PROJECT,
        keeps=False,
    ),
)

RETIRE_ALTERNATIVES = (Alternative(OURS, "retire.yml --check", playbook("retire"), 1.5, 5, 0.15, keeps=False),)

BASELINE_ALTERNATIVES = (
    Alternative(OURS, "iam_baseline", _OURS, 1.2, 7, 0.08, _baseline),
    Alternative(
        "engine",
        "our engine, one process, threads",
        script("engine.py", *_ALL),
        0.8,
        7,
        0.03,
        environment=_PATHS,
    ),
    _THREADS,
    Alternative(
        "nothing_with_arguments",
        "Ansible, do-nothing action with the arguments of iam_baseline",
        ansible("nothing_with_arguments.yml"),
        0.7,
        0,
        0.04,
        _baseline,
        keeps=False,
    ),
)
