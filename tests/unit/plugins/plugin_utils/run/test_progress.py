# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The counts and lines of a run, with a clock of the test."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.progress import (
    ExpectedTask,
    RunProgress,
    duration,
    estimate,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.results import RunAccount, RunFinding
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.summary import LINES

pytestmark = pytest.mark.both_generations

HOSTS = [f"account-{number:03}" for number in range(200)]
IN_SYNC = RunAccount(calls=3)
CHANGED = RunAccount("changed", writes=Counter(CreateRole=2, AttachRolePolicy=3), calls=8)
WOULD_CHANGE = RunAccount("would change", planned=Counter(CreateRole=1), calls=4)


def failed(reason: str = "it broke") -> RunAccount:
    return RunAccount("failed", reasons=(reason,))


def step(task: str, name: str = "Make", **more: Any) -> ExpectedTask:
    return ExpectedTask(task, name, "iam_role", **more)


@pytest.fixture
def run() -> RunProgress:
    progress = RunProgress(0.0, forks=5)
    progress.play(HOSTS)
    return progress


def test_a_task_in_the_midst_of_its_accounts(run: RunProgress) -> None:
    for number, host in enumerate(HOSTS[:125]):
        run.started(step("t", "Make"), host, 10.0)
        if number < 120:
            run.finished("t", host, [CHANGED, failed(), IN_SYNC][min(number, 2)], 38.0)
    assert run.lines(38.0, 5) == [
        "aws_ml.permissions: 120 of 200 accounts, 1 changed, 1 failed, 5 writes;",
        "  38 s, about 7 min to go",
    ]


def test_check_mode_says_would_change(run: RunProgress) -> None:
    run.play(HOSTS[:9])
    for host in HOSTS[:5]:
        run.started(step("t", "Make"), host, 0.0)
    run.finished("t", HOSTS[0], WOULD_CHANGE, 1.0)
    assert run.lines(5.0, 5) == [
        "aws_ml.permissions: 1 of 9 accounts, 1 would change, 1 write to make;",
        "  5 s, about 8 s to go",
    ]


def test_nothing_is_said_too_early_or_too_late(run: RunProgress) -> None:
    run.play(HOSTS[:1])
    assert run.lines(100.0, 5) == []
    run.started(step("t", "Make"), HOSTS[0], 100.0)
    assert run.lines(104.9, 5) == []
    assert run.lines(105.0, 5) == [
        "aws_ml.permissions: 0 of 1 account; 1 min 45 s, waiting for account-000",
    ]
    run.finished("t", HOSTS[0], IN_SYNC, 106.0)
    assert run.lines(107.0, 5) == []


def test_the_last_accounts_are_named_the_longest_first(run: RunProgress) -> None:
    run.play(HOSTS[:5])
    for second, host in enumerate(reversed(HOSTS[:5])):
        run.started(step("t", "Make"), host, float(second))
    assert "waiting" not in run.lines(5.0, 5)[0]
    for host in (HOSTS[4], HOSTS[2]):
        run.finished("t", host, IN_SYNC, 6.0)
    assert run.lines(7.0, 5)[1] == "  7 s, waiting for account-003, account-001, account-000"


def test_accounts_that_take_long_are_named_while_others_go_on(run: RunProgress) -> None:
    for second, host in enumerate(HOSTS[:5]):
        run.started(step("t", "Make"), host, float(second))
    assert run.lines(29.9, 5)[0].endswith("; 30 s")
    assert run.lines(31.0, 5)[1] == "  31 s, waiting for account-000 for 31 s, account-001 for 30 s"
    run.finished("t", HOSTS[0], IN_SYNC, 31.0)
    [_first, *others] = run.lines(34.0, 5)
    assert " ".join(line.strip() for line in others).endswith(
        " to go, waiting for account-001 for 33 s, account-002 for 32 s, account-003 for 31 s and 1 more"
    )


def test_only_the_accounts_that_come_to_a_task_are_waited_for(run: RunProgress) -> None:
    run.started(step("t", "Make"), HOSTS[0], 0.0, HOSTS[:20])
    run.started(step("t", "Make"), HOSTS[1], 0.0)
    run.left_out("t", HOSTS[1])
    run.lost(HOSTS[2])
    run.lost(HOSTS[150])
    assert run.lines(9.0, 5) == ["aws_ml.permissions: 0 of 18 accounts; 9 s"]
    run.started(step("t", "Make"), HOSTS[2], 9.0)  # rescued
    assert "0 of 19 accounts" in run.lines(9.0, 5)[0]
    run.started(step("u", "Make"), HOSTS[0], 9.0, HOSTS[:20])
    assert "[Make] 0 of 20 accounts" in run.lines(14.0, 5)[1]


def test_tasks_side_by_side_are_named(run: RunProgress) -> None:
    run.started(step("a", "Make roles"), HOSTS[0], 0.0, HOSTS[:4])
    run.started(step("b", "Make policies"), HOSTS[1], 0.0, HOSTS[:4])
    assert run.lines(5.0, 5) == [
        "aws_ml.permissions: step 1 of 2, [Make roles] 0 of 4 accounts; 5 s",
        "aws_ml.permissions: step 2 of 2, [Make policies] 0 of 4 accounts; 5 s",
    ]


def test_all_batches_are_one_run(run: RunProgress) -> None:
    for begin, hosts in ((0.0, HOSTS[:5]), (10.0, HOSTS[5:10])):
        run.play(HOSTS[:10])
        for host in hosts:
            run.started(step("t"), host, begin)
        done = "5" if begin else "0"
        assert run.lines(begin + 5, 5)[0].startswith(f"aws_ml.permissions: {done} of 10 accounts; {begin + 5:.0f} s")
        for host in hosts:
            run.finished("t", host, IN_SYNC, begin + 6)
    assert run.summary()[0] == "aws_ml.permissions: 10 accounts in 16 s: 10 in sync"


def test_variables_are_checked_first(run: RunProgress) -> None:
    run.play(HOSTS[:10])
    run.expect([step("check", checks=True), step("plan", "Plan"), step("apply", "Apply", applies=True)])
    for host in HOSTS[:5]:
        run.started(step("check", checks=True), host, 0.0)
    run.finished("check", HOSTS[0], IN_SYNC, 5.0)
    assert run.lines(6.0, 5) == ["aws_ml.permissions: 1 of 10 accounts checked; 6 s"]
    assert run.summary() == []
    run.finished("check", HOSTS[1], failed("aws_ml_x: is not a variable"), 6.0)
    assert run.summary()[0] == "aws_ml.permissions: 1 account in 6 s: 1 failed"


def test_a_step_that_comes_counts_too(run: RunProgress) -> None:
    """Ten accounts, two at a time: 3 s to plan, and 4.5 s to apply in those that have something to write."""
    run = RunProgress(0.0, forks=2)
    run.play(HOSTS[:10])
    plan, apply = step("plan", "Plan"), step("apply", "Apply", applies=True)
    run.expect([plan, apply])
    for number, host in enumerate(HOSTS[:6]):
        run.started(plan, host, 3.0 * (number // 2))
        if number < 4:
            run.finished("plan", host, [WOULD_CHANGE, IN_SYNC][number % 2], 3.0 * (number // 2 + 1))
    # Until 15 all plans are made, and then 5 of 10 accounts have writes: 3 rounds.
    assert run.remaining(6.0) == pytest.approx(9 + 3 * 4.5)
    assert run.lines(6.0, 5)[0].startswith("aws_ml.permissions: step 1 of 2, 4 of 10 accounts, ")


@pytest.mark.parametrize("forks", [5, 20])
@pytest.mark.parametrize("spread", [0.0, 0.2])
def test_the_estimate_holds_from_a_fifth_of_the_run_on(forks: int, spread: float) -> None:
    worst = []
    for seed in range(10):
        took = [1.5 * (1 + spread * random.Random(f"{seed} {host}").uniform(-1.7, 1.7)) for host in range(60)]
        worst.append(max(errors(took, forks)))
    assert sorted(worst)[5] <= 1 / 3


def errors(took: list[float], forks: int) -> Iterable[float]:
    """The errors of the estimate from a fifth of a run on until its last tenth, relative to what is left."""
    run = RunProgress(0.0, forks)
    run.play(HOSTS[: len(took)])
    free, events = [0.0] * forks, []
    for host, seconds in zip(HOSTS, took, strict=False):
        begin = heapq.heappop(free)
        heapq.heappush(free, begin + seconds)
        events += [(begin, True, host), (begin + seconds, False, host)]
    whole = max(free)
    moments = [whole * (0.2 + 0.7 * number / 30) for number in range(30)]
    for moment, begins, host in sorted([*events, *((moment, True, "") for moment in moments)]):
        if not host:
            left = run.remaining(moment)
            yield abs(left - (whole - moment)) / (whole - moment) if left is not None else 0.0
        elif begins:
            run.started(step("t"), host, moment)
        else:
            run.finished("t", host, IN_SYNC, moment)


def test_an_account_with_several_tasks_counts_once(run: RunProgress) -> None:
    for task, account in (("a", CHANGED), ("b", IN_SYNC), ("c", CHANGED)):
        run.started(step(task, task), HOSTS[0], 0.0)
        run.finished(task, HOSTS[0], account, 2.0)
    assert run.summary() == [
        "aws_ml.permissions: 1 account in 2 s: 1 changed",
        "  10 writes: AttachRolePolicy 6, CreateRole 4",
        "  19 AWS calls",
    ]


def test_the_summary_reports_all(run: RunProgress) -> None:
    danger = RunFinding("critical", "passes_any_role", "role/worker")
    told = [
        IN_SYNC,
        WOULD_CHANGE,
        RunAccount(findings=frozenset({danger, RunFinding("low", "unused", "role/worker")})),
        RunAccount("drifted", findings=frozenset({danger})),
        failed("refused"),
        failed("refused"),
        failed("lost"),
        RunAccount("unreachable", reasons=("no route",)),
    ]
    for host, account in zip(HOSTS, told, strict=False):
        run.started(step("t", "Make"), host, 0.0)
        run.finished("t", host, account, 63.0)
    assert run.summary() == [
        "aws_ml.permissions: 8 accounts in 1 min 3 s: 2 in sync, 1 would change, 1",
        "  drifted, 3 failed, 1 unreachable",
        "  1 write to make: CreateRole 1",
        "  7 AWS calls",
        "  3 findings: 2 critical, 1 low",
        "critical: 2 findings in 2 accounts",
        "  passes_any_role role/worker: account-002, account-003",
        "failed: 3 accounts",
        "  refused: account-004, account-005",
        "  lost: account-006",
        "unreachable: 1 account",
        "  no route: account-007",
    ]


def test_the_summary_shows_what_access_changes(run: RunProgress) -> None:
    line = "deeplens: role/worker gains s3:PutObject on labels-1/*"
    for host in HOSTS[:2]:
        run.started(step("t", "Make"), host, 0.0)
        run.finished("t", host, RunAccount("would change", access=(line, f"role/{host} loses s3:*")), 1.0)
    assert run.summary()[1:] == [
        "changes of access: 2 accounts",
        f"  {line}: account-000,",
        "    account-001",
        "  role/account-000 loses s3:*: account-000",
        "  role/account-001 loses s3:*: account-001",
    ]


def test_the_summary_is_bounded(run: RunProgress) -> None:
    for number, host in enumerate(HOSTS):
        run.started(step("t", "Make"), host, 0.0)
        run.finished("t", host, failed(f"reason {max(number, 9)}"), 1.0)
    lines = run.summary()
    assert lines[1] == "failed: 200 accounts, -v shows each"
    assert lines[2] == "  reason 9: account-000, account-001, account-002, account-003 and 6 more"
    assert len(lines) == LINES
    assert lines[-1] == "  and 154 more"


def test_a_failure_before_any_module_ran(run: RunProgress) -> None:
    run.finished(None, HOSTS[0], failed("bad variable"), 5.0)
    assert run.summary() == [
        "aws_ml.permissions: 1 account in 5 s: 1 failed",
        "failed: 1 account",
        "  bad variable: account-000",
    ]


def test_a_run_of_others_is_not_summed_up(run: RunProgress) -> None:
    assert run.summary() == []


@pytest.mark.parametrize(
    ("seconds", "shown", "guessed"),
    [
        (0.4, "0 s", "1 s"),
        (17.2, "17 s", "18 s"),
        (38.2, "38 s", "40 s"),
        (59, "59 s", "1 min"),
        (60, "1 min", "1 min"),
        (252, "4 min 12 s", "4 min 10 s"),
        (3599.7, "1 h", "1 h"),
        (3900, "1 h 5 min", "1 h 5 min"),
    ],
)
def test_durations(seconds: float, shown: str, guessed: str) -> None:
    assert (duration(seconds), estimate(seconds)) == (shown, guessed)


def test_a_task_that_was_not_seen_to_start_counts_for_the_account_only(run: RunProgress) -> None:
    run.left_out("unseen", HOSTS[0])
    run.finished("unseen", HOSTS[1], CHANGED, 2.0)
    assert run.lines(50.0, 5) == []
    assert "1 changed" in " ".join(run.summary())
