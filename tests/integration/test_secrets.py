# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No output of a run contains a secret, and data that equals a secret is unchanged in results."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.playbook_runs import Playbook
from preloaded_ansible import ANSIBLE

from local_aws import LocalAws

LAMBDA = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ROLE = "aws_ml.permissions.iam_role"


def entrance(aws: LocalAws, external_id: str) -> str:
    """A role in the first member account that the second may assume with this external id."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": aws.members[1]["id"]},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
            }
        ],
    }
    iam = aws.client("iam", account=aws.members[0]["id"])
    return str(iam.create_role(RoleName="Entrance", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"])


@pytest.fixture
def keys(aws: LocalAws) -> dict[str, str]:
    """The environment of a session in the second member account."""
    session = aws.client("sts").assume_role(RoleArn=aws.members[1]["role_arn"], RoleSessionName="test")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["SessionToken"],
    }


def test_what_equals_a_secret_is_data(
    playbook: Playbook, aws: LocalAws, way: dict[str, str], keys: dict[str, str]
) -> None:
    member = aws.members[0]
    first = {
        "name": "vision-worker",
        "description": "vision",
        "assume_role_policy_document": LAMBDA,
        "tags": {"team": "vision", "vision": "yes"},
    }
    second = {
        "name": "copy-of-vision",
        "assume_role_policy_document": LAMBDA,
        "tags": "{{ made.roles[0].tags }}",
        "description": "{{ made.roles[0].description }}",
    }
    tasks = [{"name": "Make", ROLE: first, "register": "made"}, {"name": "Copy", ROLE: second}]
    host = {"aws_account_id": member["id"], "aws_assume_role_arn": entrance(aws, "vision"), "aws_external_id": "vision"}
    play = yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks}])
    run = playbook(play, {"all": {"hosts": {"one": {**host, **way}}}}, diff=True, environment=keys)
    assert run.failures() == {}
    made = run.results("Make")["one"]
    assert made["roles"][0]["tags"] == first["tags"]
    assert "team: vision" in str(made["diff"])
    assert made["plan"][0]["resource"] == "role/vision-worker"
    copy = aws.client("iam", account=member["id"]).get_role(RoleName="copy-of-vision")["Role"]
    assert {tag["Key"]: tag["Value"] for tag in copy["Tags"]} == first["tags"]
    assert copy["Description"] == "vision"


SECRETS = {"HUSH_EXTERNAL_ID": "hush-external-id-3141", "HUSH_SHORT": "q7", "HUSH_OTHER": "hush-guessed-2718"}


def hush(name: str) -> str:
    return f"{{{{ lookup('ansible.builtin.env', '{name}') }}}}"


def told(name: str, module: str = ROLE, **options: Any) -> dict[str, Any]:
    given = {"name": name, "assume_role_policy_document": LAMBDA} if module == ROLE else {}
    return {"name": f"Task {name}", module: {**given, **options}, "ignore_errors": True}


def tasks_with_secrets(aws: LocalAws, role_arn: str) -> list[dict[str, Any]]:
    """Ten tasks that succeed, are refused or fail in the ways in which a secret could be shown."""
    own = {"role_arn": role_arn, "external_id": hush("HUSH_EXTERNAL_ID")}
    return [
        told("made", tags={"team": "vision"}),
        told("own", assume_role=own),
        told("guessed", assume_role={**own, "external_id": hush("HUSH_OTHER")}),
        told("short", assume_role={**own, "external_id": hush("HUSH_SHORT")}),
        told("bad name", assume_role={**own, "session_name": "no name"}),
        told("bad-option", nothing_such=hush("HUSH_EXTERNAL_ID"), assume_role=own),
        told("bad-choice", state=hush("HUSH_EXTERNAL_ID"), assume_role=own),
        told("denied", account_id=aws.management),
        told("audit", "aws_ml.permissions.iam_audit"),
        {**told("background"), "async": 60, "poll": 1},
    ]


@pytest.fixture
def play(aws: LocalAws, way: dict[str, str], keys: dict[str, str], tmp_path: Path) -> Path:
    """The folder of a playbook and an inventory whose connections are secrets from the environment."""
    role_arn = entrance(aws, SECRETS["HUSH_EXTERNAL_ID"])
    connection = {
        "access_key": keys["AWS_ACCESS_KEY_ID"],
        "secret_key": hush("HUSH_SECRET"),
        "aws_session_token": hush("HUSH_TOKEN"),
    }
    host = {
        **way,
        "aws_account_id": aws.members[0]["id"],
        "aws_assume_role_arn": role_arn,
        "aws_external_id": hush("HUSH_EXTERNAL_ID"),
    }
    play = {
        "hosts": "all",
        "gather_facts": False,
        "module_defaults": {"group/aws": connection},
        "tasks": tasks_with_secrets(aws, role_arn),
    }
    (tmp_path / "inventory.yml").write_text(yaml.safe_dump({"all": {"hosts": {"one": host}}}), encoding="utf-8")
    (tmp_path / "playbook.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
    return tmp_path


def leaving_everything(folder: Path) -> dict[str, str]:
    """Settings with which a run leaves all its files in a folder."""
    return {
        "ANSIBLE_NOCOLOR": "1",
        # ansible-core 2.21 and later show the arguments of a task only on request.
        "ANSIBLE_INJECT_INVOCATION": "1",
        "ANSIBLE_LOG_PATH": str(folder / "ansible.log"),
        "ANSIBLE_ASYNC_DIR": str(folder / "async"),
        "ANSIBLE_LOCAL_TEMP": str(folder / "local"),
        "ANSIBLE_REMOTE_TEMP": str(folder / "remote"),
        "ANSIBLE_CALLBACKS_ENABLED": "aws_ml.permissions.progress,aws_ml.permissions.report",
        "AWS_ML_REPORT_DIRECTORY": str(folder / "reports"),
    }


def left_in(folder: Path) -> dict[str, str]:
    """The text of all files of a run."""
    # Ansible clears up after a task in the background some seconds later.
    for _look in range(100):
        if not any((folder / "remote").iterdir()):
            break
        time.sleep(0.2)
    return {str(path): path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("mode", ["--diff", "--check"])
def test_secrets_are_in_nothing_that_a_run_leaves(aws: LocalAws, keys: dict[str, str], play: Path, mode: str) -> None:
    secrets = {**SECRETS, "HUSH_SECRET": keys["AWS_SECRET_ACCESS_KEY"], "HUSH_TOKEN": keys["AWS_SESSION_TOKEN"]}
    nobody = dict.fromkeys(keys, "")
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    done = ANSIBLE.run(
        [program, "-i", "inventory.yml", "playbook.yml", "-vvvvv", mode],
        cwd=play,
        env={**os.environ, **aws.environment(), **nobody, **leaving_everything(play), **secrets},
        timeout=180,
    )
    assert "ok=10" in done.stdout.rpartition("PLAY RECAP")[2], done.stdout[-3000:]
    assert '"external_id": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"' in done.stdout
    left = left_in(play)
    assert any(path.endswith(".csv") for path in left)
    left.update(stdout=done.stdout, stderr=done.stderr)
    for name, secret in secrets.items():
        if name != "HUSH_SHORT":
            assert [where for where, text in left.items() if secret in text] == []
    assert [line for line in done.stdout.splitlines() if "'q7'" in line or '"q7"' in line] == []
