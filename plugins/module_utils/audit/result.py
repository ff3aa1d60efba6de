# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""An audit in the form of a result. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ..analyze.aws_facts import AwsFacts
from ..backup.quarantine_records import time_of
from ..converge.result import as_yaml, identity_content, policy_content
from ..model import CurrentState, Identity, ManagedPolicy, Quarantine, Role
from ..resolve.quarantine import moment
from .audit import AuditedAccount, AuditedObject
from .profile_drift import as_wanted

QUARANTINE = timedelta(days=30)
"""The default length of a quarantine."""


def audit_result(
    knowledge: AwsFacts,
    state: CurrentState,
    audit: AuditedAccount,
    *,
    diff_mode: bool,
    quarantine: timedelta = QUARANTINE,
) -> dict[str, Any]:
    """`objects`, `findings` and `escalation_paths`; with `diff_mode`, each object that drifted has its difference.

    `quarantine` is the length of a quarantine.
    """
    return {
        "objects": [shown(knowledge, one, quarantine, diff_mode=diff_mode) for one in audit.objects],
        "findings": [one.shown() for one in audit.findings],
        "escalation_paths": list(audit.escalation_paths),
    }


def shown(
    knowledge: AwsFacts, one: AuditedObject, quarantine: timedelta = QUARANTINE, *, diff_mode: bool = False
) -> dict[str, Any]:
    """One object in the form that the module documents."""
    life = knowledge.services[one.service]
    subject = one.subject
    result: dict[str, Any] = {
        "kind": one.kind,
        "name": one.name,
        "arn": one.arn,
        "path": subject.path if subject else None,
        "service": one.service,
        "service_state": life.state,
        "service_since": life.since or None,
        "found_by": list(one.found_by),
        "left_over": [item.shown() for item in one.left_over],
        "status": one.status,
        "profile": one.profile,
        "drift": list(one.drift),
        "quarantined": _quarantined(one.quarantine, quarantine),
        "service_linked": one.service_linked,
        "trusted": list(one.trusted),
        "last_used": dict(subject.last_used) if isinstance(subject, Role) else {},
        "created": (subject.created or None) if subject else None,
        "dangling": list(one.dangling),
        "depended_on_by": list(one.depended_on_by),
        "content": _content(subject) if subject else {},
    }
    if diff_mode and subject is not None and one.form is not None and one.drift:
        wanted = as_wanted(one.form, subject)
        result["diff"] = {
            "before": as_yaml({one.resource: _content(subject)}),
            "after": as_yaml({one.resource: _content(wanted)} if wanted else {}),
        }
    return result


def _quarantined(told: Quarantine | None, length: timedelta) -> dict[str, Any] | None:
    """The quarantine that tags report, with the time from which a retirement deletes the role."""
    if told is None:
        return None
    try:
        until = moment(time_of(told.since) + length)
    except (ValueError, OverflowError):
        until = None
    return {"since": told.since, "until": until, "reason": told.reason}


def _content(subject: Identity | ManagedPolicy) -> dict[str, Any]:
    return identity_content(subject) if isinstance(subject, Identity) else policy_content(subject)
