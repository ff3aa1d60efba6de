# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lessons of the replaying server: every run that is measured in many accounts runs once in one account."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_aws import LocalAws

from . import accounts
from .alternatives import ACTIONS, Alternative, Variables
from .folders import Account, environment, write_folder
from .measure import Cost, RunFailed, measure
from .replay import Replay
from .samples import OURS, writes
from .workload import Workload, filled

WITHOUT_WRITES = ("no-op", "check", "audit")
READ_ONLY_WHAT_IS_NEEDED = ("no-op", "audit")

Calls = dict[str, int]
"""Number of calls by action."""


@dataclass(frozen=True)
class Known:
    """The workload, the variables of all hosts, and the groups that exist before; see `Job`."""

    workload: Workload
    variables: Variables
    groups: Sequence[str]


class Teacher:
    """Runs alternatives in an account of a local AWS, and again from memory."""

    def __init__(self, aws: LocalAws, replay: Replay, root: Path, known: Known) -> None:
        self._aws, self._replay, self._root, self._known = aws, replay, root, known
        self._environment = {**aws.environment(), "AWS_ENDPOINT_URL": replay.endpoint}
        self._learned: dict[str, Calls] = {}

    def teach(self, alternative: Alternative, actions: Collection[str]) -> None:
        """Learn these actions of an alternative, one after the other in one account, and compare the account after
        each.

        Raises RunFailed if one had a wrong outcome.
        """
        member = self._aws.members[0]
        wanted = filled(self._known.workload, member["id"])
        self._aws.reset()
        iam = self._aws.client("iam", account=member["id"])
        accounts.create_groups(iam, self._known.groups)
        if "create" not in actions:
            accounts.create(iam, wanted)
        there = wanted
        for action in sorted(actions, key=[*ACTIONS, "audit"].index):
            if alternative.keeps and action in ("check", "drift") and there is wanted:
                there = accounts.drift(iam, wanted)
            self._replay.learn(_lesson(alternative, action))
            self._run(alternative, action, [Account(member["id"], member["role_arn"])])
            there = wanted if action == "drift" else there
            accounts.require(iam, there, f"{alternative.label}, {action}")
            learned = self._replay.counts()["actions"]
            require_reads(alternative, action, learned, len(self._known.workload["managed_policies"]))
            self._learned[_lesson(alternative, action)] = learned

    def lesson(self, alternative: Alternative, action: str) -> Calls:
        """The calls that were learned."""
        return self._learned[_lesson(alternative, action)]

    def replayed(self, alternative: Alternative, action: str, fleet: Sequence[Account]) -> tuple[Cost, dict[str, Any]]:
        """The cost of a run in these accounts, answered from memory, and its `Replay.counts`."""
        self._replay.recite(_lesson(alternative, action))
        self._replay.counts()
        cost = self._run(alternative, action, fleet)
        return cost, self._replay.counts()

    def _run(self, alternative: Alternative, action: str, fleet: Sequence[Account]) -> Cost:
        folder = write_folder(self._root, alternative, fleet, self._known.variables, self._known.workload)
        return measure(
            alternative.command(folder, action), environment(self._root, alternative, self._environment), folder
        )


def require_reads(alternative: Alternative, action: str, calls: Mapping[str, int], policies: int) -> None:
    """Raise RunFailed if an action that only reads writes, or if this collection reads more than the declared objects
    need.

    It assumes the role, reads the account with two listings, and reads the tags of each declared customer managed
    policy.
    """
    if action in WITHOUT_WRITES and writes(calls):
        raise RunFailed(f"{alternative.label}, {action}: made {writes(calls)} writes, expected none")
    if alternative.name != OURS or action not in READ_ONLY_WHAT_IS_NEEDED:
        return
    once = dict.fromkeys(("AssumeRole", "GetAccountAuthorizationDetails", "ListRoles"), 1)
    if calls != {**once, "ListPolicyTags": policies}:
        raise RunFailed(
            f"{alternative.label}, {action}: expected the calls {once} and the tags of {policies} policies,"
            f" made: {dict(calls)}"
        )


def _lesson(alternative: Alternative, action: str) -> str:
    return f"{alternative.name}-{action}"
