# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The objects of an audit that belong to a service. Tags alone are not proof. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..analyze.aws_facts import ServiceLife
from ..audit.audit import AuditedObject
from ..audit.traces import Trace, is_enough
from ..backup.quarantine_records import Records
from ..model import CurrentState, Role


@dataclass(frozen=True)
class Belonging:
    """Objects that belong to services, and those that only tags assign to a service."""

    objects: tuple[AuditedObject, ...]
    by_tags: tuple[AuditedObject, ...]


def belonging(
    found: Sequence[AuditedObject], state: CurrentState, lives: Mapping[str, ServiceLife], records: Records
) -> Belonging:
    """`found` is what an audit of all services found. Roles of interrupted removals are identified by their record."""
    told = {(one.service, one.resource): _traces_without_tags(one) for one in found}
    sure = {key for key, traces in told.items() if is_enough([one for one in traces if one.by != "linked"])}
    objects: list[AuditedObject] = []
    by_tags: list[AuditedObject] = []
    for one in found:
        linked = [trace for trace in told[one.service, one.resource] if (one.service, trace.value) in sure]
        known = (one.service, one.resource) in sure or is_enough(linked)
        (objects if known else by_tags).append(one)
    return Belonging((*objects, *_begun(state, lives, records)), tuple(by_tags))


def _traces_without_tags(one: AuditedObject) -> list[Trace]:
    return [Trace(**trace) for trace in one.found_by if trace["by"] != "tag"]


def _begun(state: CurrentState, lives: Mapping[str, ServiceLife], records: Records) -> Iterator[AuditedObject]:
    """Roles whose removal was interrupted when only a record showed which service they belong to."""
    for role in state.identities.values():
        if isinstance(role, Role):
            for service in records.of(role).services:
                if service in lives:
                    yield AuditedObject(service, "role", role.name, "unknown", role)
