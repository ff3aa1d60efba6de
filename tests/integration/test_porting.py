# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The promise of docs/docsite/rst/porting.rst: after tasks of amazon.aws, the corresponding tasks change nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from integration.documented_accounts import Accounts
from integration.documented_blocks import blocks
from integration.documented_entries import accounts_needed, examples
from integration.playbook_runs import Playbook, Run

from local_aws import LocalAws

SHOWN = {block.name: block.text for block in blocks() if block.page == "porting" and block.name}
PAIRS = {
    "porting-role": "porting-role-amazon",
    "porting-managed-policy": "porting-managed-policy-amazon",
    "porting-inline": "porting-inline-amazon",
    "porting-attachment": "porting-attachment-amazon",
    "porting-loop": "porting-loop-amazon",
    "porting-info": "porting-info-amazon",
    "porting-assume-role": "porting-assume-role-amazon",
    "porting-absent": "porting-absent-amazon",
}
OF_AMAZON = list(PAIRS.values())


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws(members=accounts_needed(OF_AMAZON)) as aws:
        yield aws


@pytest.fixture(scope="module")
def run(aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Both blocks of every pair, one after the other, each pair in an account of its own; those that enter it by
    themselves start from the organization's."""
    folder = tmp_path_factory.mktemp("porting")
    accounts = Accounts(aws)
    plays, hosts = [], {}
    for pair, example in zip(PAIRS, examples(OF_AMAZON, aws.members, aws.management, folder), strict=True):
        accounts.prepare(example)
        hosts[pair] = {"ansible_connection": "local"}
        ours = SHOWN[pair]
        for documented, account in example.accounts.items():
            ours = ours.replace(documented, account)
        for name, tasks in ((example.name, example.content), (pair, yaml.safe_load(ours))):
            play = {"name": name, "hosts": pair, "gather_facts": False, "tasks": tasks}
            enters_itself = bool(example.entrances)
            plays.append({**play, "environment": {} if enters_itself else accounts.keys(example.account)})
    variables = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    playbook = Playbook(folder, aws.environment())
    done = playbook(yaml.safe_dump(plays, sort_keys=False), {"all": {"hosts": hosts, "vars": variables}})
    assert not done.failures() and done.rc == 0, f"{done.failures()}\n{done.stderr}"
    return done


def results(run: Run, play: str) -> list[dict[str, Any]]:
    return [
        result
        for played in run.plays
        if played["play"]["name"] == play
        for entry in played["tasks"]
        for result in entry["hosts"].values()
    ]


def test_every_block_of_amazon_aws_has_its_counterpart() -> None:
    shown = {name for name, text in SHOWN.items() if re.search(r"(?m)^ *amazon\.aws\.", text)}
    assert shown == set(OF_AMAZON)
    assert set(PAIRS) <= SHOWN.keys()


@pytest.mark.parametrize("pair", PAIRS)
def test_after_amazon_aws_nothing_is_left_to_change(run: Run, pair: str) -> None:
    before, after = results(run, PAIRS[pair]), results(run, pair)
    assert before and after
    assert [result for result in after if result["changed"]] == []
    assert all(result.get("plan", []) == [] for result in after)


def test_the_tasks_of_amazon_aws_wrote_something(run: Run) -> None:
    unchanged = [pair for pair in PAIRS if not any(result["changed"] for result in results(run, PAIRS[pair]))]
    assert unchanged == ["porting-info"]
