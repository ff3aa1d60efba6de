# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed at any of its calls, a retirement is ended by the next one as if nothing had happened."""

from __future__ import annotations

import os
import signal
import threading
from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.calls import Service

from .ground import Ground
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
    "removal at once": (FRESH, {"allow": ["depended_on"], "at_once": True}),
}


def calls_of_a_run(ground: Ground, options: dict[str, Any], kill_at: int, *, after: bool) -> bool:
    """Retire in a process that kills itself at the call of that number. Whether it came to its end."""
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


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", RUNS)
def test_a_rerun_ends_what_was_killed(ground: Ground, name: str, *, after: bool) -> None:
    given, options = RUNS[name]
    ground.give(given)
    before = ground.snapshot()
    ground.retire(**options)
    goal = ground.snapshot()
    assert goal != before
    number = 0
    while True:
        number += 1
        ground.aws.reset()
        ground.give(given)
        assert ground.snapshot() == before
        over = calls_of_a_run(ground, options, number, after=after)
        result = ground.retire(later=timedelta(minutes=1), **options)
        assert ground.snapshot() == goal, (name, number)
        assert ground.retire(later=timedelta(minutes=2), **options)["plan"] == []
        if over:
            assert result["plan"] == []
            break
    assert number > 8
