# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task from its options to its result: declare, check, read, plan, and (unless in check mode) apply."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from ..analyze.aws_facts import AwsFacts
from ..analyze.finding import Finding, Severity
from ..analyze.findings import approved_findings
from ..analyze.service_lifecycle import OUTLIVED, all_findings
from ..apply.executor import Execution, Executor, OnStep
from ..apply.lost_writes import settle
from ..apply.own_writes import with_own_writes
from ..apply.read_back import Difference, Wanted, differences, is_overwritten_share, with_known_policies
from ..apply.unused_versions import spare_versions
from ..apply.waiter import Waiter
from ..aws.clients import user_agent
from ..aws.connection import Connection, SessionKeeper, connect
from ..aws.error_advice import error_code
from ..aws.service import CallCounter
from ..backup.quarantine_recorder import QuarantineRecorder
from ..backup.quarantine_records import Event, key_problems
from ..backup.snapshot import kept, lost_unread, takes_away
from ..backup.store import BackupFile
from ..declare.parser import DeclarationParser, named_roles
from ..declare.placeholders import Placeholders
from ..errors import EngineError, InputError, Problem
from ..limits import Quotas
from ..model import PROVISIONAL_ACCOUNT, Account, CurrentState, Declarations
from ..plan.approval import approval_of, require_approval
from ..plan.plan import Plan, Step
from ..plan.planner import plan as plan_for
from ..plan.scope import relied_on
from ..read.reader import Reader, complete, require_account
from ..resolve.account_problems import state_problems
from ..resolve.assumed_objects import foreseeable
from ..resolve.desired_state import DesiredState, desired_state_of, make_room
from ..resolve.quarantine import moment, standing
from ..resolve.quota_problems import quota_problems
from ..sdk import CallFailed, ClientError
from ..validate.connection import connection_problems
from ..validate.declaration import problems
from ..validate.trust_warnings import trust_warnings
from .account_lock import AccountLock, Tell, silent
from .failures import account_differs, plan_failed, progress, reading_failed
from .result import difference, last_use, lifted_quarantines, lifting, objects, taken_away
from .verification import lasting_differences

_REPAIRS = 3
"""How often single statements are written again after another run or person overwrote them."""


@dataclass
class Situation:
    """Everything that was read and computed: the current state, the desired state, and the plan between them."""

    declarations: Declarations
    state: CurrentState
    desired: DesiredState
    plan: Plan
    findings: list[Finding]


@dataclass
class Task:
    """One task. `section` is the option of `iam_baseline` that a single-object module corresponds to, None for all.

    With `backs_up_additions`, objects that only get additions are saved in `backup_dir` too. `made_by` is written to
    the backup, `module` to the user agent of the task's calls. `tell` is called when the task waits.
    """

    options: Mapping[str, Any]
    section: str | None = None
    check_mode: bool = False
    diff_mode: bool = False
    sessions: SessionKeeper | None = None
    on_step: OnStep | None = None
    on_wait: Callable[[str], None] | None = None
    warnings: list[str] = field(default_factory=list)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    backs_up_additions: bool = False
    made_by: str = ""
    module: str = "iam_baseline"
    tell: Tell = silent

    def __post_init__(self) -> None:
        self._now = self.clock()
        self._counter = CallCounter()
        self._connection: Connection | None = None
        self._done: list[Step] = []
        self._not_done: Sequence[Step] = ()
        self._unknown: Sequence[Step] = ()
        self._there: CurrentState | None = None
        self._backup = BackupFile.of(self.options, self.made_by)
        self._knowledge = self._known()
        self._recorder = QuarantineRecorder(self.options, self._backup, self._now)

    def _known(self) -> AwsFacts:
        """What the controller has passed on."""
        given = self.options.get("_knowledge") or {}
        return given if isinstance(given, AwsFacts) else AwsFacts.parse(given)

    def converge(self) -> dict[str, Any]:
        """Bring the account into sync with the declaration and return the result. Raises EngineError."""
        self._require_sound_declaration()
        connection = self._connect(self.check_mode)
        try:
            read_at = time.monotonic()
            first = self._approved(connection)
            if self.check_mode or not first.plan.steps:
                result = self._result(connection, first)
            else:
                account = first.state.account.id
                lock = AccountLock(self.options.get("_run_folder") or "", connection.iam.endpoint, account, self.tell)
                with lock.turn(read_at) as turn:
                    result = self._written(connection, self._approved(connection) if turn.account_changed else first)
                    turn.has_written = bool(self._done)
        except CallFailed as error:
            raise reading_failed(error, connection.iam.account_id) from None
        result["api_calls"] = connection.counter.counts()
        return result

    def _approved(self, connection: Connection) -> Situation:
        """The situation as it is read now. Raises EngineError if its plan is not the approved one."""
        situation = self._read(connection)
        require_approval(situation.plan, situation.findings, self.options, self._now)
        return situation

    def _written(self, connection: Connection, first: Situation) -> dict[str, Any]:
        """Apply the plan, if it has any steps, and return the result."""
        result = self._result(connection, first)
        if first.plan.steps:
            try:
                self._apply(connection, first)
            finally:
                self.warnings += self._recorder.keep_begun(first.state.account, self._done)
            done = self._done
            shown = [step.shown() for step in done]
            result.update(plan=shown, changed=bool(done), deleted=taken_away(done), **self._backup_made())
        return result

    def inspect(self) -> dict[str, Any]:
        """Report how the account differs from the declaration, without any write. Raises EngineError."""
        self._recorder.trusts_tags = True
        self._require_sound_declaration()
        connection = self._connect()
        try:
            situation = self._read(connection)
        except CallFailed as error:
            raise reading_failed(error, connection.iam.account_id) from None
        result = self._result(connection, situation)
        used = last_use(situation.declarations, situation.state)
        for item, declared in zip(result.get("roles", ()), situation.declarations.roles, strict=True):
            now, then = (of.identities.get(declared.key) for of in (situation.state, situation.desired))
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
        self._connection = connect(
            self.options,
            self.sessions,
            agent=agent,
            counter=self._counter,
            warn=self.warnings.append,
            tell=self.on_wait or self.warnings.append,
        )
        return self._connection

    def so_far(self) -> dict[str, Any]:
        """What a result contains whatever ends the task: empty until AWS was called."""
        calls = self._counter.counts()
        if not calls:
            return {}
        there = self._connection.account if self._connection else None
        how_far = progress(self._done, self._not_done, there.id if there else "", self._unknown)
        known = {name: value for name, value in how_far.items() if value != ""}
        return {**known, **self._backup_made(), "api_calls": calls}

    def told(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is reported of this task, from the values of its result, a success or a failure."""
        return values

    def _require_sound_declaration(self) -> None:
        parser = self._declaring(PROVISIONAL_ACCOUNT)
        declarations = self._declared(parser)
        found = [
            *connection_problems(self.options),
            *key_problems(self.options),
            *parser.problems,
            *problems(declarations),
        ]
        if found:
            raise InputError(found)
        self.warnings += trust_warnings(declarations)

    def _declared(self, parser: DeclarationParser) -> Declarations:
        return parser.single(self.section, self.options) if self.section else parser.baseline(self.options)

    def _declarations(self, account: Account, state: CurrentState | None = None) -> Declarations:
        return self._declared(self._declaring(account, state))

    def _declaring(self, account: Account, state: CurrentState | None = None) -> DeclarationParser:
        return DeclarationParser(Placeholders(account, self._role_arns(account, state)), moment(self._now))

    def _role_arns(self, account: Account, state: CurrentState | None = None) -> dict[str, str]:
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
        state = reader.state(self._declarations(account or PROVISIONAL_ACCOUNT), whole_account=whole_account)
        state = with_own_writes(state, done)
        require_account(state, self.options.get("account_id"))
        declarations = self._declarations(state.account, state)
        return self._planned(reader, declarations, self._recorder.with_quarantines(declarations, state))

    def _planned(self, reader: Reader, declarations: Declarations, state: CurrentState) -> Situation:
        """The plan from the current state to the declaration. Raises InputError if there is none."""
        state, desired = complete(reader, declarations, state, foresee=self.check_mode)
        self._recorder.seal(state, desired)
        found = problems(declarations) + state_problems(declarations, state, desired)
        if self.check_mode:
            found, warnings = foreseeable(found)
            desired.warnings += warnings
        return self._plan_to(reader, declarations, state, desired, found)

    def _plan_to(
        self,
        reader: Reader,
        declarations: Declarations,
        state: CurrentState,
        desired: DesiredState,
        found: Sequence[Problem],
    ) -> Situation:
        """The plan from the current to the desired state. Raises InputError if problems block it."""
        if found:
            raise InputError(found)
        plan = plan_for(state, desired, Quotas())
        if plan.steps:
            quotas = reader.quotas()
            make_room(state, desired, quotas)
            found = quota_problems(declarations, state, desired, quotas)
            if found:
                raise InputError(found)
            state = reader.with_policies_in_use(state, desired)
            plan = plan_for(state, desired, quotas)
        self._recorder.begin(state, desired, plan)
        noticed = self._findings(declarations, state, desired)
        if plan.steps:
            plan = replace(plan, relies_on=relied_on(state, desired, approved_findings(self._knowledge, noticed)))
        return Situation(declarations, state, desired, plan, noticed)

    def _findings(self, declarations: Declarations, state: CurrentState, desired: DesiredState) -> list[Finding]:
        """The findings in the desired state, the most severe first."""
        return all_findings(self._knowledge, declarations, state, desired)

    def _apply(self, connection: Connection, first: Situation) -> None:
        """Run the plan until the account shows what it wrote. Raises EngineError if it does not."""
        done, account, last = self._done, first.state.account, first
        for repairs_left in reversed(range(_REPAIRS + 1)):
            last = self._carried_out(connection, last)
            look = partial(self._differences, connection, first, last)
            found = lasting_differences(look, done, account, self._backup_made()) if done else ()
            if not found:
                if done:
                    self._delete_spare_versions(connection, first.state)
                return
            may_repair = is_overwritten_share(found, last.declarations) and not self.options.get("approved_plan")
            if not may_repair or not repairs_left:
                raise account_differs(found, done, account, **self._backup_made())
            self.warnings += [
                f"{one.resource}: another run or person overwrote the trust policy; written again" for one in found
            ]
            try:
                last = self._read(connection)
            except Exception as error:
                raise plan_failed(Execution(), done, account, error, **self._backup_made()) from None

    def _carried_out(self, connection: Connection, situation: Situation) -> Situation:
        """Run the plan. If the account was not in the state that was read, read and plan again and continue.

        Returns the last situation that was planned for.
        """
        done = self._done
        earlier = len(done)
        clock = Waiter()
        was_stale = False
        while situation.plan.steps:
            self._not_done = situation.plan.steps
            self._back_up(connection, situation, done)
            execution = Executor(connection.iam, situation.state, on_step=self.on_step).run(situation.plan)
            done += execution.done
            self._not_done, self._unknown = execution.not_done, execution.unknown
            if execution.error is None and not was_stale:
                break
            if execution.error is not None:
                may_wait = execution.stale and not self.options.get("approved_plan")
                if not may_wait or not clock.wait():
                    self._settle_unknown(connection, execution, situation.plan)
                    raise plan_failed(execution, done, situation.state.account, **self._backup_made())
            elif not clock.wait():
                break
            was_stale = True
            try:
                situation = self._read(connection, done[earlier:])
            except Exception as error:
                raise plan_failed(execution, done, situation.state.account, error, **self._backup_made()) from None
        self._not_done = self._unknown = ()
        return situation

    def _delete_spare_versions(self, connection: Connection, before: CurrentState) -> None:
        done, there = self._done, self._there or before
        plan = spare_versions(before, there, done, Reader(connection).version_document)
        execution = Executor(connection.iam, there, on_step=self.on_step).run(plan)
        done += execution.done
        if execution.error is not None:
            raise plan_failed(execution, done, there.account, **self._backup_made())

    def _differences(self, connection: Connection, first: Situation, last: Situation) -> list[Difference]:
        there, swept = self._state_again(connection, last)
        self._there = there
        wanted = Wanted()
        for situation in (first,) if first is last else (first, last):
            known = with_known_policies(there, situation.state, situation.desired)
            wanted.add(situation.desired, self._target_again(first, situation, known, swept=swept))
        return differences(wanted, there)

    def _state_again(self, connection: Connection, situation: Situation) -> tuple[CurrentState, bool]:
        """The declared objects after the last write, and whether the whole account was read for that."""
        reader = Reader(connection)
        there = reader.state(situation.declarations, whole_account=self.section is None)
        return there, reader.saw_all_roles

    def _target_again(
        self, first: Situation, situation: Situation, there: CurrentState, *, swept: bool
    ) -> DesiredState:
        """The desired state that the same declarations give for the state now."""
        desired = desired_state_of(situation.declarations, there)
        self._recorder.seal(there, desired)
        return desired

    def _settle_unknown(self, connection: Connection, execution: Execution, plan: Plan) -> None:
        """Find which writes without a reply were performed; they stay unknown if that cannot be read."""
        if not execution.unknown:
            return
        try:
            ahead = self._read(connection, self._done)
        except Exception:
            return
        self._done += settle(execution, plan, ahead.plan, ahead.state)

    def _back_up(self, connection: Connection, situation: Situation, done: Sequence[Step]) -> None:
        """Save what the plan removes, before anything is removed. Raises EngineError if it cannot be saved."""
        if self._backup is None:
            return
        state, desired, plan = situation.state, situation.desired, situation.plan
        unread = lost_unread(state, desired) if takes_away(plan) else []
        backup = kept(
            state,
            desired,
            plan,
            self._recorder.created,
            made_by=self.made_by,
            additions=self.backs_up_additions,
            read=Reader(connection).documents_at(unread) if unread else {},
        )
        try:
            if backup is not None:
                self._backup.keep(replace(backup, events=tuple(self._events(situation))))
        except EngineError as error:
            how_far = progress(done, plan.steps, state.account.id)
            raise EngineError(error.message, **how_far, **self._backup_made()) from None

    def _events(self, situation: Situation) -> Iterable[Event]:
        """The events that are recorded before the plan is applied."""
        return self._recorder.ends(situation.state, situation.desired)

    def _backup_made(self) -> dict[str, Any]:
        made = self._backup.shown() if self._backup else None
        return {"backup": made} if made else {}

    def _read(self, connection: Connection, done: Sequence[Step] = ()) -> Situation:
        """The situation; if an object disappears between two reads, everything is read again."""
        clock = Waiter()
        while True:
            try:
                return self._situation(connection, done)
            except ClientError as error:
                if error_code(error) != "NoSuchEntity" or not clock.wait():
                    raise

    def _result(self, connection: Connection, situation: Situation) -> dict[str, Any]:
        plan = situation.plan
        self._warn(situation)
        lifted = [] if self._recorder.trusts_tags else lifted_quarantines(situation.state, situation.desired)
        self.warnings += map(lifting, lifted)
        result: dict[str, Any] = {
            "changed": bool(plan.steps),
            "account_id": situation.state.account.id,
            "plan": plan.shown(),
            "plan_id": plan.id,
            **({"approval": approval_of(plan, self._now)} if self.check_mode else {}),
            "findings": [one.shown() for one in situation.findings],
            "deleted": taken_away(plan.steps),
            **objects(situation.declarations, situation.state, situation.desired),
            **({"lifted_quarantines": lifted} if lifted else {}),
            "api_calls": connection.counter.counts(),
        }
        if self.diff_mode:
            result["diff"] = difference(situation.state, situation.desired)
        return result

    def _warn(self, situation: Situation) -> None:
        """Warn of critical findings, of an ended service if it gets anything, and of the warnings of the plan."""
        found, plan = situation.findings, situation.plan
        for item in found:
            told = f"{item.message} To fix: {item.remedy}."
            if item.code == OUTLIVED and plan.steps:
                self.warnings.append(told)
            elif item.severity is Severity.CRITICAL:
                self.warnings.append(f"{item.resource}: {told}")
        self.warnings += plan.warnings


def _drift_status(status: str) -> str:
    return {"created": "missing", "updated": "drifted", "unchanged": "in_sync", "deleted": "unwanted"}.get(
        status, status
    )
