# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where `module_defaults` lead a task, seen by the account that AWS saw the write in, beside a task of amazon.aws."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.playbook_runs import Playbook

from local_aws import LocalAws

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
THEIRS, OURS = "amazon.aws.iam_role", "aws_ml.permissions.iam_role"
KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
OUR_GROUP = "group/aws_ml.permissions.aws"
GROUP_OF_A_COLLECTION = {
    "MANIFEST.json": '{"collection_info": {"namespace": "own", "name": "cloud", "version": "1.0.0"}}',
    "meta/runtime.yml": (
        "action_groups: {all: [{metadata: {extend_group: [amazon.aws.aws]}}], s3: [amazon.aws.s3_bucket]}"
    ),
}


@pytest.fixture
def accounts_of_profiles(aws: LocalAws) -> dict[str, str]:
    """The profiles `one`, `two` and `three` lead into the member accounts, `default` into the management account."""
    members = (member["id"] for member in aws.members)
    return {"default": aws.management, **dict(zip(("one", "two", "three"), members, strict=True))}


@pytest.fixture
def credentials(aws: LocalAws, tmp_path: Path) -> Path:
    """The file with the keys of the profiles."""
    operator = aws.environment()
    profiles = {"default": [operator["AWS_ACCESS_KEY_ID"], operator["AWS_SECRET_ACCESS_KEY"]]}
    for name, member in zip(("one", "two", "three"), aws.members, strict=True):
        keys = aws.client("sts").assume_role(RoleArn=member["role_arn"], RoleSessionName="test")["Credentials"]
        profiles[name] = [keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]]
    lines = [
        line
        for name, values in profiles.items()
        for line in (f"[{name}]", *(f"{key}={value}" for key, value in zip(KEYS, values, strict=False)))
    ]
    file = tmp_path / "credentials"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


@pytest.fixture
def collections(tmp_path: Path) -> Path:
    """`own.cloud` is a collection with a group that takes in amazon.aws's, and one that does not."""
    for name, text in GROUP_OF_A_COLLECTION.items():
        path = tmp_path / "collections/ansible_collections/own/cloud" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "collections"


def roles_in(aws: LocalAws, account: str) -> list[str]:
    listed = aws.client("iam", account=account).list_roles()["Roles"]
    return sorted(role["RoleName"] for role in listed if role["RoleName"].startswith(("theirs", "ours")))


@pytest.fixture
def environment(credentials: Path, collections: Path) -> dict[str, str]:
    return {
        **dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), ""),
        "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
        "ANSIBLE_COLLECTIONS_PATH": f"{os.environ['ANSIBLE_COLLECTIONS_PATH']}:{collections}",
    }


@pytest.fixture
def run(
    playbook: Playbook,
    aws: LocalAws,
    way: dict[str, str],
    environment: dict[str, str],
    accounts_of_profiles: dict[str, str],
) -> Any:
    """`run(tasks, **keywords_of_the_play)` gives the roles that were made in each profile's account."""

    def made(tasks: list[dict[str, Any]], variables: dict[str, Any] | None = None, **keywords: Any) -> dict[str, Any]:
        play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks, **keywords}
        inventory = {"all": {"hosts": {"localhost": {**way, **(variables or {})}}}}
        told = playbook(yaml.safe_dump([play]), inventory, environment=environment)
        assert told.failures() == {}, told.stdout
        roles = {name: roles_in(aws, account) for name, account in accounts_of_profiles.items()}
        return {name: names for name, names in roles.items() if names}

    return made


def task(module: str, name: str, **options: Any) -> dict[str, Any]:
    return {"name": name, module: {"name": name, "assume_role_policy_document": TRUST, **options}}


BOTH = [task(THEIRS, "theirs"), task(OURS, "ours")]


@pytest.mark.parametrize(
    "group", ["group/aws", "group/ansible.builtin.aws", "group/amazon.aws.aws", "group/own.cloud.all"]
)
def test_whatever_group_leads_a_task_of_amazon_aws_leads_ours(run: Any, group: str) -> None:
    assert run(BOTH, module_defaults={f"group/{group}": {"profile": "one"}}) == {"one": ["ours", "theirs"]}


@pytest.mark.both_generations
def test_a_group_without_the_modules_of_amazon_aws_leads_neither(run: Any) -> None:
    defaults = {"group/own.cloud.s3": {"profile": "one"}, "group/community.aws.aws": {"profile": "two"}}
    assert run(BOTH, module_defaults=defaults) == {"default": ["ours", "theirs"]}


def test_which_defaults_go_before_which(run: Any) -> None:
    """The inner block's, whole; the module's own before the group's; the task's before all."""
    inner = {
        "module_defaults": {"group/aws": {"profile": "{{ two }}"}},
        "block": [task(THEIRS, "theirs-block"), task(OURS, "ours-block")],
    }
    hidden = {
        "module_defaults": {"group/aws": {"max_session_duration": "{{ omit }}"}},
        "block": [task(OURS, "ours-hidden")],
    }
    of_the_task = [
        {**task(module, f"{whose}-task"), "module_defaults": {"group/aws": {"profile": "three"}}}
        for module, whose in ((THEIRS, "theirs"), (OURS, "ours"))
    ]
    of_the_module = [
        {**task(module, f"{whose}-module"), "module_defaults": {module: {"profile": "two"}}}
        for module, whose in ((THEIRS, "theirs"), (OURS, "ours"))
    ]
    own_group = {**task(OURS, "ours-group"), "module_defaults": {OUR_GROUP: {"profile": "two"}}}
    given = [task(THEIRS, "theirs-given", profile="three"), task(OURS, "ours-given", profile="three")]
    left_out = {
        **task(OURS, "ours-left-out"),
        "module_defaults": {"group/aws": {"profile": "{{ nowhere | default(omit) }}"}},
    }
    tasks = [*BOTH, inner, hidden, *of_the_task, *of_the_module, own_group, *given, left_out]
    assert run(tasks, {"two": "two"}, module_defaults={"group/aws": {"profile": "one"}}) == {
        "one": ["ours", "theirs"],
        "two": ["ours-block", "ours-group", "ours-module", "theirs-block", "theirs-module"],
        "three": ["ours-given", "ours-task", "theirs-given", "theirs-task"],
        "default": ["ours-hidden", "ours-left-out"],
    }


def test_a_default_that_the_task_overrides_need_not_be_known(run: Any) -> None:
    defaults = {"group/aws": {"profile": "{{ nowhere }}", "region": "eu-west-1"}}
    tasks = [task(OURS, "ours", profile="three"), task(THEIRS, "theirs", profile="three")]
    assert run(tasks, module_defaults=defaults) == {"three": ["ours", "theirs"]}


@pytest.mark.both_generations
def test_the_defaults_of_a_group_may_be_one_variable(run: Any) -> None:
    variables = {"defaults": {"profile": "{{ 'one' }}"}}
    assert run(BOTH, variables, module_defaults={"group/aws": "{{ defaults }}"}) == {"one": ["ours", "theirs"]}


@pytest.mark.both_generations
def test_host_variables_go_before_defaults_of_amazon_aws_and_after_the_collections_own(run: Any, aws: LocalAws) -> None:
    one, two = aws.members[:2]
    host = {"aws_account_id": one["id"], "aws_assume_role_arn": one["role_arn"]}
    own = {"account_id": two["id"], "assume_role": {"role_arn": two["role_arn"]}}
    tasks = [
        task(OURS, "ours"),
        {**task(OURS, "ours-defaults"), "module_defaults": {OUR_GROUP: own}},
        {**task(OURS, "ours-foreign"), "module_defaults": {"group/aws": {"account_id": two["id"]}}},
    ]
    assert run(tasks, host) == {"one": ["ours", "ours-foreign"], "two": ["ours-defaults"]}
