# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed at any of its calls, a retirement is ended by the next one as if nothing had happened.

The record of what was begun is in the backups, or, where they are lost with each run, in signed tags.
"""

from __future__ import annotations

import os
import shutil
import signal
import threading
from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.service import Service

from .ground import READS, Ground
from .test_retirement import CAMERAS, DEVICE, LAMBDA, OTHER, SERVICE

LONG_AGO = "2026-01-01T00:00:00Z"
GATEWAY = {
    "name": "AWSDeepLensGreengrassRole",
    "trusts": ["greengrass"],
    "managed": ["service-role/AWSGreengrassResourceAccessRolePolicy"],
    "instance_profile": "gateway",
}
FRESH = {"policies": [CAMERAS], "roles": [SERVICE, LAMBDA, DEVICE, GATEWAY, OTHER]}
QUARANTINED = {
    "policies": [CAMERAS],
    "roles": [{**role, "quarantined": LONG_AGO} for role in (SERVICE, LAMBDA, DEVICE, GATEWAY)] + [OTHER],
}
RUNS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "quarantine": (FRESH, {"allow": ["depended_on"]}),
    "removal after quarantine": (QUARANTINED, {"allow": ["depended_on"]}),
    "removal at once": (FRESH, {"allow": ["depended_on"], "skip_quarantine": True}),
}


def calls_of_a_run(ground: Ground, options: dict[str, Any], kill_at: int, *, after: bool) -> bool:
    """Retire in a process that kills itself before the call of that number, or after the write of that number.

    Whether it came to its end. Killed after a read, the account and the backups are as before the read.
    """
    child = os.fork()
    if child == 0:
        _retire_and_die(ground, options, kill_at, after=after)
    ended = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(ended):
        assert os.WTERMSIG(ended) == signal.SIGKILL
        return False
    assert os.WEXITSTATUS(ended) == 0
    return True


def _retire_and_die(ground: Ground, options: dict[str, Any], kill_at: int, *, after: bool) -> None:
    call, count, lock = Service.call, [0], threading.Lock()

    def counted(self: Service, action: str, *arguments: Any, **parameters: Any) -> Any:
        if after and action.startswith(READS):
            return call(self, action, *arguments, **parameters)
        with lock:
            count[0] += 1
            mine = count[0] == kill_at
        if mine and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = call(self, action, *arguments, **parameters)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    Service.call = counted  # type: ignore[method-assign]
    try:
        ground.retire(**options)
    except BaseException:
        os._exit(1)
    os._exit(0)


KEY = "0123456789abcdef" * 4


def start(ground: Ground, given: dict[str, Any]) -> None:
    """The account as it was given, and no backups but those of its quarantines."""
    ground.aws.reset()
    shutil.rmtree(ground.backups, ignore_errors=True)
    ground.give(given)


def lose_backups(ground: Ground, options: dict[str, Any]) -> None:
    """What becomes of the folder of a container between two runs. Signed tags are to do without."""
    if "record_key" in options:
        shutil.rmtree(ground.backups, ignore_errors=True)


def calls_to_kill_at(
    ground: Ground, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch, *, after: bool
) -> list[int]:
    """Retire, and say at which calls another run is to be killed; the last number is one more than there are calls.

    After a read the account and the backups are as before it. So the kill before the next call is the same as the kill
    before the read, unless a backup has been written between them.
    """
    call, lock = Service.call, threading.Lock()
    wanted: list[int] = []
    count = 0
    known: tuple[bool, dict[str, bytes]] | None = None

    def traced(self: Service, action: str, *arguments: Any, **parameters: Any) -> Any:
        nonlocal count, known
        reads = action.startswith(READS)
        with lock:
            if not (after and reads):
                count += 1
                backups = ground.files()
                if after or known != (True, backups):
                    wanted.append(count)
                known = reads, backups
        return call(self, action, *arguments, **parameters)

    with monkeypatch.context() as patches:
        patches.setattr(Service, "call", traced)
        ground.retire(**options)
    return [*wanted, count + 1]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("more", [{}, {"record_key": KEY}], ids=["folder", "key"])
@pytest.mark.parametrize("name", RUNS)
def test_a_rerun_ends_what_was_killed(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, name: str, more: dict[str, Any], *, after: bool
) -> None:
    given, options = RUNS[name]
    options = {**options, **more}
    if more:
        given = {**given, "key": KEY}
    start(ground, given)
    before = ground.snapshot()
    numbers = calls_to_kill_at(ground, options, monkeypatch, after=after)
    goal = ground.snapshot()
    assert goal != before
    assert len(numbers) > 6
    for tried, number in enumerate(numbers, 1):
        start(ground, given)
        assert ground.snapshot() == before
        lose_backups(ground, options)
        over = calls_of_a_run(ground, options, number, after=after)
        lose_backups(ground, options)
        result = ground.retire(later=timedelta(minutes=1), **options)
        assert ground.snapshot() == goal, (name, number)
        assert over == (number == numbers[-1]), "each run makes the same calls"
        if tried % 3 == 0 or over:  # the account is as on the calm day, when there was nothing left to do either
            lose_backups(ground, options)
            assert ground.retire(later=timedelta(minutes=2), **options)["plan"] == []
    assert result["plan"] == []
