# SPDX-License-Identifier: GPL-3.0-or-later
"""Eventual consistency: reads show a write only after a delay (FACTS C3).

Each write stores a frozen copy of the account; a read is answered from the newest copy that is old enough. Without a
delay nothing is copied and reads see the live state.
"""

from __future__ import annotations

import time

from .store import Store, freeze, live_store, thaw_apart


class _History:
    """The frozen states of one account, oldest first, each with the time of its start."""

    def __init__(self, before: bytes) -> None:
        self.states: list[tuple[float, bytes]] = [(float("-inf"), before)]
        self.thawed: tuple[float, Store] | None = None


class Visibility:
    """What readers see of each account."""

    def __init__(self) -> None:
        self.delay = 0.0
        self._histories: dict[tuple[str, str], _History] = {}

    def forget(self) -> None:
        """Make everything visible immediately."""
        self._histories.clear()

    def before_write(self, account: str, partition: str) -> None:
        """Keep the state from before an account's first write."""
        if self.delay and (account, partition) not in self._histories:
            self._histories[account, partition] = _History(freeze(live_store(account, partition)))

    def after_write(self, account: str, partition: str) -> None:
        """Keep the state after a write."""
        history = self._histories.get((account, partition))
        if self.delay and history:
            history.states.append((time.monotonic(), freeze(live_store(account, partition))))

    def seen(self, account: str, partition: str = "aws") -> Store:
        """The account as a reader sees it now."""
        live = live_store(account, partition)
        history = self._histories.get((account, partition))
        if not self.delay or history is None:
            return live
        horizon = time.monotonic() - self.delay
        while len(history.states) > 1 and history.states[1][0] <= horizon:
            history.states.pop(0)
        if len(history.states) == 1:
            del self._histories[account, partition]
            return live
        moment, frozen = history.states[0]
        if history.thawed is None or history.thawed[0] != moment:
            history.thawed = (moment, thaw_apart(frozen, live))
        return history.thawed[1]
