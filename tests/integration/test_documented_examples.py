# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every YAML example of the documentation, run as it is written.

documented_examples/PAGE.yml says how; `PAGES=start,audit` in the environment runs those of some pages only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.accounts_inventory import Inventory, Organization
from integration.documented_accounts import Accounts, missing
from integration.documented_blocks import COLLECTION, blocks
from integration.documented_entries import (
    ANSIBLE_KINDS,
    KEYS,
    OTHER_KINDS,
    Example,
    accounts_needed,
    chosen,
    entries,
    examples,
    named_blocks,
)
from integration.documented_runs import Examples, Outcome, Outcomes
from integration.playbook_runs import Playbook

from local_aws import LocalAws


def kinds(*names: str) -> list[str]:
    found = entries()
    return [name for name in chosen() if found[name].get("as") in names]


SOURCES = kinds("aws_accounts_source")


def test_every_example_says_how_it_is_run_and_every_entry_has_an_example() -> None:
    unnamed = [block.place for block in blocks() if block.language in ("yaml", "yml") and not block.name]
    names = [block.name for block in blocks() if block.name]
    twice = {name for name in names if names.count(name) > 1}
    foreign = [block.name for block in blocks() if block.name and not block.name.startswith(f"{block.page}-")]
    of_yaml = {block.name for block in blocks() if block.language in ("yaml", "yml") and block.name}
    told = entries()
    assert {
        "blocks without a name": unnamed,
        "names that two blocks have": sorted(twice),
        "names that do not begin with their page": foreign,
        "blocks without an entry": sorted(of_yaml - told.keys()),
        "entries without a block": sorted(told.keys() - set(names)),
    } == {
        "blocks without a name": [],
        "names that two blocks have": [],
        "names that do not begin with their page": [],
        "blocks without an entry": [],
        "entries without a block": [],
    }


def test_entries_are_of_known_form() -> None:
    known = {*ANSIBLE_KINDS, *OTHER_KINDS}
    for name, entry in entries().items():
        assert not entry.keys() - KEYS, f"{name}: {sorted(entry.keys() - KEYS)}"
        assert ("as" in entry) != ("used_by" in entry), name
        assert entry.get("as", "tasks") in known, f"{name}: {entry['as']}"
        if "used_by" in entry:
            assert f'"{name}"' in (COLLECTION / entry["used_by"]).read_text(encoding="utf-8"), name


def test_examples_do_what_the_page_says(tmp_path: Path) -> None:
    names = kinds(*ANSIBLE_KINDS)
    if not names:
        pytest.skip("the chosen pages have none")
    with LocalAws(members=accounts_needed(names)) as aws:
        all_of_them = examples(names, aws.members, aws.management, tmp_path)
        accounts = Accounts(aws)
        playbook = Playbook(tmp_path, {**aws.environment(), "ANSIBLE_FORKS": "4", "COLUMNS": "4000"})
        outcomes = Examples(playbook, accounts).run(all_of_them)
        problems = [
            f"{example.name}: {problem}"
            for example in all_of_them
            for problem in (*unlike(example, outcomes[example.name]), *accounts.problems(example))
        ]
        problems += [problem for name in kinds("task_output") for problem in not_returned(name, all_of_them, outcomes)]
    assert not problems, "\n".join(problems)


def unlike(example: Example, outcome: dict[str, Outcome]) -> Iterator[str]:
    """How an example went otherwise than its entry says."""
    entry = example.entry
    for host, found in outcome.items():
        of_host = {key: value.get(host) if isinstance(value, dict) else value for key, value in entry.items()}
        fails = example.text if example.kind == "message" else of_host.get("fails")
        if fails:
            told = getattr(found, str(of_host.get("where", "failures")))
            if not any(matches(str(fails), text) for text in told):
                yield f"{host} does not say: {fails}\n    but: {told}"
        else:
            yield from (f"{host} failed: {text}" for text in found.failures)
            expected = [of_host.get("changed", 1), of_host.get("again", 0)]
            if found.changed != expected:
                yield f"{host}: changed {found.changed}, expected {expected}"


def matches(shown: str, told: str) -> bool:
    """Whether a text contains what is shown, which leaves out something wherever it has dots."""
    return any(found_in(form(told), form(shown)) for form in (str, timeless))


def found_in(told: str, shown: str) -> bool:
    parts = [r"\s+".join(map(re.escape, part.split())) for part in re.split(r"…|\.\.\.", shown)]
    return re.search(r"[\s\S]*?".join(parts), told) is not None


def timeless(text: str) -> str:
    """A text without what no two runs share: days, moments and the names of backups."""
    text = re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{12}", "MOMENT", text)
    return re.sub(r"\d{4}-\d\d-\d\d(T[\d:]+Z)?", "DAY", text)


def not_returned(name: str, all_of_them: list[Example], outcomes: Outcomes) -> Iterator[str]:
    entry = entries()[name]
    [of] = (example for example in all_of_them if example.name == entry["of"])
    shown = named_blocks()[name].text
    for documented, account in of.accounts.items():
        shown = shown.replace(documented, account)
    for outcome in outcomes[of.name].values():
        results = [result for task, result in outcome.results if task.endswith(entry["task"])]
        if not results:
            yield f"{name}: {of.name} has no task {entry['task']}"
        for result in results:
            found: Any = result
            for key in filter(None, entry.get("at", "").split(".")):
                found = found[int(key)] if isinstance(found, list) else found[key]
            yield from (f"{name}: {problem}" for problem in differs(yaml.safe_load(shown), found, entry["task"]))


def differs(shown: Any, found: Any, place: str) -> Iterator[str]:
    """Where a result is not what is shown of it."""
    if isinstance(shown, list) and isinstance(found, list) and len(shown) == len(found):
        for number, (one, other) in enumerate(zip(shown, found, strict=True)):
            yield from differs(one, other, f"{place}[{number}]")
    elif isinstance(shown, dict) and isinstance(found, dict):
        for key, value in shown.items():
            yield from differs(value, found.get(key), f"{place}.{key}")
    elif isinstance(shown, str) and isinstance(found, str):
        if not re.fullmatch(".*".join(map(re.escape, shown.split("…"))), found, re.DOTALL):
            yield f"{place}: {shown!r}, found {found!r}"
    else:
        yield from missing(shown, found, place)


@pytest.mark.parametrize("name", SOURCES)
def test_sources_of_accounts_list_what_the_page_says(aws: LocalAws, tmp_path: Path, name: str) -> None:
    ids = iter(aws.members)
    [source] = examples([name], [next(ids) for _time in range(accounts_needed([name]))], aws.management, tmp_path)
    organization = Organization(aws)
    for account in source.entry.get("accounts", []):
        for depth in range(2, account.get("path", "/").count("/") + 2 if "path" in account else 0):
            path = "/".join(account["path"].split("/")[:depth])
            if path not in organization.units:
                organization.unit(path)
        organization.account(
            account["name"], account.get("path", "/"), account.get("closed", False), **account.get("tags", {})
        )
    Accounts(aws).prepare_management(source)
    listed = Inventory(tmp_path, {**aws.environment(), "HOME": str(tmp_path)})(source.text)
    assert listed.stderr == ""
    by_id = {each["aws_account_id"]: each["aws_account_name"] for each in listed.variables.values()}
    assert sorted(by_id.get(host, host) for host in listed.hosts) == sorted(source.entry["hosts"])
    for group, hosts in source.entry.get("groups", {}).items():
        assert listed.hosts_of(group) == sorted(hosts), group
    assert list(missing(source.entry.get("hostvars", {}), listed.variables, "")) == []


@pytest.mark.parametrize("name", kinds("requirements"))
def test_requirements_ask_for_this_collection(name: str) -> None:
    galaxy = yaml.safe_load((COLLECTION / "galaxy.yml").read_text(encoding="utf-8"))
    asked = yaml.safe_load(named_blocks()[name].text)
    known = {f"{galaxy['namespace']}.{galaxy['name']}", *galaxy["dependencies"]}
    assert asked.keys() == {"collections"}
    for collection in asked["collections"]:
        assert collection.keys() <= {"name", "source", "type", "version"}
        # The address of a copy of the repository is the reader's.
        address = re.fullmatch(r"https://git\.example\.com/\S+\.git", collection["name"])
        assert collection["name"] in known or (address and collection["type"] == "git")
