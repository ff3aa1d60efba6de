# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profile `documented` creates the same account as AWS's guide with its mistakes corrected.

guides/SERVICE.yml holds what that is, read from the guide and written down by hand: for each case the account `before`,
the `variables` of the service role, and the whole account `after`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import catalogue
from integration.playbook_runs import Playbook, Run
from integration.whole_account import Account, create, declared, differences, held

from local_aws import LocalAws

GUIDES = Path(__file__).with_name("guides")
CASES: dict[str, dict[str, Any]] = {
    f"{file.stem}.{name}": {"service": file.stem, **case}
    for file in sorted(GUIDES.glob("*.yml"))
    for name, case in yaml.safe_load(file.read_text(encoding="utf-8")).items()
}
PLAY = """---
- hosts: all
  connection: local
  gather_facts: false
  vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  tasks:
    - name: Converge the service of the host
      ansible.builtin.include_role: {name: "aws_ml.permissions.{{ service }}_iam"}
"""


@pytest.fixture
def aws() -> Iterator[LocalAws]:
    """An account for each case, so that few runs do for all of them."""
    with LocalAws(members=len(CASES)) as aws:
        yield aws


@pytest.fixture
def accounts(aws: LocalAws) -> dict[str, dict[str, str]]:
    return dict(zip(CASES, aws.members, strict=True))


@pytest.fixture
def run(playbook: Playbook, accounts: dict[str, dict[str, str]]) -> Any:
    """Runs the service role of every case in its account, with the case's variables."""

    def run(**variables: str) -> Run:
        hosts = {
            case: {
                "aws_account_id": accounts[case]["id"],
                "aws_assume_role_arn": accounts[case]["role_arn"],
                "service": what["service"],
                **what["variables"],
                **{f"{what['service']}_iam_{name}": value for name, value in variables.items()},
            }
            for case, what in CASES.items()
        }
        done = playbook(PLAY, {"all": {"hosts": hosts}})
        failures = done.failures()
        assert not failures and done.rc == 0, done.stderr
        return done

    return run


def test_every_service_has_a_guide() -> None:
    assert {what["service"] for what in CASES.values()} == set(catalogue())


def test_accounts_are_as_after_following_the_guides_and_as_before_once_removed(
    aws: LocalAws, accounts: dict[str, dict[str, str]], run: Any
) -> None:
    def expect(moment: str) -> None:
        unlike = [
            line
            for case, what in CASES.items()
            for line in differences(wanted(case, what[moment]), held(iam(case)), case)
        ]
        assert not unlike, "\n".join(unlike)

    def wanted(case: str, account: Any) -> Account:
        return declared(account, accounts[case]["id"])

    def iam(case: str) -> Any:
        return aws.client("iam", account=accounts[case]["id"])

    def changes(done: Run) -> dict[str, int]:
        return {case: counts["changed"] for case, counts in done.stats.items()}

    for case, what in CASES.items():
        create(iam(case), wanted(case, what["before"]))
    expect("before")

    assert changes(run(profile="documented")) == dict.fromkeys(CASES, 1)
    expect("after")

    aws.clear_calls()
    assert changes(run(profile="documented")) == dict.fromkeys(CASES, 0)
    written = [call["action"] for call in aws.calls() if not call["action"].startswith(("Get", "List", "AssumeRole"))]
    assert written == []

    run(state="absent")
    expect("before")
