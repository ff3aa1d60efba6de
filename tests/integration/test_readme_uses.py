# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The three uses in the README of every service role work as they are written, and a second time change nothing.

A YAML block that is a dictionary is the variables of a host for the collection's playbook site; a list is a playbook.
Each use has an account of its own. The users, groups and roles that it names are there before; where it removes
something, the service role has put that there before.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.playbook_runs import Playbook, Run
from integration.whole_account import create, declared

from local_aws import LocalAws

SITE = "aws_ml.permissions.site"
ROLES = Path(__file__).resolve().parents[2] / "roles"
OWN_SERVICES = Path(__file__).with_name("own_services")
"""The services of the user's own that uses of the role service_iam name."""
KINDS = ("users", "groups", "roles")
EXISTING = {
    **{f"lookout_vision_iam_{kind}": kind for kind in KINDS},
    **{f"groundtruth_lambda_iam_existing_{which}_role": "roles" for which in ("execution", "pre", "post")},
}
"""Variables that name existing identities, besides all dictionaries of `users`, `groups` and `roles`."""
BEFORE_REMOVAL = {"panorama_iam": {"panorama_iam_generation": "released"}}
"""What else to declare when that is made which a use removes: Panorama's names applications of the released product."""
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
}


@dataclass(frozen=True)
class Use:
    """A YAML block of the section, and the service role in whose README it stands."""

    role: str
    text: str

    @property
    def content(self) -> Any:
        return yaml.safe_load(self.text)


def uses(role: str) -> list[Use]:
    readme = ROLES / role / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.exists() else ""
    section = text.partition("\n## Three uses\n")[2].partition("\n## ")[0]
    return [Use(role, block) for block in re.findall(r"^```yaml\n(.*?)^```", section, re.DOTALL | re.MULTILINE)]


NAMES = sorted(folder.name for folder in ROLES.iterdir())
USES = {f"{role}.{number}": use for role in NAMES for number, use in enumerate(uses(role), start=1)}
HOSTS = {name: use.content for name, use in USES.items() if isinstance(use.content, dict)}
PLAYBOOKS = sorted(USES.keys() - HOSTS.keys())


def variables(name: str) -> dict[str, Any]:
    """The variables of the service role, wherever the use has them."""
    role = USES[name].role

    def walk(value: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(value, list):
            for item in value:
                yield from walk(item)
        elif isinstance(value, dict):
            for key, item in value.items():
                if key.startswith(f"{role}_"):
                    yield key, item
                else:
                    yield from walk(item)

    return dict(walk(USES[name].content))


def existing(name: str) -> dict[str, dict[str, Any]]:
    """The users, groups and roles of others that a use names."""
    found: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}

    def add(kind: str, names: str | list[str]) -> None:
        found[kind].update({each: {"trust": TRUST} if kind == "roles" else {} for each in as_list(names)})

    def walk(value: Any) -> None:
        for item in value if isinstance(value, list) else [value]:
            for kind, names in item.items() if isinstance(item, dict) else []:
                if kind in KINDS:
                    add(kind, names)

    for variable, value in variables(name).items():
        if variable in EXISTING:
            add(EXISTING[variable], value)
        else:
            walk(value)
    return found


def as_list(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names


def host(name: str, member: dict[str, str], **given: Any) -> dict[str, Any]:
    service = USES[name].role.removesuffix("_iam")
    entry = {"aws_account_id": member["id"], "aws_assume_role_arn": member["role_arn"]}
    return {**entry, "aws_ml_services": [service], **given}


def prepare(aws: LocalAws, playbook: Playbook, members: dict[str, dict[str, str]]) -> None:
    """Make what the uses find in their accounts."""
    for name, member in members.items():
        create(aws.client("iam", account=member["id"]), declared(existing(name), member["id"]))
    hosts = {}
    for name, member in members.items():
        role, given = USES[name].role, variables(name)
        if given.get(f"{role}_state") == "absent":
            given = {**given, **BEFORE_REMOVAL.get(role, {}), f"{role}_state": "present"}
            hosts[name] = host(name, member, **given)
    if hosts:
        succeeded(playbook(SITE, {"all": {"hosts": hosts}}))


def succeeded(run: Run) -> Run:
    failures = run.failures()
    assert not failures and run.rc == 0, run.stderr
    return run


@pytest.mark.parametrize("role", NAMES)
def test_a_role_shows_three_uses(role: str) -> None:
    shown = [use.content for use in uses(role)]
    assert len(shown) == 3
    assert all(isinstance(use, dict | list) and use for use in shown)


def test_variables_of_hosts_work_as_they_are_written(tmp_path: Path) -> None:
    with LocalAws(members=len(HOSTS)) as aws:
        playbook = Playbook(tmp_path, aws.environment())
        members = dict(zip(HOSTS, aws.members, strict=True))
        prepare(aws, playbook, members)
        inventory = {"all": {"hosts": {name: host(name, members[name], **use) for name, use in HOSTS.items()}}}
        for changed in (1, 0):
            run = succeeded(playbook(SITE, inventory))
            assert {name: count["changed"] for name, count in run.stats.items()} == dict.fromkeys(HOSTS, changed)


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_a_playbook_works_as_it_is_written(
    playbook: Playbook, aws: LocalAws, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(OWN_SERVICES, tmp_path / "my_services")
    member = aws.members[0]
    prepare(aws, playbook, {name: member})
    file = tmp_path / "use.yml"
    file.write_text(USES[name].text, encoding="utf-8")
    inventory = {"all": {"hosts": {name: host(name, member)}}}
    first, second = (succeeded(playbook(file, inventory)).total("changed") for _time in range(2))
    assert first > 0
    assert second == 0
