# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job: what the hosts declare for five services, and what site.yml creates from it in an empty account."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from local_aws import LocalAws

from . import accounts
from .alternatives import SITE
from .folders import Account, environment, write_folder
from .measure import measure
from .workload import EMPTY_WORKLOAD, Workload, other_roles, workload_of

_DECLARED = Path(__file__).with_name("declared.yml")

Variables = dict[str, Any]


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(_DECLARED.read_text(encoding="utf-8"))
    return content


def groups() -> list[str]:
    """The groups, which exist before they get permissions."""
    return list(_content()["groups"])


def declared(profile: str) -> Variables:
    """The variables of every host, with one profile for all services."""
    variables: Variables = json.loads(json.dumps(_content()["variables"]))
    return {**variables, **{f"{service}_iam_profile": profile for service in variables["aws_ml_services"]}}


def retired() -> Variables:
    """The variables to retire the documented profile: nothing is declared, and its age does not block it."""
    variables = declared("documented")
    states = {f"{service}_iam_state": "absent" for service in variables["aws_ml_services"]}
    return {**variables, **states, "aws_ml_retire_allow": ["used", "depended_on", "share", "too_young"]}


def made_by_site(aws: LocalAws, root: Path, profile: str) -> Workload:
    """What site.yml creates in an empty account with those groups. All alternatives then keep this in sync."""
    aws.reset()
    member = aws.members[0]
    iam = aws.client("iam", account=member["id"])
    accounts.create_groups(iam, groups())
    folder = write_folder(root, SITE, [Account(member["id"], member["role_arn"])], declared(profile), EMPTY_WORKLOAD)
    measure(SITE.command(folder, "create"), environment(root, SITE, aws.environment()), folder)
    return workload_of(accounts.held(iam), member["id"])


def audited(aws: LocalAws, root: Path) -> Workload:
    """The content of an account that is audited: the documented profile, and other roles."""
    made = made_by_site(aws, root, "documented")
    return {**made, "roles": [*made["roles"], *other_roles()]}
