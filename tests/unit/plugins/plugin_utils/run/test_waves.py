# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which accounts are the first, and what their results mean for the others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.waves import (
    MOST_REASONS,
    WrongFirst,
    first_accounts,
    verdict,
)

pytestmark = pytest.mark.both_generations

HOSTS = [f"h{number}" for number in range(15)]
NOW = datetime(2026, 12, 1, tzinfo=UTC)
WEEK = timedelta(days=7)


def matching(pattern: str) -> list[str]:
    return {"pilots": ["h9", "h3", "elsewhere"]}.get(pattern, [])


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("2", HOSTS[:2]),
        (" 3 ", HOSTS[:3]),
        ("100", HOSTS),
        ("10%", HOSTS[:2]),
        ("1%", HOSTS[:1]),
        ("100%", HOSTS),
        ("pilots", ["h3", "h9"]),
    ],
)
def test_the_first_accounts(first: str, expected: list[str]) -> None:
    assert first_accounts(first, HOSTS, matching) == expected


@pytest.mark.parametrize("first", ["0", "-1", "0%", "101%", "pilot", "10 %", ""])
def test_no_accounts(first: str) -> None:
    with pytest.raises(WrongFirst, match="must be a number of accounts such as 10, a percentage such as 10%, or a"):
        first_accounts(first, HOSTS, matching)


def item(step: str, since: str = "") -> dict[str, Any]:
    return {"resource": "role/x", "step": step, "quarantined": {"since": since} if since else None}


def result(*items: dict[str, Any], disturbances: Any = ()) -> dict[str, Any]:
    return {"retired": list(items), "disturbances": list(disturbances)}


OLD, RECENT = "2026-11-20T00:00:00Z", "2026-11-26T00:00:00Z"
USED = {"resource": "role/x", "code": "used", "message": "was used", "remedy": "find who"}
REFUSAL = {"resource": "role/x", "code": "used", "reason": "was used yesterday", "override": "allow: [used]"}
VERDICTS: list[tuple[Any, str, str]] = [
    (result(item("waiting", OLD)), "quiet", ""),
    (result(item("waiting", OLD), item("kept")), "quiet", ""),
    (result(item("removed", OLD)), "quiet", ""),
    (result(item("waiting", OLD), item("waiting", RECENT)), "waiting", "the others begin on 2026-12-03T00:00:00Z"),
    (result(item("waiting", OLD), item("quarantined", "2026-12-01T00:00:00Z")), "waiting", "begin now: a;"),
    (result(), "untried", "nothing in quarantine"),
    (result(item("kept")), "untried", "nothing in quarantine"),
    (result(item("waiting", OLD), disturbances=[USED]), "disturbed", "a: role/x was used (fix: find who)"),
    ({"msg": "1 refusal", "refusals": [REFUSAL]}, "disturbed", "a: role/x was used yesterday (fix: allow: [used])"),
    ({"msg": "AccessDenied\nmore"}, "disturbed", "a: AccessDenied"),
    ({"skipped": True}, "disturbed", "a is one of the first accounts and was not checked"),
    (None, "disturbed", "a is one of the first accounts and was not checked"),
]


@pytest.mark.parametrize(("found", "state", "told"), VERDICTS)
def test_what_a_first_account_means(found: Any, state: str, told: str) -> None:
    judged = verdict(["a"], {"a": found}, ["a", "b"], NOW, WEEK)
    assert judged.state == state
    assert told in "; ".join(judged.reasons)
    assert bool(judged.reasons) is (state != "quiet")


def test_a_first_account_outside_of_the_limit() -> None:
    judged = verdict(["a"], {"a": result(item("waiting", OLD))}, ["b"], NOW, WEEK)
    assert (judged.state, judged.reasons) == (
        "disturbed", ("a is one of the first accounts and is not part of this run; take it into --limit",),
    )  # fmt: skip


def test_a_message_stays_short_and_harmless() -> None:
    hostile = [USED | {"message": "\x1b[31m"} for _number in range(MOST_REASONS + 5)]
    shown = verdict(["a"], {"a": result(disturbances=hostile)}, ["a"], NOW, WEEK).shown()
    assert len(shown["reasons"]) == MOST_REASONS + 1
    assert shown["reasons"][-1] == "5 more"
    assert "\x1b" not in "".join(shown["reasons"])
