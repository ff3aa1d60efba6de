# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account that bad input is tried in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from bad_case import in_account, validated

from local_aws import LocalAws

EXTERNAL_ID = "external-id-nobody-may-see"


class Ground:
    """One member account of the local AWS."""

    def __init__(self, aws: LocalAws) -> None:
        member = aws.members[0]
        self.aws = aws
        self.account = member["id"]
        self.iam = aws.client("iam", account=self.account)
        self.entry = {"assume_role": {"role_arn": member["role_arn"], "external_id": EXTERNAL_ID}}
        """The options with which a task enters the account."""

    def give(self, given: Mapping[str, Any]) -> None:
        """Bring the account to the state that a case starts from, and empty the log of calls.

        `given` may have `seed` (see local_aws.seed), `calls` of IAM, `declared` (options of iam_baseline), `then`
        (more calls) and `quotas`.
        """
        given = in_account(given, self.account)
        for seed in given.get("seed", ()):
            self.aws.seed(self.account, **seed)
        self._call(given.get("calls", ()))
        if "declared" in given:
            converging(Task(validated("iam_baseline", {**self.entry, **given["declared"]}))).result()
        self._call(given.get("then", ()))
        if "quotas" in given:
            self.aws.set(quotas=given["quotas"])
        self.aws.clear_calls()

    def _call(self, calls: list[Mapping[str, Any]]) -> None:
        for call in calls:
            parameters = {name: value for name, value in call.items() if name != "call"}
            getattr(self.iam, call["call"])(**parameters)
