# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task from its options to its result: declare, check, read, plan, and (unless told not to) apply."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .account_rules import quota_problems, state_problems
from .backup.files import BackupFile
from .backup.keeping import kept
from .calls import PATIENCE_SECONDS, error_code
from .clients import user_agent
from .connection_rules import connection_problems
from .credentials import Connection, SessionKeeper, connect
from .declaration import Declaring, named_roles
from .errors import EngineError, InputError, Problem
from .executor import Executor, OnStep
from .failures import plan_failed, progress, reading_failed
from .findings import findings
from .foresight import foreseeable
from .knowledge import Knowledge
from .lifecycle import life_problems, outlived
from .model import PROVISIONAL_ACCOUNT, Account, AccountState, Desired, Quotas
from .own_writes import with_own_writes
from .placeholders import Placeholders
from .plan import Plan, Step, require_approval
from .planner import plan as plan_for
from .quarantine import moment, standing
from .reader import Reader, complete, require_account
from .result import difference, last_use, objects, taken_away
from .rules import problems
from .sdk import CallFailed, ClientError
from .target import Target, make_room


@dataclass
class Situation:
    """What is known once everything was read: where the account is, where it is to be, and the way there."""

    desired: Desired
    state: AccountState
    target: Target
    plan: Plan


class _Patience:
    """Growing pauses while IAM settles, for `PATIENCE_SECONDS` in all."""

    def __init__(self) -> None:
        self._deadline = time.monotonic() + PATIENCE_SECONDS
        self._pause = 0.5

    def wait(self) -> bool:
        """Pause once; False, without a pause, where there is no time left."""
        if time.monotonic() + self._pause > self._deadline:
            return False
        time.sleep(self._pause)
        self._pause = min(self._pause * 2, 4.0)
        return True


@dataclass
class Task:
    """One task. `section` is the option of `iam_baseline` that a single-object module stands for, None for all.

    With `backs_up_additions`, what is only added to is kept in `backup_dir` too. `made_by` stands in the backup,
    `module` in the user agent of the task's calls.
    """

    options: Mapping[str, Any]
    section: str | None = None
    check_mode: bool = False
    diff_mode: bool = False
    sessions: SessionKeeper | None = None
    on_step: OnStep | None = None
    warnings: list[str] = field(default_factory=list)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    backs_up_additions: bool = False
    made_by: str = ""
    module: str = "iam_baseline"

    def __post_init__(self) -> None:
        self._now = self.clock()
        self._backup = BackupFile.of(self.options, self.made_by)
        self._knowledge = self._known()

    def _known(self) -> Knowledge:
        """What the controller has handed over."""
        given = self.options.get("_knowledge") or {}
        return given if isinstance(given, Knowledge) else Knowledge.parse(given)

    def converge(self) -> dict[str, Any]:
        """Bring the account to what is declared and return the result. Raises EngineError."""
        self._require_sound_declaration()
        connection = self._connect(self.check_mode)
        try:
            first = self._read(connection)
            require_approval(first.plan, self.options.get("approved_plan"))
            result = self._result(connection, first)
            if not self.check_mode and first.plan.steps:
                done = self._apply(connection, first)
                shown = [step.shown() for step in done]
                result.update(plan=shown, changed=bool(done), deleted=taken_away(done), **self._backup_made())
        except CallFailed as error:
            raise reading_failed(error, connection.iam.account_id) from error
        result["api_calls"] = connection.counter.counts()
        return result

    def inspect(self) -> dict[str, Any]:
        """Say how the account differs from what is declared, and write nothing. Raises EngineError."""
        self._require_sound_declaration()
        connection = self._connect()
        try:
            situation = self._read(connection)
        except CallFailed as error:
            raise reading_failed(error, connection.iam.account_id) from error
        result = self._result(connection, situation)
        used = last_use(situation.desired, situation.state)
        for item, declared in zip(result.get("roles", ()), situation.desired.roles, strict=True):
            now, then = (of.identities.get(declared.key) for of in (situation.state, situation.target))
            in_quarantine = standing(now)
            item["quarantined"] = in_quarantine.shown() if in_quarantine else None
            if item["status"] == "quarantined" and now != then:
                item["status"] = "updated"
            item["status"] = _drift_status(item["status"])
            item["last_used"] = dict(used.get(item["name"], {}))
        for section in ("managed_policies", "attachments", "trust_statements"):
            for item in result.get(section, ()):
                item["status"] = _drift_status(item["status"])
        result.update(changed=False, in_sync=not situation.plan.steps, api_calls=connection.counter.counts())
        return result

    def _connect(self, check_mode: bool = False) -> Connection:
        agent = user_agent(self.module, check_mode=check_mode)
        return connect(self.options, self.sessions, agent=agent, warn=self.warnings.append)

    def _require_sound_declaration(self) -> None:
        declaring = self._declaring(PROVISIONAL_ACCOUNT)
        desired = self._declared(declaring)
        found = [
            *connection_problems(self.options),
            *life_problems(self._knowledge, self.options.get("service")),
            *declaring.problems,
            *problems(desired),
        ]
        if found:
            raise InputError(found)

    def _declared(self, declaring: Declaring) -> Desired:
        return declaring.single(self.section, self.options) if self.section else declaring.baseline(self.options)

    def _desired(self, account: Account, state: AccountState | None = None) -> Desired:
        return self._declared(self._declaring(account, state))

    def _declaring(self, account: Account, state: AccountState | None = None) -> Declaring:
        return Declaring(Placeholders(account, self._role_arns(account, state)), moment(self._now))

    def _role_arns(self, account: Account, state: AccountState | None = None) -> dict[str, str]:
        """The ARNs that the named roles have or will have, by lower-case name."""
        arns: dict[str, str] = {}
        for name, path in named_roles(self.section, self.options):
            there = state.role(name) if state else None
            arns.setdefault(name.lower(), there.arn if there else account.arn("role", path, name))
        return arns

    def _situation(self, connection: Connection, done: Sequence[Step]) -> Situation:
        whole_account = self.section is None
        account = connection.account
        if (
            account is None
            and not whole_account
            and "<" in str(self.options.get("name") or self.options.get("iam_name"))
        ):
            account = connection.caller_account()
        reader = Reader(connection)
        state = reader.state(self._desired(account or PROVISIONAL_ACCOUNT), whole_account=whole_account)
        state = with_own_writes(state, done)
        require_account(state, self.options.get("account_id"))
        desired = self._desired(state.account, state)
        return self._planned(reader, desired, state)

    def _planned(self, reader: Reader, desired: Desired, state: AccountState) -> Situation:
        """The way from the state to what is declared. Raises InputError where there is none."""
        state, target = complete(reader, desired, state, foresee=self.check_mode)
        found = problems(desired) + state_problems(desired, state, target)
        if self.check_mode:
            found, warnings = foreseeable(found)
            target.warnings += warnings
        return self._way(reader, desired, state, target, found)

    def _way(
        self, reader: Reader, desired: Desired, state: AccountState, target: Target, found: Sequence[Problem]
    ) -> Situation:
        """The plan from the state to the target. Raises InputError where problems stand against it."""
        if found:
            raise InputError(found)
        plan = plan_for(state, target, Quotas())
        if plan.steps:
            quotas = reader.quotas()
            make_room(state, target, quotas)
            found = quota_problems(desired, state, target, quotas)
            if found:
                raise InputError(found)
            plan = plan_for(state, target, quotas)
        return Situation(desired, state, target, plan)

    def _apply(self, connection: Connection, situation: Situation) -> list[Step]:
        """Run the plan. Where the account was not as it had been read, read and plan again and go on."""
        done: list[Step] = []
        clock = _Patience()
        was_stale = False
        while situation.plan.steps:
            self._back_up(situation, done)
            execution = Executor(connection.iam, situation.state, on_step=self.on_step).run(situation.plan)
            done += execution.done
            if execution.error is None and not was_stale:
                break
            if execution.error is not None:
                may_wait = execution.stale and not self.options.get("approved_plan")
                if not may_wait or not clock.wait():
                    raise plan_failed(execution, done, situation.state.account, **self._backup_made())
            elif not clock.wait():
                break
            was_stale = True
            try:
                situation = self._read(connection, done)
            except (InputError, *CallFailed) as error:
                raise plan_failed(execution, done, situation.state.account, error, **self._backup_made()) from error
        Executor(connection.iam, situation.state).wait_until_visible(done)
        return done

    def _back_up(self, situation: Situation, done: Sequence[Step]) -> None:
        """Keep what the plan takes away, before anything is. Raises EngineError where it cannot be kept."""
        if self._backup is None:
            return
        state, plan = situation.state, situation.plan
        backup = kept(
            state,
            situation.target,
            plan,
            self._now.astimezone(UTC).isoformat(timespec="microseconds"),
            made_by=self.made_by,
            additions=self.backs_up_additions,
        )
        try:
            if backup is not None:
                self._backup.keep(backup)
        except EngineError as error:
            how_far = progress(done, plan.steps, state.account)
            raise EngineError(error.message, **how_far, **self._backup_made()) from error

    def _backup_made(self) -> dict[str, Any]:
        made = self._backup.shown() if self._backup else None
        return {"backup": made} if made else {}

    def _read(self, connection: Connection, done: Sequence[Step] = ()) -> Situation:
        """The situation; an object that vanished between two reads is a reason to read again."""
        clock = _Patience()
        while True:
            try:
                return self._situation(connection, done)
            except ClientError as error:
                if error_code(error) != "NoSuchEntity" or not clock.wait():
                    raise

    def _result(self, connection: Connection, situation: Situation) -> dict[str, Any]:
        plan = situation.plan
        found = self._findings(situation)
        self.warnings += plan.warnings
        result: dict[str, Any] = {
            "changed": bool(plan.steps),
            "account_id": situation.state.account.id,
            "plan": plan.shown(),
            "plan_id": plan.id,
            "findings": found,
            "deleted": taken_away(plan.steps),
            **objects(situation.desired, situation.state, situation.target),
            "api_calls": connection.counter.counts(),
        }
        if self.diff_mode:
            result["diff"] = difference(situation.state, situation.target)
        return result

    def _findings(self, situation: Situation) -> list[dict[str, str]]:
        """The findings; the critical ones are warned of, and so is a service that has ended if it gets anything."""
        remedies = self.options.get("remedies") or {}
        found = findings(self._knowledge, situation.desired, situation.state, situation.target, remedies)
        powerless = {f"{one.kind}/{one.name}" for one in situation.target.identities.values() if one and standing(one)}
        found = [item for item in found if item["resource"] not in powerless]
        life = outlived(self._knowledge, self.options.get("service"), situation.target, remedies)
        if life is not None:
            found.append(life)
            if situation.plan.steps:
                self.warnings.append(f"{life['message']} To mend it: {life['remedy']}.")
        self.warnings += [
            f"{item['resource']}: {item['message']} To mend it: {item['remedy']}."
            for item in found
            if item["severity"] == "critical"
        ]
        return found


def _drift_status(status: str) -> str:
    return {"created": "missing", "updated": "drifted", "unchanged": "in_sync", "deleted": "unwanted"}.get(
        status, status
    )
