# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenario of the tests with faults, in one account: prepare it, and read the result.

An account goes through three converges: `create`, `repair` (after things were changed by hand) and `delete`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from local_aws import LocalAws

_CONTENT = yaml.safe_load((Path(__file__).parent / "scenario.yml").read_text(encoding="utf-8"))

OPERATOR_KEY = "AKIALOCALAWSOPERATOR"

PHASES = ("create", "repair", "delete")

_IDS = {"RoleId", "UserId", "GroupId", "PolicyId", "InstanceProfileId"}
_MOMENTS = {"CreateDate", "UpdateDate", "ResponseMetadata", "RoleLastUsed"}
_DOCUMENTS = {"AssumeRolePolicyDocument", "PolicyDocument", "Document"}


class ScenarioAccount:
    """One member account, as an observer sees and changes it: past every fault."""

    def __init__(self, aws: LocalAws, account_id: str) -> None:
        self._iam = aws.client("iam", account=account_id)
        self._keys = aws.credentials(account_id)
        self._access_role = next(member["role_arn"] for member in aws.members if member["id"] == account_id)
        self.id = account_id

    @property
    def access_key(self) -> str:
        """The access key, which identifies the calls of the converges of this account."""
        return self._keys["aws_access_key_id"]

    def options(self, phase: str, endpoint: str) -> dict[str, Any]:
        """The options of `iam_baseline` for a phase."""
        return {
            **_CONTENT["declared"],
            "state": "absent" if phase == "delete" else "present",
            "endpoint_url": endpoint,
            "region": "us-east-1",
            "access_key": self.access_key,
            "secret_key": self._keys["aws_secret_access_key"],
            "session_token": self._keys["aws_session_token"],
        }

    def options_by_access_role(self, phase: str, endpoint: str) -> dict[str, Any]:
        """The same, entering the account by AssumeRole."""
        own = {"access_key", "secret_key", "session_token"}
        options = {key: value for key, value in self.options(phase, endpoint).items() if key not in own}
        operator = {"access_key": OPERATOR_KEY, "secret_key": "not-a-secret"}
        return {**options, **operator, "assume_role": {"role_arn": self._access_role}}

    def start(self) -> None:
        """Make what is there before the first converge, in an empty account."""
        self._make(_CONTENT["start"])

    def before(self, phase: str) -> None:
        """Do what happens between the phases."""
        if phase == "repair":
            self._make(_CONTENT["drift"])

    def make_by_hand(self) -> None:
        """Make one of the declared roles, in another way than declared."""
        self._make(_CONTENT["just_made_by_hand"])

    def snapshot(self) -> dict[str, Any]:
        """Everything in the account, without ids and dates, in a form in which equal accounts are equal."""
        pages = self._iam.get_paginator("get_account_authorization_details").paginate(
            Filter=["User", "Role", "Group", "LocalManagedPolicy"]
        )
        whole: dict[str, Any] = {}
        for page in pages:
            for kind in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"):
                whole.setdefault(kind, []).extend(page[kind])
        for policy in whole["Policies"]:
            policy["Tags"] = self._iam.list_policy_tags(PolicyArn=policy["Arn"])["Tags"]
        whole["Listed"] = self._iam.list_roles(MaxItems=1000)["Roles"]
        whole["InstanceProfiles"] = self._iam.list_instance_profiles()["InstanceProfiles"]
        settled: dict[str, Any] = json.loads(json.dumps(_settled(whole)).replace(self.id, "<account_id>"))
        return settled

    def _make(self, steps: list[dict[str, dict[str, Any]]]) -> None:
        for step in steps:
            for method, parameters in step.items():
                filled = json.loads(json.dumps(parameters).replace("<account_id>", self.id))
                for name in _DOCUMENTS & filled.keys():
                    filled[name] = json.dumps(filled[name])
                getattr(self._iam, method)(**filled)


def without_old_versions(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """A snapshot in which of every policy only the document in force is left."""
    policies = [
        {
            "Arn": policy["Arn"],
            "Tags": policy["Tags"],
            "Document": next(v["Document"] for v in policy["PolicyVersionList"] if v["IsDefaultVersion"]),
        }
        for policy in snapshot["Policies"]
    ]
    return {**snapshot, "Policies": policies}


def _settled(value: Any) -> Any:
    """A value without what differs between equal accounts: ids, moments and the order of arrays."""
    if isinstance(value, Mapping):
        return {key: _settled(item) for key, item in value.items() if key not in _IDS | _MOMENTS}
    if isinstance(value, list):
        return sorted((_settled(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value
