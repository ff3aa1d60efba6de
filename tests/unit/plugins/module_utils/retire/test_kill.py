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
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.service import Service

from .deeplens_leftovers import CAMERAS, DEVICE, LAMBDA, OTHER, SERVICE
from .ground import READS, Ground

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


def calls_of_a_run(ground: Ground, options: dict[str, Any], kill_at: int) -> bool:
    """Retire in a process that kills itself before the call of that number. Whether it came to its end."""
    child = os.fork()
    if child == 0:
        _retire_and_die(ground, options, kill_at)
    ended = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(ended):
        assert os.WTERMSIG(ended) == signal.SIGKILL
        return False
    assert os.WEXITSTATUS(ended) == 0
    return True


def _retire_and_die(ground: Ground, options: dict[str, Any], kill_at: int) -> None:
    call, count, lock = Service.call, [0], threading.Lock()

    def counted(self: Service, action: str, *arguments: Any, **parameters: Any) -> Any:
        with lock:
            count[0] += 1
            if count[0] == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
        return call(self, action, *arguments, **parameters)

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


@dataclass(frozen=True)
class Called:
    """A call of a retirement, and the files of its backups right before and right after it."""

    reads: bool
    before: dict[str, bytes]
    after: dict[str, bytes]


def calls_of(ground: Ground, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> list[Called]:
    """Retire, and say which calls that made. Backups that are lost between two runs count as none."""
    call, lock = Service.call, threading.Lock()
    made: list[Called] = []

    def files() -> dict[str, bytes]:
        return {} if "record_key" in options else ground.files()

    def traced(self: Service, action: str, *arguments: Any, **parameters: Any) -> Any:
        with lock:
            before = files()
            answer = call(self, action, *arguments, **parameters)
            made.append(Called(action.startswith(READS), before, files()))
        return answer

    with monkeypatch.context() as patches:
        patches.setattr(Service, "call", traced)
        ground.retire(**options)
    return made


def calls_to_kill_at(made: list[Called]) -> list[int]:
    """Before which calls another run is to be killed; the last number is one more than there are calls.

    Two kills are the same if the account and the backups are. So a kill before a call is not tried if the call before
    it is a read and no backup was written between them. A kill after a write is the kill before the next call, which
    is tried: no backup is written between the two, and a retirement does not end with a write.
    """
    assert made[-1].reads
    assert [call for call, later in pairwise(made) if not call.reads and call.after != later.before] == []
    wanted = [
        number
        for number, (call, later) in enumerate(pairwise(made), 2)
        if not call.reads or call.before != later.before
    ]
    return [1, *wanted, len(made) + 1]


@pytest.mark.parametrize("more", [{}, {"record_key": KEY}], ids=["folder", "key"])
@pytest.mark.parametrize("name", RUNS)
def test_a_rerun_ends_what_was_killed(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, name: str, more: dict[str, Any]
) -> None:
    given, options = RUNS[name]
    options = {**options, **more}
    if more:
        given = {**given, "key": KEY}
    start(ground, given)
    before = ground.snapshot()
    made = calls_of(ground, options, monkeypatch)
    numbers = calls_to_kill_at(made)
    goal = ground.snapshot()
    assert goal != before
    assert sum(not call.reads for call in made) > 5
    for tried, number in enumerate(numbers, 1):
        start(ground, given)
        assert ground.snapshot() == before
        lose_backups(ground, options)
        over = calls_of_a_run(ground, options, number)
        lose_backups(ground, options)
        result = ground.retire(later=timedelta(minutes=1), **options)
        assert ground.snapshot() == goal, (name, number)
        assert over == (number == numbers[-1]), "each run makes the same calls"
        if tried % 3 == 0 or over:  # the account is as on the calm day, when there was nothing left to do either
            lose_backups(ground, options)
            assert ground.retire(later=timedelta(minutes=2), **options)["plan"] == []
    assert result["plan"] == []
