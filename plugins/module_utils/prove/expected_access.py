# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The assertions of one task: read what they are judged by, and judge them on a planned state and on one read back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..access.principals import Principal, PrincipalKind
from ..analyze.account_access import AccountAccess
from ..analyze.assertion import PLANNED, READ_BACK, UNKNOWN, Assertion
from ..analyze.assertion_judge import AssertionJudge
from ..aws.connection import Connection
from ..aws.service import as_aws_error
from ..converge.task import Task
from ..declare.expectations import Expectation, is_assuming
from ..errors import EngineError, InputError
from ..model import CurrentState, Identity, IdentityKind, ManagedPolicy, identity_key
from ..read.judged_identities import with_documents, with_identities
from ..resolve.desired_state import DesiredState
from ..sdk import CallFailed
from .simulation import Simulation

Judgement = Sequence[Assertion]


@dataclass(frozen=True)
class ExpectedAccess:
    """The entries of a task, with the state that they are judged by and the objects that the plan changes.

    `own` are the keys of the roles that the task declares whole.
    """

    expectations: Sequence[Expectation] = ()
    state: CurrentState | None = None
    identities: Mapping[str, Identity | None] = field(default_factory=dict)
    policies: Mapping[str, ManagedPolicy | None] = field(default_factory=dict)
    own: frozenset[str] = frozenset()

    @classmethod
    def planned(
        cls,
        connection: Connection,
        expectations: Sequence[Expectation],
        state: CurrentState,
        desired: DesiredState,
        own: frozenset[str] = frozenset(),
    ) -> ExpectedAccess:
        """The entries about the state after a plan; reads the identities that they name, and then as `known` does.

        Nothing is read for the entries of services: these are judged where everything is known.
        """
        if not expectations:
            return cls()
        named = identities_of([one for one in expectations if not one.service], state.account.id)
        wanted = {key: name for key, name in named.items() if key not in desired.identities or name[0] == "user"}
        state = with_identities(connection, state, wanted)
        identities = _with_groups(desired.identities, state)
        return cls(expectations, state, identities, desired.policies, own).known(connection)

    def known(self, connection: Connection) -> ExpectedAccess:
        """The same with the documents of the policies that decide.

        Raises InputError for principals and roles that do not exist, and what botocore raises.
        """
        found = self._judge().problems(self.expectations)
        if found:
            raise InputError(found)
        asked = [one for one in self.expectations if not one.service]
        return replace(self, state=self._with_documents(connection, asked))

    def judged(self) -> list[Assertion]:
        """The judgement on the planned state."""
        if not self.expectations:
            return []
        judge = self._judge()
        found = [assertion for one in self.expectations for assertion in judge.judged(one)]
        return [replace(one, is_optional=self._is_optional(one)) for one in found]

    def _is_optional(self, one: Assertion) -> bool:
        """Whether an assertion of a service may fail: where nothing was read for it, and where the user limits what a
        service needs, by a boundary or as the owner of a role that the service does not declare."""
        expectation = one.expectation
        if not expectation.service:
            return False
        limited = expectation.is_allowed and (one.is_bounded or one.principal.lower() not in self.own)
        return one.result == UNKNOWN or (limited and one.principal.startswith("role/"))

    def read_back(self, there: CurrentState) -> list[Assertion]:
        """The judgement on what was read after the last write; what the plan does not change is as it was before."""
        if self.state is None:
            return []
        gone = {key: None for key, identity in self.identities.items() if identity is None}
        gone_policies = {name: None for name, policy in self.policies.items() if policy is None}
        identities = {**gone, **_with_groups(there.identities, self.state)}
        return replace(self, identities=identities, policies={**gone_policies, **there.policies}).judged()

    def _judge(self) -> AssertionJudge:
        if self.state is None:
            raise AssertionError("the state was not read")
        return AssertionJudge(AccountAccess.of(self.state, {}, self.identities, self.policies))

    def _with_documents(self, connection: Connection, asked: Iterable[Expectation]) -> CurrentState:
        if self.state is None:
            raise AssertionError("the state was not read")
        judge = self._judge()
        arns = frozenset[str]().union(*map(judge.unread_policies, asked))
        return with_documents(connection, self.state, arns) if arns else self.state


def _with_groups(identities: Mapping[str, Identity | None], state: CurrentState) -> dict[str, Identity | None]:
    """The identities, with the groups that users have in this state: only a listing of the account has them."""
    return {
        key: replace(identity, groups=state.identities[key].groups)
        if identity is not None and identity.kind == "user" and key in state.identities
        else identity
        for key, identity in identities.items()
    }


def identities_of(expectations: Iterable[Expectation], account_id: str) -> dict[str, tuple[IdentityKind, str]]:
    """Kind and name, by key, of the account's identities that entries name: principals, and roles to be assumed."""
    found: dict[str, tuple[IdentityKind, str]] = {}
    for one in expectations:
        texts = [one.principal]
        if any(map(is_assuming, one.actions)):
            texts += one.resources
        for text in texts:
            named = _named(text, account_id)
            if named is not None:
                found[identity_key(*named)] = named
    return found


def _named(text: str, account_id: str) -> tuple[IdentityKind, str] | None:
    kind, slash, name = text.partition("/")
    if slash and kind == "role":
        return "role", name
    if slash and kind == "user":
        return "user", name
    try:
        principal = Principal.parse(text)
    except ValueError:
        return None
    if principal.account != account_id or principal.kind not in (PrincipalKind.ROLE, PrincipalKind.USER):
        return None
    return ("role" if principal.kind is PrincipalKind.ROLE else "user"), principal.name.rpartition("/")[2]


def refuse_failing(judgement: Judgement, proved: str = PLANNED) -> None:
    """Raise EngineError if an assertion fails on the planned or the current state, with every one that does."""
    failing = [one for one in judgement if _fails(one)]
    if failing:
        lines = list(map(_line, failing))
        state = "in the planned state, nothing was written" if proved == PLANNED else "in the current state"
        raise EngineError(
            f"{_count(failing, judgement)} {state}:", lines, problems=lines, assertions=shown(judgement, proved)
        )


def require_read_back(judgement: Judgement, account_id: str, fields: Mapping[str, Any]) -> None:
    """Raise EngineError if an assertion fails on the state that was read back."""
    failing = [one for one in judgement if _fails(one)]
    if failing:
        raise EngineError(
            f"After the last write, {_count(failing, judgement)} in account {account_id}. Another run or person changed"
            " it in the meantime. To fix: run again, one run at a time.",
            map(_line, failing),
            assertions=shown(judgement, READ_BACK),
            **fields,
        )


def warnings(judgement: Judgement) -> list[str]:
    """What a service needs and the user does not allow."""
    missing = [one for one in judgement if not one.holds and one.is_optional and one.result != UNKNOWN]
    return list(map(_line, missing))


def shown(judgement: Judgement, proved: str, simulation: Simulation | None = None) -> list[dict[str, Any]]:
    """The assertions of a result, with what AWS's simulator answers if it was asked."""
    return [{**one.shown(proved), **({"simulated": simulation.of(one)} if simulation else {})} for one in judgement]


def simulated(task: Task, connection: Connection, judgement: Judgement) -> Simulation | None:
    """The answers of AWS's simulator if the task asks for them; a difference is a warning, and so is a refusal."""
    if not task.options.get("simulate") or not judgement:
        return None
    try:
        simulation = Simulation(connection, judgement)
    except CallFailed as error:
        refused = as_aws_error(error, "SimulatePrincipalPolicy", "", connection.iam.account_id)
        task.warnings.append(f"AWS's simulator was not asked. {refused.message}")
        return None
    task.warnings += simulation.differences()
    return simulation


def _fails(one: Assertion) -> bool:
    return not one.holds and not one.is_optional


def _line(one: Assertion) -> str:
    why = f" ({one.expectation.reason})" if one.expectation.reason else ""
    return f"{one.expectation.place}: {one.message}{why}"


def _count(failing: Judgement, judgement: Judgement) -> str:
    verb = "fails" if len(failing) == 1 else "fail"
    return f"{len(failing)} of {len(judgement)} assertions of access {verb}"
