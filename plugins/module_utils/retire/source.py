# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What `iam_retire` declares: it audits the account, decides, and converges as every other task does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from ..analyze.finding import Finding
from ..analyze.findings import all_findings
from ..apply.made_writes import with_own_writes
from ..audit.account_reading import read_account, with_tags_of
from ..audit.audit import AuditedObject, audit
from ..audit.facts import AuditFacts
from ..audit.profile_forms import declared_profiles
from ..audit.work import quarantine_days_problems, service_problems, sound_declarations
from ..aws.connection import Connection
from ..backup.quarantine_recorder import QuarantineRecorder
from ..backup.quarantine_records import Event, key_problems
from ..converge.resolution import Reading, Situation
from ..converge.task import Task
from ..errors import InputError, Problem
from ..model import CurrentState, Declarations
from ..plan.plan import Step
from ..read.reader import require_account
from ..resolve.desired_state import DesiredState, desired_state_of
from ..validate.access_gates import access_gate_problems
from ..validate.connection import connection_problems
from ..validate.declaration import quarantine_reason_problems
from .belonging import belonging
from .blocking_checks import IN_BASELINE, Declared, Refusal, Refused, refusals
from .first_wave import Disturbance, FirstWave, disturbances
from .misspelled_options import misspelled, unmatched, warnings
from .record_files import folder_mistakes
from .retired import KEPT, Retirement
from .retirement import Wish, marks, removals, retirement

LOUD = ("used", "denial_removed")
"""Disturbances with a warning. The result of the task tells of the others anyway."""

LONGEST_UNUSED = 400
"""Days; IAM does not report an earlier use (FACTS C6)."""


class ObjectsToRetire:
    """What one task of iam_retire removes. The backup also contains objects that go into quarantine."""

    backs_up_additions = True
    made_by = ""

    def __init__(self, task: Task) -> None:
        self.task = task
        self._audit_knowledge = AuditFacts.of(task.context)
        self._retirement = Retirement()
        self._disturbances: list[Disturbance] = []
        self.before: CurrentState | None = None
        self.after: CurrentState | None = None
        self.planned = Retirement()
        self.found: Sequence[AuditedObject] = ()
        self._services_declare: Sequence[Mapping[str, Any]] = ()

    def check(self) -> None:
        options, context = self.task.options, self.task.context
        self._services_declare, more = sound_declarations(context.declared)
        found = [
            *access_gate_problems(options),
            *connection_problems(options, context.account_from),
            *service_problems(self._audit_knowledge, options),
            *_problems(options),
            *key_problems(options),
            *more,
        ]
        if found:
            raise InputError(found)
        if not options.get("backup_dir"):
            why = "backup_dir is not set, and nothing is retired without a backup"
            override = "set backup_dir (aws_ml_backup_dir)"
            raise Refused([Refusal("account", "no_backup_dir", why, override)], options.get("account_id") or "")

    def read(self, connection: Connection, done: Sequence[Step], recorder: QuarantineRecorder) -> Reading:
        state = with_own_writes(read_account(connection), done)
        require_account(state, self.task.options.get("account_id"))
        # All services, because an object that one left behind may belong to another one that has not ended.
        found = audit(self._audit_knowledge, state, list(self._audit_knowledge.traces), self._services_declare)
        wish, lives = self._wish(), self.task.context.facts.services
        records = recorder.records(state.account)
        there = belonging(found.objects, state, lives, records)
        planned = retirement(wish, there, state, lives, records)
        belonging_objects = [*found.objects, *there.objects]
        lost = unmatched(wish, state)
        against = [
            *refusals(wish, planned, belonging_objects, state, lives, declared=self._declared_present()),
            *misspelled(lost, wish, planned, found.objects, self._audit_knowledge.traces.values()),
        ]
        if against:
            raise Refused(against, state.account.id)
        self.task.warnings += warnings(lost)
        self._retirement = planned
        if not done:
            self.before, self.planned, self.found = state, planned, belonging_objects
            self._disturbances = disturbances(planned, records)
        declarations = planned.declarations()
        arns = [state.policies[policy.name.lower()].arn for policy in declarations.policies]
        state = with_tags_of(connection, state, arns)
        return Reading(declarations, state, first_steps=tuple(marks(planned, records)))

    def read_again(self, connection: Connection, situation: Situation) -> tuple[CurrentState, bool]:
        self.after = read_account(connection)
        return self.after, True

    def target_again(
        self, first: Situation, situation: Situation, there: CurrentState, *, bulk_read: bool
    ) -> DesiredState:
        return desired_state_of(situation.declarations, there)

    def findings(self, declarations: Declarations, state: CurrentState, desired: DesiredState) -> list[Finding]:
        return all_findings(self.task.context.facts, declarations, state, desired)

    def services_of(self, resource: str) -> str:
        return ""

    def events(self) -> Iterable[Event]:
        return removals(self._retirement)

    def with_own(self, result: dict[str, Any]) -> dict[str, Any]:
        items = self._retirement.items
        self.task.warnings += [f"{item.resource} stays: {item.reason}" for item in items if item.step == KEPT]
        self.task.warnings += [f"{item.resource}: {item.note}" for item in items if item.note]
        self.task.warnings += [f"{one}. To fix: {one.remedy}" for one in self._disturbances if one.code in LOUD]
        return {
            **result,
            "retired": [item.shown() for item in items],
            "disturbances": [one.shown() for one in self._disturbances],
        }

    def reported(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return values

    def _declared_present(self) -> Declared:
        found: dict[tuple[str, str], list[str]] = {}
        for profile in declared_profiles(self._services_declare, list(self._audit_knowledge.traces)):
            for kind, name in profile.names():
                services = found.setdefault((kind, name.lower()), [])
                services += [profile.service] if profile.service not in services else []
        for resource in self.task.options["declared_objects"]:
            kind, _slash, name = resource.partition("/")
            found.setdefault((kind, name.lower()), []).append(IN_BASELINE)
        return found

    def _wish(self) -> Wish:
        options = self.task.options
        lives = self.task.context.facts.services
        ended = [service for service in self._audit_knowledge.traces if lives[service].state == "ended"]
        role_arn = (options.get("assume_role") or {}).get("role_arn") or ""
        return Wish(
            services=frozenset(options.get("services") or ended),
            roles=_globs(options, "roles"),
            policies=_globs(options, "policies"),
            excluded=_globs(options, "exclude") or (),
            unused=timedelta(days=options["unused_days"]),
            min_age=timedelta(days=_min_age(options)),
            after=timedelta(days=options["quarantine_days"]),
            skip_quarantine=options["skip_quarantine"],
            max_role_fraction=options.get("max_role_fraction"),
            allowed=frozenset(options["allow"]),
            reason=options.get("quarantine_reason") or "",
            own_role=role_arn.rpartition("/")[2],
            first_wave=FirstWave.of(options.get("first_wave")),
        )


def _min_age(options: Mapping[str, Any]) -> int:
    given: int | None = options.get("min_age_days")
    return int(options["unused_days"]) if given is None else given


def _globs(options: Mapping[str, Any], option: str) -> tuple[str, ...] | None:
    given = options.get(option)
    return None if given is None else tuple(given)


def _problems(options: Mapping[str, Any]) -> Iterator[Problem]:
    for option in ("roles", "policies", "exclude"):
        for index, name in enumerate(options.get(option) or ()):
            if not name:
                yield Problem(f"{option}[{index}]", "empty; give a name, or a pattern with * and ?")
    unused, share = options["unused_days"], options.get("max_role_fraction")
    min_age = _min_age(options)
    if not 0 <= unused <= LONGEST_UNUSED:
        yield Problem("unused_days", f"{unused} is outside 0 to {LONGEST_UNUSED}; IAM does not report an earlier use")
    if not 0 <= min_age <= 3650:
        yield Problem("min_age_days", f"{min_age} is outside 0 to 3650; 0 retires what was created today too")
    yield from quarantine_days_problems(options)
    if share is not None and not 0 <= share <= 1:
        yield Problem("max_role_fraction", f"{share:g} is outside 0 to 1; 0.25 is a quarter of the account's roles")
    yield from quarantine_reason_problems(options.get("quarantine_reason") or "", "quarantine_reason")
    for mistake in folder_mistakes(options.get("evidence_dir") or ""):
        yield Problem("evidence_dir", mistake)
