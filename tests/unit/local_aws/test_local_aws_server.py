# SPDX-License-Identifier: GPL-3.0-or-later
"""The server itself: organization, consistency, limits, log, seeds, reset, and its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local_aws import LocalAws

CHECKOUT = Path(__file__).resolve().parents[3]


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_organization(aws: LocalAws) -> None:
    organizations = aws.client("organizations")
    accounts = {account["Id"]: account for account in organizations.list_accounts()["Accounts"]}
    assert set(accounts) == {aws.management, *(member["id"] for member in aws.members)}
    assert [member["name"] for member in aws.members] == ["vision-dev", "vision-prod", "warehouse"]
    for member in aws.members:
        assert accounts[member["id"]]["Email"] == member["email"]
        parent = organizations.list_parents(ChildId=member["id"])["Parents"][0]["Id"]
        unit = organizations.describe_organizational_unit(OrganizationalUnitId=parent)["OrganizationalUnit"]["Name"]
        assert unit == member["ou"]
        tags = organizations.list_tags_for_resource(ResourceId=member["id"])["Tags"]
        assert {tag["Key"] for tag in tags} == {"team", "stage"}
        identity = aws.client("sts", account=member["id"]).get_caller_identity()
        assert identity["Account"] == member["id"]
    assert aws.client("sts").get_caller_identity()["Account"] == aws.management


def test_accounts_are_apart(aws: LocalAws, iam: Any, role: str) -> None:
    other = aws.client("iam", account=aws.members[1]["id"])
    assert role not in [found["RoleName"] for found in other.list_roles()["Roles"]]


def test_any_unknown_key_is_the_operator(aws: LocalAws) -> None:
    environment = aws.environment()
    assert environment["AWS_ENDPOINT_URL"] == aws.endpoint
    script = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    kept = {"PATH": os.environ["PATH"]}
    found = subprocess.run(
        [sys.executable, "-c", script], env={**kept, **environment}, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == aws.management


def test_assume_role_is_decided_by_the_trust_policy(
    aws: LocalAws, iam: Any, account: str, trust: Any, refused: Any
) -> None:
    sts = aws.client("sts")
    condition = {"StringEquals": {"sts:ExternalId": "secret"}}
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust({"AWS": aws.management}, Condition=condition))
    iam.create_role(RoleName="closed", AssumeRolePolicyDocument=trust())
    call = {"RoleArn": f"arn:aws:iam::{account}:role/r", "RoleSessionName": "session"}

    def denied(arn: str) -> tuple[str, int, str]:
        operator = f"arn:aws:iam::{aws.management}:user/operator"
        return "AccessDenied", 403, f"User: {operator} is not authorized to perform: sts:AssumeRole on resource: {arn}"

    assert refused(sts.assume_role, **call) == denied(call["RoleArn"])
    sts.assume_role(**call, ExternalId="secret")
    for name in ("closed", "missing"):
        arn = f"arn:aws:iam::{account}:role/{name}"
        assert refused(sts.assume_role, RoleArn=arn, RoleSessionName="session") == denied(arn)
    assert refused(sts.assume_role, **call, ExternalId="secret", DurationSeconds=7200) == (
        "ValidationError",
        400,
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    )


def test_writes_show_after_the_delay(aws: LocalAws, iam: Any, account: str, trust: Any, refused: Any) -> None:
    aws.set(consistency_delay=1.0)
    iam.create_role(RoleName="late", AssumeRolePolicyDocument=trust())
    missing = ("NoSuchEntity", 404, "The role with name late cannot be found.")
    arn = f"arn:aws:iam::{account}:role/late"
    s3 = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
    assert refused(iam.get_role, RoleName="late") == missing
    assert refused(iam.attach_role_policy, RoleName="late", PolicyArn=s3) == missing
    assert refused(iam.create_role, RoleName="late", AssumeRolePolicyDocument=trust())[0] == "EntityAlreadyExists"
    assert refused(iam.create_role, RoleName="after", AssumeRolePolicyDocument=trust({"AWS": arn})) == (
        "MalformedPolicyDocument",
        400,
        f'Invalid principal in policy: "AWS":"{arn}"',
    )
    assert len(iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]) == 1
    assert within(10, lambda: len(iam.list_roles()["Roles"]) == 2)
    iam.attach_role_policy(RoleName="late", PolicyArn=s3)
    assert iam.list_attached_role_policies(RoleName="late")["AttachedPolicies"] == []
    assert within(10, lambda: bool(iam.list_attached_role_policies(RoleName="late")["AttachedPolicies"]))
    iam.create_role(RoleName="after", AssumeRolePolicyDocument=trust({"AWS": arn}))


def test_writes_show_one_after_the_other(aws: LocalAws, iam: Any, role: str) -> None:
    aws.set(consistency_delay=0.6)
    seen: list[str | None] = []

    def description() -> str | None:
        found: str | None = iam.get_role(RoleName=role)["Role"].get("Description")
        if not seen or seen[-1] != found:
            seen.append(found)
        return found

    for text in ("one", "two"):
        iam.update_role(RoleName=role, Description=text)
        deadline = time.monotonic() + 0.4
        while time.monotonic() < deadline:
            description()
    assert within(10, lambda: description() == "two")
    assert seen == [None, "one", "two"]


def test_rate_limits(aws: LocalAws, account: str, role: str, refused: Any) -> None:
    limited = aws.client("iam", account=account, observer=False)
    other = aws.client("iam", account=aws.members[1]["id"], observer=False)
    aws.set(rate_limits={"ListRoles": 1, "*": 1000})
    limited.list_roles()
    assert refused(limited.list_roles) == ("Throttling", 400, "Rate exceeded")
    other.list_roles()
    limited.get_role(RoleName=role)
    assert aws.call_counts(account)["ListRoles"] == 2
    time.sleep(1.1)
    limited.list_roles()


def test_latency(aws: LocalAws, account: str) -> None:
    slow = aws.client("iam", account=account, observer=False)
    aws.set(latency=0.2)
    started = time.monotonic()
    slow.list_roles()
    assert time.monotonic() - started >= 0.2


def test_log_of_calls(aws: LocalAws, iam: Any, account: str, refused: Any) -> None:
    client = aws.client("iam", account=account, observer=False)
    aws.clear_calls()
    refused(client.get_role, RoleName="none")
    iam.list_roles()
    (entry,) = aws.calls()
    expected = {"service": "iam", "action": "GetRole", "account": account, "status": 404, "error": "NoSuchEntity"}
    assert expected.items() <= entry.items()
    assert aws.call_counts(account) == {"GetRole": 1}
    assert aws.call_counts(observer=True) == {"GetRole": 1, "ListRoles": 1}
    assert aws.call_counts(aws.management) == {}


def test_log_holds_no_credentials(aws: LocalAws, account: str, tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    with LocalAws(members=1, log=log) as other:
        credentials = other.credentials(other.members[0]["id"])
        other.client("iam", account=other.members[0]["id"]).list_roles()
    text = log.read_text()
    assert json.loads(text.splitlines()[0])["action"] == "AssumeRole"
    assert not any(secret in text for secret in credentials.values())
    assert "AKIA" not in text
    assert "ASIA" not in text


def test_reset_is_fast_and_keeps_sessions(aws: LocalAws, iam: Any, role: str, permissions: Any) -> None:
    iam.create_policy(PolicyName="p", PolicyDocument=permissions())
    iam.create_user(UserName="ann", Tags=[{"Key": "k", "Value": "v"}])
    organizations = aws.client("organizations")
    organizations.create_account(AccountName="extra", Email="extra@example.com")
    took = []
    for _reset in range(3):  # the quickest counts: others may have the processor
        iam.create_user(UserName="bob")
        started = time.monotonic()
        aws.reset()
        took.append(time.monotonic() - started)
    assert min(took) < 0.2
    assert [found["RoleName"] for found in iam.list_roles()["Roles"]] == ["OrganizationAccountAccessRole"]
    assert iam.list_policies(Scope="Local")["Policies"] == iam.list_users()["Users"] == []
    assert len(organizations.list_accounts()["Accounts"]) == 4


def test_seeds(aws: LocalAws, iam: Any, account: str) -> None:
    template = {"TemplateArn": "arn:aws:iam::aws:role-template/Example", "TemplateMinorVersion": 1}
    aws.seed(account, role={"name": "from-template", "source_role_template": template["TemplateArn"]})
    aws.seed(account, role_last_used={"name": "from-template", "date": "2026-11-01T10:00:00", "region": "eu-west-1"})
    aws.seed(account, service_linked_role={"service": "panorama.amazonaws.com"})
    found = iam.get_role(RoleName="from-template")["Role"]
    assert found["SourceRoleTemplate"] == template
    assert found["RoleLastUsed"]["Region"] == "eu-west-1"
    assert found["RoleLastUsed"]["LastUsedDate"].isoformat().startswith("2026-11-01T10:00:00")
    listed = {role["RoleName"]: role for role in iam.list_roles()["Roles"]}
    assert listed["from-template"]["SourceRoleTemplate"] == template
    assert "AWSServiceRoleForAWSPanorama" in listed


def test_many_roles(aws: LocalAws, iam: Any, account: str) -> None:
    aws.set(quotas={"RolesQuota": 5000})
    aws.seed(account, many_roles={"count": 1500, "prefix": "many-"})
    pages = list(iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 1000}))
    assert [len(page["RoleDetailList"]) for page in pages if page["RoleDetailList"]] == [1000, 501]


def test_other_services_answer(aws: LocalAws) -> None:
    functions = aws.client("lambda", account=aws.members[0]["id"])
    assert functions.list_functions()["Functions"] == []
    assert aws.client("s3").list_buckets()["Buckets"] == []


def test_services_that_moto_lacks_say_so(aws: LocalAws, refused: Any) -> None:
    code, status, message = refused(aws.client("accessanalyzer").list_analyzers)
    assert (code, status) == ("NotImplemented", 501)
    assert message.startswith("The local AWS cannot answer access-analyzer:GET /analyzer")


def test_other_partitions_are_apart(aws: LocalAws, iam: Any, account: str, trust: Any) -> None:
    china = aws.client("iam", account=account, region_name="cn-north-1")
    found = china.create_role(RoleName="r", AssumeRolePolicyDocument=trust({"AWS": account}))["Role"]
    assert found["Arn"] == f"arn:aws-cn:iam::{account}:role/r"
    assert found["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"] == f"arn:aws-cn:iam::{account}:root"
    china.attach_role_policy(RoleName="r", PolicyArn="arn:aws-cn:iam::aws:policy/AmazonS3FullAccess")
    assert len(iam.list_roles()["Roles"]) == 1
    aws.reset()
    assert china.list_roles()["Roles"] == []


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("options", {"delay": 1}, "unknown option delay"),
        ("seed", {}, "KeyError: 'account'"),
        ("nothing", {}, "nothing"),
    ],
)
def test_wrong_control_calls_are_explained(aws: LocalAws, path: str, body: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        aws._control("POST", path, body)


def test_ends_with_its_parent() -> None:
    script = (
        "import sys, time; from local_aws import LocalAws\n"
        "aws = LocalAws(members=0).start(); print(aws.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(CHECKOUT), str(CHECKOUT / "tests")))},
    )
    assert parent.stdout
    server = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert within(10, lambda: gone(server))


def test_command_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local_aws", "--members", "1", "--quota", "RolesQuota=7"]
    server = subprocess.Popen(
        [*command, "--ready-file", str(tmp_path / "ready.json")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(CHECKOUT), str(CHECKOUT / "tests")))},
    )
    assert server.stdout
    ready = json.loads(server.stdout.readline())
    assert set(ready) == {"endpoint", "management", "members"}
    assert json.loads((tmp_path / "ready.json").read_text()) == ready
    with urllib.request.urlopen(f"{ready['endpoint']}/_local_aws/organization", timeout=5) as answer:
        assert json.loads(answer.read()) == ready
    server.send_signal(signal.SIGINT)
    try:
        rest, errors = server.communicate(timeout=10)
    finally:
        server.kill()
    assert (server.returncode, rest, errors) == (0, b"", b"")
