# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What the result of one task says of the objects of an account, as far as a summary shows it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import resource_name
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.values import mapping, mappings


class RunStep(NamedTuple):
    """A write: `done`, or only planned."""

    resource: str
    action: str
    done: bool


class RunRefusal(NamedTuple):
    resource: str
    code: str
    reason: str
    override: str


class RunRetired(NamedTuple):
    """What a retirement does: `step` is `quarantined`, `removed`, `waiting` or `kept`, `until` a time in UTC."""

    resource: str
    step: str
    until: str
    done: bool


class RunQuarantine(NamedTuple):
    """A role in quarantine: when it is deleted, UTC, empty if that is not known."""

    resource: str
    until: str


class RunFound(NamedTuple):
    """An object that an audit found: its service, and whether that has ended. `declared`: it is not as declared."""

    service: str
    resource: str
    ended: bool
    declared: bool


@dataclass(frozen=True)
class AccountDetails:
    """Sets, so that what several tasks say of an account is counted once."""

    steps: frozenset[RunStep] = frozenset()
    refusals: frozenset[RunRefusal] = frozenset()
    unmet: frozenset[str] = frozenset()
    """Assertions of access that are not met, in words."""
    retired: frozenset[RunRetired] = frozenset()
    quarantines: frozenset[RunQuarantine] = frozenset()
    found: frozenset[RunFound] = frozenset()
    not_restored: frozenset[str] = frozenset()
    backups: frozenset[str] = frozenset()
    accepted: frozenset[tuple[str, str]] = frozenset()
    """Code and resource of the findings that a waiver accepts."""

    def __add__(self, other: AccountDetails) -> AccountDetails:
        return AccountDetails(*(getattr(self, one.name) | getattr(other, one.name) for one in fields(self)))

    def done(self) -> frozenset[RunStep]:
        return frozenset(step for step in self.steps if step.done)

    def planned(self) -> frozenset[RunStep]:
        """The steps that no task has done yet."""
        return frozenset(step for step in self.steps if not step.done and step._replace(done=True) not in self.steps)


NO_DETAILS = AccountDetails()


def read_details(result: Mapping[str, Any], *, failed: bool, planned: bool) -> AccountDetails:
    """The details of a result. `planned`: its plan was not carried out."""
    backup = mapping(result.get("backup")).get("path")
    return AccountDetails(
        frozenset(_steps(result.get("plan"), failed, planned)),
        frozenset(
            RunRefusal(*(_text(one, key) for key in RunRefusal._fields)) for one in mappings(result.get("refusals"))
        ),
        frozenset(_unmet(result)),
        frozenset(
            RunRetired(_text(one, "resource"), _text(one, "step"), _text(one, "until"), not planned)
            for one in mappings(result.get("retired"))
        ),
        frozenset(_quarantines(result)),
        frozenset(_found(result)),
        frozenset(_not_restored(result)),
        frozenset([printable(str(backup), None)] if backup else []),
        frozenset(
            (_text(one, "code"), _text(one, "resource"))
            for one in mappings(result.get("findings"))
            if mapping(one.get("waiver"))
        ),
    )


def _text(values: Mapping[str, Any], key: str) -> str:
    return str(values.get(key) or "")


def _steps(plan: Any, failed: bool, planned: bool) -> Iterator[RunStep]:
    if failed and not isinstance(plan, Mapping):
        return  # refused before the first write
    for step in mappings(plan.get("done") if isinstance(plan, Mapping) else plan):
        yield RunStep(_text(step, "resource"), _text(step, "action"), not planned)


def _unmet(result: Mapping[str, Any]) -> Iterator[str]:
    for one in mappings(result.get("assertions")):
        # What depends on a policy that was not read is not known to fail.
        if not one.get("proved") and one.get("result") != "unknown":
            what = f"{_text(one, 'principal')} {_text(one, 'action')} on {_text(one, 'resource')}"
            yield f"{what} must be {_text(one, 'expected')}, is {_text(one, 'result')}"


def _quarantines(result: Mapping[str, Any]) -> Iterator[RunQuarantine]:
    for one in mappings(result.get("retired")):
        if one.get("step") in ("quarantined", "waiting"):
            yield RunQuarantine(_text(one, "resource"), _text(one, "until"))
    for one in mappings(result.get("objects")):
        quarantined = mapping(one.get("quarantined"))
        if quarantined:
            yield RunQuarantine(_resource(one), _text(quarantined, "until"))


def _found(result: Mapping[str, Any]) -> Iterator[RunFound]:
    for one in mappings(result.get("objects")):
        status, declared = one.get("status"), one.get("profile") == "declared"
        if status == "absent" and not declared:
            continue
        wrong = declared and status in ("absent", "drifted")
        ended = one.get("service_state") == "ended" and status != "absent" and not mapping(one.get("quarantined"))
        yield RunFound(_text(one, "service"), _resource(one), ended, wrong)


def _not_restored(result: Mapping[str, Any]) -> Iterator[str]:
    for one in mappings(result.get("not_restored")):
        yield f"{one.get('resource')}: {one.get('reason')}. To fix: {one.get('remedy')}."
    for one in mappings(result.get("cannot_come_back")):
        yield f"{one.get('resource')}: {one.get('what')}."


def _resource(one: Mapping[str, Any]) -> str:
    return resource_name(_text(one, "kind") or "role", _text(one, "name"))
