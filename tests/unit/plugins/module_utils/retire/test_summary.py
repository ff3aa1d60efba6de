# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbook shows of a retirement."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.aws_ml.permissions.plugins.filter.retirement_summary import retirement_summary

pytestmark = pytest.mark.both_generations

ITEM = {"resource": "role/AWSDeepLensServiceRole", "services": ["deeplens"], "until": None, "reason": "", "note": ""}
DONE: dict[str, Any] = {
    "account_id": "123456789012",
    "retired": [
        {**ITEM, "step": "waiting", "until": "2026-12-22T10:00:00Z", "reason": "ended"},
        {**ITEM, "step": "removed", "resource": "role/camera"},
    ],
}


def test_what_is_done_comes_before_what_waits() -> None:
    assert retirement_summary(DONE) == [
        "account 123456789012: 1 removed, 1 waiting",
        "removed  role/camera                  -",
        "waiting  role/AWSDeepLensServiceRole  until 2026-12-22  ended",
    ]


def test_a_note_stands_below_its_object() -> None:
    first, second = DONE["retired"]
    assert retirement_summary({**DONE, "retired": [{**first, "note": "is not recorded here"}, second]})[1:] == [
        "removed  role/camera                  -",
        "waiting  role/AWSDeepLensServiceRole  until 2026-12-22  ended",
        "    is not recorded here",
    ]


def test_in_check_mode_it_would_be() -> None:
    assert retirement_summary(DONE, planned=True)[0] == "account 123456789012: 1 would be removed, 1 waiting"


def test_nothing() -> None:
    assert retirement_summary({**DONE, "retired": []}) == ["account 123456789012: nothing to retire"]


def test_the_backup_is_named() -> None:
    heading = retirement_summary({**DONE, "backup": {"path": "/backups/one.json"}})[0]
    assert heading.endswith("; backup in /backups/one.json")


def test_another_failure_is_reported_in_its_own_lines() -> None:
    told = retirement_summary({"failed": True, "msg": "1 problem found, nothing was written:\n- unused_days: 500"})
    assert told == ["this account: 1 problem found, nothing was written:", "- unused_days: 500"]


@pytest.mark.parametrize("wrong", [{}, [], {"changed": False}])
def test_another_result(wrong: Any) -> None:
    with pytest.raises(AnsibleFilterError):
        retirement_summary(wrong)
