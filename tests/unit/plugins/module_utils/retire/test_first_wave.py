# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happened to roles in quarantine, and what the first accounts mean for another account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.quarantine_records import Event
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError

from .deeplens_leftovers import SERVICE
from .ground import DENY_ALL, Ground
from .test_records import NAME, step_of

SINCE = "2026-10-20T00:00:00Z"
IN_QUARANTINE = SERVICE | {"quarantined": SINCE, "managed": ["AWSDenyAll"]}
LONG_AGO = SERVICE | {"quarantined": "2026-01-01T00:00:00Z", "managed": ["AWSDenyAll"]}


def codes(result: dict[str, Any]) -> list[str]:
    return [one["code"] for one in result["disturbances"]]


def test_the_calendar_of_what_is_in_quarantine(ground: Ground) -> None:
    ground.give({"roles": [IN_QUARANTINE]})
    waiting = ground.retire(check_mode=True, quarantine_days=90)
    assert waiting["retired"][0]["quarantined"] == {
        "since": SINCE,
        "until": "2027-01-18T00:00:00Z",
        "reason": waiting["retired"][0]["reason"],
    }
    begun = ground.retire(check_mode=True, backup_dir=str(ground.backups / "new"))
    assert begun["retired"][0]["quarantined"]["since"] == "2026-11-22T10:00:00Z"
    assert begun["retired"][0]["quarantined"]["until"] == begun["retired"][0]["until"] == "2026-12-22T10:00:00Z"


def test_a_quiet_quarantine(ground: Ground) -> None:
    ground.give({"roles": [IN_QUARANTINE | {"used": "2026-10-19T00:00:00+00:00"}]})
    assert codes(ground.retire(check_mode=True, quarantine_days=90)) == []


def test_a_role_that_was_used_in_quarantine(ground: Ground) -> None:
    ground.give({"roles": [IN_QUARANTINE | {"used": "2026-11-01T00:00:00+00:00"}]})
    result = ground.retire(check_mode=True, quarantine_days=90)
    assert codes(result) == ["used"]
    assert any("was used or tried on 2026-11-01" in warning for warning in result["warnings"])


def test_a_quarantine_that_another_person_ended(ground: Ground) -> None:
    ground.give({"roles": [IN_QUARANTINE]})
    ground.iam.detach_role_policy(RoleName=NAME, PolicyArn=DENY_ALL)
    assert codes(ground.retire(check_mode=True)) == ["denial_removed"]


def test_a_quarantine_that_a_restore_lifted(ground: Ground) -> None:
    ground.give({"roles": [IN_QUARANTINE]})
    ground.iam.detach_role_policy(RoleName=NAME, PolicyArn=DENY_ALL)
    ground.record(Event("lifted", NAME, ground.role_id(NAME), "2026-11-01T00:00:00Z"))
    assert codes(ground.retire(check_mode=True)) == ["lifted"]


def test_a_quarantine_that_is_not_recorded(ground: Ground) -> None:
    ground.give({"roles": [IN_QUARANTINE]})
    assert codes(ground.retire(check_mode=True, backup_dir=str(ground.backups / "new"))) == ["not_recorded"]


def wave(state: str, *reasons: str) -> dict[str, Any]:
    return {"first_wave": {"state": state, "reasons": list(reasons)}}


NEW, DUE = {"roles": [SERVICE]}, {"roles": [LONG_AGO]}
STEPS = [
    ("quiet", NEW, "quarantined"),
    ("waiting", NEW, "kept"),
    ("disturbed", NEW, "first_wave"),
    ("untried", NEW, "first_wave"),
    ("quiet", DUE, "removed"),
    ("waiting", DUE, "removed"),
    ("disturbed", DUE, "first_wave"),
    ("untried", DUE, "removed"),
]


@pytest.mark.parametrize(("state", "given", "expected"), STEPS)
def test_what_the_first_accounts_mean_here(ground: Ground, state: str, given: dict[str, Any], expected: str) -> None:
    ground.give(given)
    why = "vision (111111111111): role/x was used"
    try:
        found = step_of(ground.retire(check_mode=True, **wave(state, why)))
    except EngineError as error:
        (refusal,) = error.fields["refusals"]
        found = refusal["code"]
        assert refusal["reason"] == why
    assert found == expected
    allowed = ground.retire(check_mode=True, allow=["first_wave"], **wave(state, why))
    assert step_of(allowed) in ("quarantined", "removed")


def test_nothing_to_do_is_not_refused(ground: Ground) -> None:
    ground.give({"roles": [IN_QUARANTINE]})
    assert not ground.retire(quarantine_days=90, later=timedelta(days=1), **wave("disturbed", "x"))["changed"]


def test_skipping_quarantine_waits_too(ground: Ground) -> None:
    ground.give(NEW)
    kept = ground.retire(skip_quarantine=True, **wave("waiting", "the first accounts are in quarantine since today"))
    assert (kept["changed"], step_of(kept)) == (False, "kept")
    assert kept["retired"][0]["reason"] == "the first accounts are in quarantine since today"
