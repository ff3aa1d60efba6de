# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages that a webhook and a mail server get, what happens if they do not, and that no URL is shown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import yaml
from ansible.parsing.plugin_docs import read_docstring
from integration.documented_entries import named_blocks
from integration.playbook_runs import LIMIT, Playbook, Run
from integration.received_messages import mailbox, webhook

from local_aws import LocalAws

ROOT = Path(__file__).resolve().parents[2]
OWN_EXAMPLE = read_docstring(str(ROOT / "plugins/modules/notify.py"))["plainexamples"]
SECRET = "T0123-s3cret"
HOSTS = {"all": {"hosts": {"one": {}, "two": {}}, "vars": {"ansible_connection": "local"}}}
LINES = ["role <!channel> of @here", "mail bob@example.com\nBcc: x"]


def task(name: str, **options: Any) -> dict[str, Any]:
    given = {"to": "{{ targets }}", "title": "Audit <b>\nX: y", "lines": LINES, **options}
    return {"name": name, "aws_ml.permissions.notify": given, "run_once": True}


def play(*tasks: dict[str, Any]) -> str:
    return "---\n" + yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": list(tasks)}])


def tasks() -> list[dict[str, Any]]:
    """Those of the documentation, and some that fail."""
    return [
        task("Send"),
        task("Stay silent", send_when=["changes", "failed"], totals={"statuses": {"in sync": 2}}),
        task("Warn", to="{{ gone }}", failure="warn"),
        *yaml.safe_load(named_blocks()["notify-own-playbook"].text),
        *yaml.safe_load(OWN_EXAMPLE),
        {**task("Fail", to="{{ gone }}"), "ignore_errors": True},
        {**task("Refuse", to=["slak://x", f"/{SECRET}", "{{ targets[0] }}"]), "ignore_errors": True},
    ]


def result(run: Run, name: str) -> dict[str, Any]:
    """Of a task that ran once."""
    [found] = run.results(name).values()
    return found


def test_a_message_gets_to_every_target_as_text_and_no_url_gets_out(playbook: Playbook, tmp_path: Path) -> None:
    log = tmp_path / "ansible.log"
    with webhook() as hook, mailbox() as (mail_url, mails):
        (tmp_path / "apprise.yml").write_text(yaml.safe_dump({"urls": [hook.url(f"file/{SECRET}")]}), encoding="utf-8")
        given = {
            "targets": [hook.url(SECRET), mail_url, str(tmp_path / "apprise.yml")],
            "gone": [hook.url(f"gone/{SECRET}"), f"json://127.0.0.1:9/{SECRET}", hook.url(SECRET)],
            "team_channels": [hook.url(SECRET)],
        }
        logged = {"ANSIBLE_LOG_PATH": str(log)}
        run = playbook(play(*tasks()), HOSTS, given, check=True, environment=logged, arguments=["-vvvv"])
    assert run.rc == 0, run.stdout
    require_results(run)
    assert Counter((one["title"], one["message"]) for one in hook.messages) == {
        ("Our roles in 2 accounts", "done: one, two\nfailed:"): 1,
        ("Audit (b)\\nX: y", "role (!channel) of (at)here\nmail bob@example.com\\nBcc: x"): 4,
    }
    [(recipients, mail)] = mails
    assert (recipients, mail["Subject"], mail["X"]) == (["team@example.com"], "Audit (b)\\nX: y", None)
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().splitlines() == ["role (!channel) of (at)here", "mail bob@example.com\\nBcc: x"]
    assert SECRET not in run.stdout + run.stderr + log.read_text(encoding="utf-8")


def require_results(run: Run) -> None:
    assert (result(run, "Send")["sent"], result(run, "Send")["changed"]) == (3, False)
    assert result(run, "Tell the team")["sent"] == 1
    assert result(run, "Tell the team what our own play came to")["skipped"]
    assert result(run, "Stay silent")["skipped"]
    lost = [
        "target 1 (json): it answered with status 404",
        "target 2 (json): there was no connection, or it refused the message",
    ]
    for name in ("Warn", "Fail"):
        assert (result(run, name)["not_sent"], result(run, name)["sent"]) == (lost, 1)
    assert not result(run, "Warn").get("failed")
    assert lost[0] in result(run, "Fail")["msg"]
    assert result(run, "Refuse")["msg"].splitlines() == [
        "Nothing was sent:",
        "- to: target 1 is not a URL of a kind that apprise knows; did you mean slack://?",
        "- to: target 2 is neither a URL nor a path of an apprise configuration; a URL begins with its kind, such"
        " as slack://",
    ]


def test_problems_with_notifications_end_a_run_before_any_account(
    aws: LocalAws, accounts: dict[str, Any], playbook: Playbook
) -> None:
    given = yaml.safe_load(named_blocks()["notify-variables"].text)
    given |= {"vaulted_slack_url": f"slak://{SECRET}", "aws_ml_notify_on": ["chnages"]}
    run = playbook("aws_ml.permissions.audit", accounts, given)
    said = " ".join((run.stdout + run.stderr).split())
    assert run.rc != 0
    assert "3 problems found, no account was accessed" in said
    assert "aws_ml_notify: target 1 is not a URL of a kind that apprise knows; did you mean slack://?" in said
    assert "aws_ml_notify: target 3 is neither a URL nor a path of an apprise configuration;" in said
    assert (
        'aws_ml_notify_on: has the entry "chnages"; it is a list of always, changes, new, failed; did you mean changes?'
        in said
    )
    assert SECRET not in said
    assert aws.calls() == []


def test_without_apprise_there_is_one_error_before_any_account(
    aws: LocalAws, accounts: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['apprise'] = None\n", encoding="utf-8")
    (tmp_path / "inventory.yml").write_text(json.dumps(accounts), encoding="utf-8")
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars/all.yml").write_text(f"aws_ml_notify: json://127.0.0.1:9/{SECRET}\n", encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "-i", "inventory.yml", "aws_ml.permissions.audit"],
        cwd=tmp_path,
        env={**os.environ, **aws.environment(), "PYTHONPATH": path, "COLUMNS": "4000"},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode != 0
    assert said.count("apprise is missing, which sends notifications. To fix: pip install apprise") == 1
    assert SECRET not in said
    assert aws.calls() == []


def test_the_summary_is_sent_once_even_if_the_run_fails(
    aws: LocalAws, accounts: dict[str, Any], playbook: Playbook
) -> None:
    one, two, _three = (member["name"] for member in aws.members)
    open_trust = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"},
    }
    iam = aws.client("iam", account=aws.members[0]["id"])
    iam.create_role(RoleName="AWSDeepLensServiceRole", AssumeRolePolicyDocument=json.dumps(open_trust))
    accounts["all"]["hosts"][two]["aws_assume_role_arn"] += "-old"
    with webhook() as hook:
        given = {"aws_ml_notify": hook.url(SECRET), "aws_ml_notify_on": "failed,new", "aws_ml_fail_on": ["critical"]}
        run = playbook("aws_ml.permissions.audit", accounts, given, arguments=["-vvv"])
        assert run.rc == 2
        [sent] = hook.messages
        assert (sent["title"], sent["type"]) == ("aws_ml.permissions.audit", "failure")
        assert "There are critical findings" in sent["message"]
        assert f"role/AWSDeepLensServiceRole in {one}" in sent["message"]
        assert SECRET not in run.stdout + run.stderr

        all_failed = playbook("aws_ml.permissions.audit", accounts, given, check=True, arguments=["--limit", two])
        assert all_failed.rc == 2
        [_first, second] = hook.messages
        assert second["title"] == "aws_ml.permissions.audit --check"
        assert second["message"].startswith("aws_ml.permissions: 1 account in ")
        assert "1 failed" in second["message"].splitlines()[0]
