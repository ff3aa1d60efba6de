# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs documented examples by ansible-playbook: many of them in one run, each on hosts of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.vars.manager import VariableManager
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.account_lines import account_lines
from integration.documented_accounts import Accounts
from integration.documented_entries import Example
from integration.playbook_runs import Playbook, Run

COLLECTION = "aws_ml.permissions"
INTERPRETER = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
Hosts = dict[str, dict[str, Any]]


@dataclass
class Outcome:
    """The outcome for one host of an example: the two runs' counts of changes, and every result of the first."""

    changed: list[int] = field(default_factory=list)
    results: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def failures(self) -> list[str]:
        """Messages of the first run, with their problems."""
        return [
            " ".join([str(result.get("msg", "")), *map(str, result.get("problems", []))])
            for _unused, result in self.results
            if result.get("failed") or result.get("unreachable")
        ]

    @property
    def shown(self) -> list[str]:
        """What tasks showed by `debug`, a list as lines, and what the summary shows of the account with -v."""
        found = [result.get("msg", "") for _unused, result in self.results]
        found += [account_lines(result, planned=False) for _unused, result in self.results]
        found += [result.get("lines", []) for _unused, result in self.results]
        return ["\n".join(map(str, each)) if isinstance(each, list) else str(each) for each in found]

    @property
    def warnings(self) -> list[str]:
        return [str(warning) for _unused, result in self.results for warning in result.get("warnings", [])]


Outcomes = dict[str, dict[str, Outcome]]
"""By example and host."""


class Examples:
    """`Examples(playbook, accounts).run(examples)`: the outcomes."""

    def __init__(self, playbook: Playbook, accounts: Accounts) -> None:
        self._playbook = playbook
        self._accounts = accounts

    def run(self, examples: Sequence[Example]) -> Outcomes:
        self._prepare(examples)
        outcomes: Outcomes = {}
        for together in _batches(examples):
            hosts = {example.name: self._hosts(example) for example in together}
            inventory = {"all": {"hosts": {f"{name}.{host}": it for name in hosts for host, it in hosts[name].items()}}}
            for example in together:
                inventory["all"]["hosts"].update(example.entry.get("beside", {}))
            what = self._playbook_of(together)
            for number in range(2):
                run = self._playbook(
                    what, inventory, check=bool(together[0].entry.get("check")), working_folder=self._playbook.folder
                )
                for name, of_example in hosts.items():
                    for host in of_example:
                        outcome = outcomes.setdefault(name, {}).setdefault(host, Outcome())
                        _record(run, f"{name}.{host}", outcome, first=number == 0)
        return outcomes

    def _prepare(self, examples: Sequence[Example]) -> None:
        for example in examples:
            self._accounts.prepare(example)
            for name, text in example.entry.get("files", {}).items():
                path = self._playbook.folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                assert not path.exists() or path.read_text(encoding="utf-8") == text, f"{name} differs in two examples"
                path.write_text(text, encoding="utf-8")
        converged = {
            example.name: {**self._host(example), **example.entry["before"]}
            for example in examples
            if "before" in example.entry
        }
        if converged:
            _succeeded(self._playbook(f"{COLLECTION}.site", {"all": {"hosts": converged}}))
        set_up = {example.name: example for example in examples if "setup" in example.entry}
        if set_up:
            plays = [_play(name, tasks=example.entry["setup"]) for name, example in set_up.items()]
            inventory = {"all": {"hosts": {name: self._host(example) for name, example in set_up.items()}}}
            _succeeded(self._playbook(_text(plays), inventory, working_folder=self._playbook.folder))

    def _playbook_of(self, together: Sequence[Example]) -> str:
        if _in_plays(together[0]):
            return _text([play for example in together for play in self._plays(example)])
        return f"{COLLECTION}.{together[0].entry.get('playbook', 'site')}"

    def _plays(self, example: Example) -> Iterator[dict[str, Any]]:
        host = f"{example.name}.account"
        if example.kind == "playbook":
            for play in example.content:
                keys = self._environment(example) if play["hosts"] == "localhost" else {}
                environment = {**keys, **play.get("environment", {})}
                yield {**play, "hosts": host, **NOBODY_STOPS, **({"environment": environment} if environment else {})}
        elif example.kind == "play_keywords":
            yield _play(host, **{"tasks": example.entry["tasks"], **example.content})
        else:
            tasks = example.entry["tasks"] if example.kind == "message" else example.content
            amazon = "amazon.aws." in yaml.safe_dump(tasks)
            own_keys = amazon or example.entry.get("credentials") == "account"
            environment = self._environment(example) if own_keys else {}
            yield _play(host, tasks=tasks, environment=environment)

    def _environment(self, example: Example) -> dict[str, str]:
        return self._accounts.keys(example.account)

    def _hosts(self, example: Example) -> Hosts:
        if example.kind == "inventory":
            return _hosts_of(example, self._playbook.folder)
        host = self._host(example)
        if example.kind == "host_variables":
            host = {**host, **example.content}
        localhost = example.kind == "playbook" and all(play["hosts"] == "localhost" for play in example.content)
        own_keys = localhost or "amazon.aws." in example.text or example.entry.get("credentials") == "account"
        if own_keys:
            del host["aws_assume_role_arn"]
            host["ansible_connection"] = "local"
        if localhost:
            del host["aws_account_id"]
        return {"account": host}

    def _host(self, example: Example) -> dict[str, Any]:
        return {
            **INTERPRETER,
            "aws_account_id": example.account,
            "aws_assume_role_arn": f"arn:aws:iam::{example.account}:role/OrganizationAccountAccessRole",
            **example.entry.get("variables", {}),
        }


NOBODY_STOPS = {"ignore_errors": True, "ignore_unreachable": True}
"""Play keywords: when all hosts of a play fail, Ansible runs no further play. Failures are found in the results."""


def _play(host: str, **keywords: Any) -> dict[str, Any]:
    return {"hosts": host, "connection": "local", "gather_facts": False, **NOBODY_STOPS, **keywords}


def _text(plays: Iterable[Mapping[str, Any]]) -> str:
    return yaml.safe_dump(list(plays), sort_keys=False, width=10**6)


def _in_plays(example: Example) -> bool:
    return example.kind in ("playbook", "play_keywords", "tasks") or "tasks" in example.entry


def _batches(examples: Sequence[Example]) -> Iterator[list[Example]]:
    """Examples that run together. Audits, retirements and restores come after the rest."""
    whats = ("site", "plays", "audit", "retire", "release", "restore", "adopt")
    together: dict[str, list[Example]] = {what: [] for what in whats}
    for example in examples:
        if example.entry.get("alone") or example.entry.get("check"):
            yield [example]
        else:
            what = "plays" if _in_plays(example) else example.entry.get("playbook", "site")
            together[what].append(example)
    yield from filter(None, together.values())


def _hosts_of(example: Example, folder: Path) -> Hosts:
    """The hosts of an inventory with all their variables, read by Ansible."""
    path = folder / f"{example.name}.yml"
    path.write_text(example.text, encoding="utf-8")
    loader = DataLoader()
    inventory = InventoryManager(loader=loader, sources=[str(path)])
    variables = VariableManager(loader=loader, inventory=inventory)
    of_ansible = {"ansible_facts", "groups", "group_names", "inventory_dir", "inventory_file", "omit", "playbook_dir"}
    return {
        host.name: {
            **INTERPRETER,
            **json.loads(
                json.dumps(
                    {
                        name: value
                        for name, value in variables.get_vars(host=host, include_hostvars=False).items()
                        if name not in of_ansible and not name.startswith(("ansible_", "inventory_hostname"))
                    }
                )
            ),
            **example.entry.get("variables", {}),
        }
        for host in inventory.get_hosts()
    }


def _record(run: Run, host: str, outcome: Outcome, *, first: bool) -> None:
    assert host in run.stats, f"{host} took no part:\n{run.stdout[-2000:]}\n{run.stderr[-4000:]}"
    outcome.changed.append(run.stats[host]["changed"])
    if first:
        outcome.results = [
            (entry["task"]["name"], entry["hosts"][host])
            for play in run.plays
            for entry in play["tasks"]
            if host in entry["hosts"]
        ]


def _succeeded(run: Run) -> None:
    assert not run.failures() and run.rc == 0, f"{run.failures()}\n{run.stderr}"
