# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rulebook iam_drift with ansible-rulebook and a queue: which events start a playbook, and for which accounts."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from integration.documented_entries import named_blocks
from integration.received_messages import webhook
from integration.rulebook_runs import EVENTS, ROOT, RULEBOOK, missing, running

from local_aws import LocalAws

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

CASES = yaml.safe_load((ROOT / "tests/unit/extensions/iam_changes.yml").read_text(encoding="utf-8"))
VARIABLES = yaml.safe_load(named_blocks()["events-variables"].text)


def event(account: str, **detail: Any) -> dict[str, Any]:
    """The change of another tool in an account, or what `detail` makes of it."""
    body = copy.deepcopy(CASES["event"])
    body["account"] = body["detail"]["recipientAccountId"] = account
    body["detail"]["userIdentity"]["sessionContext"]["sessionIssuer"]["accountId"] = account
    body["detail"].update(detail)
    return body


def test_a_foreign_change_checks_its_account_once_and_nothing_else_does(
    aws: LocalAws, accounts: dict[str, Any], tmp_path: Path
) -> None:
    one, two, three = (member["id"] for member in aws.members)
    names = {member["id"]: member["name"] for member in aws.members}
    inventory = tmp_path / "inventory.yml"
    with (
        webhook() as hook,
        running(tmp_path, inventory, VARIABLES, aws.environment(), "3 seconds") as rulebook,
    ):
        accounts["all"]["vars"] = {"aws_ml_notify": hook.url("hook")}
        inventory.write_text(json.dumps(accounts), encoding="utf-8")
        rulebook.send(
            event(two, userAgent=CASES["own_agent"]),
            event(two, eventName="GetRole", readOnly=True),
            event(two, errorCode="AccessDenied"),
            event("{{ lookup('pipe', 'touch /tmp/x') }}"),
            event("*"),
            "not JSON {{ 1 }}",
            event(one),
            event(one, eventName="PutRolePolicy"),
            event(one, eventName="DeleteRole"),
        )
        assert rulebook.recaps(1) == [{names[one]}]
        assert {call["account"] for call in aws.calls() if call["service"] == "iam"} == {one}
        assert aws.call_counts()["AssumeRole"] == 1
        [told] = hook.messages
        assert (told["title"], "1 account" in told["message"]) == ("aws_ml.permissions.audit", True)

        rulebook.send(event(two), event(three), event(two))
        assert rulebook.recaps(2) == [{names[one]}, {names[two], names[three]}]
        assert aws.call_counts()["AssumeRole"] == 3
        assert rulebook.is_empty()
        assert ["2 accounts" in told["message"] for told in hook.messages] == [False, True]


def test_the_action_for_awx_has_the_form_of_a_rulebook() -> None:
    [schema] = EVENTS.glob("lib/python3.*/site-packages/ansible_rulebook/schema/ruleset_schema.json")
    rulebook = yaml.safe_load((ROOT / RULEBOOK).read_text(encoding="utf-8"))
    [rule] = rulebook[0]["rules"]
    [own] = rule["actions"]
    rule["actions"] = yaml.safe_load(named_blocks()["events-awx"].text)
    [awx] = rule["actions"]
    ids = awx["run_job_template"]["job_args"]["extra_vars"]
    assert ids == own["run_playbook"]["extra_vars"]
    jsonschema.validate(rulebook, json.loads(schema.read_text(encoding="utf-8")))
