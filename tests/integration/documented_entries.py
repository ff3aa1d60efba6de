# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How each documented example is run: documented_examples/PAGE.yml, and the accounts that an example names.

An account id in an example stands for some account of the reader's; here each gets an account of the local AWS.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from integration.documented_blocks import Block, blocks

ENTRIES = Path(__file__).with_name("documented_examples")
ANSIBLE_KINDS = {"host_variables", "inventory", "message", "play_keywords", "playbook", "tasks"}
"""Kinds that are run by ansible-playbook in accounts of their own."""
OTHER_KINDS = {"aws_accounts_source", "requirements", "task_output"}
KEYS = {
    *("account", "accounts", "after", "again", "alone", "as", "at", "before", "beside", "changed", "check"),
    "credentials",
    *(
        "fails",
        "files",
        "given",
        "given_in",
        "groups",
        "holds",
        "hosts",
        "hostvars",
        "of",
        "playbook",
        "seeds",
        "setup",
    ),
    *("task", "tasks", "used_by", "variables", "where"),
}

_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
_ENTERED = re.compile(r"(?:aws_assume_role_arn|role_arn): *[\"']?arn:aws:iam::[^:]*:role/([\w+=,.@/-]+)")
_MOVED = re.compile(r"(?<![\w.])/(?=var/backups\b|srv\b)")


@dataclass(frozen=True)
class Example:
    """A block and its entry, with this run's accounts in place of the documented ones."""

    name: str
    text: str
    entry: dict[str, Any]
    account: str
    accounts: dict[str, str]
    """The local account of each documented one."""

    @property
    def kind(self) -> str:
        return str(self.entry["as"])

    @property
    def content(self) -> Any:
        return yaml.safe_load(self.text)

    @property
    def entrances(self) -> set[str]:
        """Names of the roles by which the example enters accounts."""
        return set(_ENTERED.findall(self.text + yaml.safe_dump(self.entry, width=10**6)))


@cache
def entries() -> dict[str, dict[str, Any]]:
    """Every entry by the name of its block."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(ENTRIES.glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for name, entry in content.items():
            assert name.startswith(f"{path.stem}-"), f"{path.name}: {name} is not of this page"
            found[name] = entry
    return found


@cache
def named_blocks() -> dict[str, Block]:
    return {block.name: block for block in blocks() if block.name}


def chosen() -> list[str]:
    """Names of the examples to run: those of the pages in the environment variable PAGES, or all."""
    pages = os.environ.get("PAGES", "").replace(",", " ").split()
    names = named_blocks()
    return [name for name in entries() if name in names and (not pages or names[name].page in pages)]


def examples(names: Sequence[str], members: Sequence[dict[str, str]], management: str, folder: Path) -> list[Example]:
    """The named examples, each with accounts of its own."""
    free = iter([member["id"] for member in members])
    return [_example(name, free, management, folder) for name in names]


def accounts_needed(names: Sequence[str]) -> int:
    return sum(max(1, len(_documented(name))) for name in names)


def _example(name: str, free: Iterator[str], management: str, folder: Path) -> Example:
    entry = entries()[name]
    documented = _documented(name)
    accounts = {account: next(free) for account in documented}
    if entry.get("as") == "aws_accounts_source" and "account" in entry:
        accounts[str(entry["account"])] = management
    shown = str(entry.get("account", documented[0] if documented else ""))
    own = accounts[shown] if shown else next(free)

    def here(text: str) -> str:
        text = _ACCOUNT.sub(lambda found: accounts.get(found[0], found[0]), text)
        return _MOVED.sub(f"{folder}/", text)

    def of_entry(text: str) -> str:
        yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")
        replaced = {
            "<account_id>": own,
            "<management>": management,
            "<folder>": str(folder),
            "<yesterday>": yesterday,
        }
        for mark, value in replaced.items():
            text = text.replace(mark, value)
        return here(text)

    return Example(
        name,
        here(named_blocks()[name].text),
        json.loads(of_entry(json.dumps(entry, default=str, ensure_ascii=False))),
        own,
        accounts,
    )


def _documented(name: str) -> list[str]:
    """The accounts that an example names, in the order in which they appear."""
    text = named_blocks()[name].text + json.dumps(entries()[name], default=str)
    return list(dict.fromkeys(_ACCOUNT.findall(text)))
