# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways in which the same state is kept: what each is called, the command it is, and how long it takes about."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .workload import templated, workload

_HERE = Path(__file__).parent
COLLECTIONS = _HERE.parent / ".venv" / "collections"

ACTIONS = ("create", "no-op", "check", "drift", "delete")
"""In the order in which an account lives through them; `check` is check mode on the account that has drifted."""

Command = list[str]
Variables = dict[str, Any]


@dataclass(frozen=True)
class Way:
    """`command(folder, action)` is what is measured, in a folder made by `places`.

    `playbook` is whether it is Ansible's, `seconds` and `calls` guess at a no-op in one account, `further` at the
    seconds of each further account: they only serve to tell how much is left.
    """

    name: str
    label: str
    command: Callable[[Path, str], Command]
    seconds: float
    calls: int
    further: float = 0.0
    variables: Callable[[], Variables] = dict
    environment: Mapping[str, str] = field(default_factory=dict)
    other_python: bool = False
    slow: bool = False


def ansible(present: str, absent: str = "") -> Callable[[Path, str], Command]:
    """ansible-playbook with a playbook, or with another to delete."""

    def command(folder: Path, action: str) -> Command:
        playbook = _HERE / "playbooks" / (absent if action == "delete" and absent else present)
        found = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(folder / "inventory.json")]
        found += [str(playbook), "-e", f"wanted_state={'absent' if action == 'delete' else 'present'}"]
        return [*found, "--check"] if action == "check" else found

    return command


def script(name: str, *options: str) -> Callable[[Path, str], Command]:
    """One of the scripts with its arguments; `{folder}` in one is the folder."""

    def command(folder: Path, action: str) -> Command:
        found = [sys.executable, str(_HERE / "scripts" / name)]
        found += [option.format(folder=folder) for option in options]
        return found + {"check": ["--check"], "delete": ["--absent"]}.get(action, [])

    return command


def _ours() -> Variables:
    return _named(workload())


def _named(found: Variables) -> Variables:
    return {"account_policies": found["managed_policies"], "account_roles": found["roles"]}


def _amazons() -> Variables:
    """Jinja for the account, and the inline policies as the flat list that amazon.aws's module loops over."""
    found = templated("aws_account_id")
    inline = [
        {"role": role["name"], "name": name, "policy": policy}
        for role in found["roles"]
        for name, policy in role["inline_policies"].items()
    ]
    return {**_named(found), "account_inline_policies": inline}


def _mitogen() -> dict[str, str]:
    found = importlib.util.find_spec("ansible_mitogen")
    folder = Path(found.origin or "").parent / "plugins" / "strategy" if found else Path()
    return {"ANSIBLE_STRATEGY": "mitogen_linear", "ANSIBLE_STRATEGY_PLUGINS": str(folder)}


_PATHS = {"PYTHONPATH": str(COLLECTIONS)}
_HOUSE = {"PYTHONPATH": str(_HERE.parent)}
_KEPT = "{folder}/workload.json"
_PLACES = "{folder}/accounts.json"
_AMAZON = ansible("amazon_present.yml", "amazon_absent.yml")

ONE_ACCOUNT_WAYS = (
    Way("worker", "aws_ml.permissions, in the worker", ansible("ours.yml"), 1.2, 6, variables=_ours),
    Way("module", "aws_ml.permissions, as module", ansible("ours.yml"), 1.7, 6, variables=_ours, other_python=True),
    Way("amazon", "amazon.aws", _AMAZON, 21, 152, variables=_amazons, slow=True),
    Way(
        "mitogen",
        "amazon.aws with mitogen",
        _AMAZON,
        11,
        152,
        variables=_amazons,
        environment=_mitogen(),
        slow=True,
    ),
    Way("one_by_one", "boto3, one call after the other", script("one_by_one.py", _KEPT), 0.8, 72),
    Way("floor", "boto3, sweep and threads (the floor)", script("floor.py", _KEPT), 0.5, 6),
    Way("empty", "ansible-playbook, empty play", ansible("empty.yml"), 0.7, 0),
)

_ALL = (_KEPT, "--accounts", _PLACES)

FLEET_WAYS = (
    Way("worker", "aws_ml.permissions, in the worker", ansible("ours.yml"), 1.2, 7, 0.08, _ours),
    Way("module", "aws_ml.permissions, as module", ansible("ours.yml"), 1.8, 7, 0.5, _ours, other_python=True),
    Way("amazon", "amazon.aws", ansible("amazon_fleet.yml"), 23, 153, 10, _amazons, slow=True),
    Way(
        "mitogen",
        "amazon.aws with mitogen",
        ansible("amazon_fleet.yml"),
        8,
        153,
        6,
        _amazons,
        environment=_mitogen(),
        slow=True,
    ),
    Way("engine", "our engine, one process, threads", script("engine.py", *_ALL), 0.8, 7, 0.03, environment=_PATHS),
    Way("floor", "boto3, threads over all accounts", script("floor.py", *_ALL), 0.5, 7, 0.015),
    Way("nothing", "Ansible, do-nothing action", ansible("nothing.yml"), 0.7, 0, 0.01),
    Way(
        "nothing_with_arguments",
        "Ansible, do-nothing action with the arguments",
        ansible("nothing_with_arguments.yml"),
        0.7,
        0,
        0.04,
        _ours,
    ),
)

AUDIT_WAYS = (
    Way("worker", "aws_ml.permissions, in the worker", ansible("audit.yml"), 1.0, 4, 0.08),
    Way("floor", "boto3, the same reads in threads", script("reading.py", _PLACES), 0.4, 4, 0.04, environment=_HOUSE),
)
