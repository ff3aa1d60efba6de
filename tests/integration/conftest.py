# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A local AWS, fresh for every test, and ansible-playbook against it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from integration.awx_jobs import Awx
from integration.awx_project import awx_of
from integration.playbook_runs import Playbook
from preloaded_ansible import ANSIBLE

from local_aws import LocalAws

RolesIn = Callable[[str], dict[str, dict[str, Any]]]


@pytest.fixture(scope="session")
def running_aws() -> Iterator[LocalAws]:
    with LocalAws(members=3) as aws:
        yield aws


@pytest.fixture
def aws(running_aws: LocalAws) -> Iterator[LocalAws]:
    running_aws.reset()
    running_aws.clear_calls()
    yield running_aws
    running_aws.set(consistency_delay=0, latency=0, rate_limits=None, page_limit=None)


@pytest.fixture
def playbook(aws: LocalAws, tmp_path: Path) -> Playbook:
    """`playbook(path_or_text, inventory, extra_vars, check=, diff=)` gives a Run."""
    return Playbook(tmp_path, aws.environment())


@pytest.fixture(params=["worker", "module"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Host variables by which tasks run in Ansible's worker, and those by which each is a module of its own."""
    if request.param == "worker":
        return {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    python = ANSIBLE.executable(tmp_path / "python")
    return {"ansible_connection": "local", "ansible_python_interpreter": str(python)}


@pytest.fixture
def accounts(aws: LocalAws) -> dict[str, Any]:
    """An inventory with a host for each member account, to be entered through its access role."""
    hosts = {
        member["name"]: {"aws_account_id": member["id"], "aws_assume_role_arn": member["role_arn"]}
        for member in aws.members
    }
    return {"all": {"hosts": hosts, "vars": {}}}


@pytest.fixture
def roles_in(aws: LocalAws) -> RolesIn:
    """`roles_in(account_id)` is what IAM holds, by role name, read with the plain SDK."""

    def read(account: str) -> dict[str, dict[str, Any]]:
        iam = aws.client("iam", account=account)
        listed = {
            role["RoleName"]: role for page in iam.get_paginator("list_roles").paginate() for role in page["Roles"]
        }
        pages = iam.get_paginator("get_account_authorization_details").paginate(Filter=["Role"])
        return {
            role["RoleName"]: {
                "arn": role["Arn"],
                "trust": role["AssumeRolePolicyDocument"],
                "managed": sorted(policy["PolicyArn"] for policy in role["AttachedManagedPolicies"]),
                "inline": {policy["PolicyName"]: policy["PolicyDocument"] for policy in role["RolePolicyList"]},
                "boundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
                "tags": {tag["Key"]: tag["Value"] for tag in role["Tags"]},
                "description": listed[role["RoleName"]].get("Description"),
                "max_session_duration": listed[role["RoleName"]]["MaxSessionDuration"],
            }
            for page in pages
            for role in page["RoleDetailList"]
        }

    return read


@pytest.fixture
def awx(aws: LocalAws, tmp_path: Path) -> Awx:
    """An AWX whose inventory holds the member accounts, each to be entered with the external ID."""
    return awx_of(aws, tmp_path)


@pytest.fixture
def ids(aws: LocalAws) -> dict[str, str]:
    """The account IDs by host."""
    return {member["name"]: member["id"] for member in aws.members}
