# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""How long a call waits if AWS does not answer, and what is reported during the wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..sdk import NO_CONNECTION, NO_REPLY

CONNECT_TIMEOUT = 10
"""Seconds for a connection. TCP retries after 1, 3 and 7 seconds, so the limit allows for three lost packets."""

READ_TIMEOUT = 20
"""Seconds without a byte of the reply, not for the whole of it. IAM and STS answer within about a second, and the pages
of GetAccountAuthorizationDetails are bounded (MaxItems, 1000 at most), so that a large account has more of them. Three
tries end within about a minute."""

TRIES = 3
"""The most times that a call without a reply is sent; fewer if `aws_config.retries` allows fewer."""

Tell = Callable[[str], None]
_WAITED = "aws_ml_waited"


class Silence:
    """Watches the calls of a session: reports when a call without a reply is sent again, and ends a call without one.

    `settings` is the configuration of the clients, which has the timeouts and retries.
    """

    def __init__(self, settings: Any, tell: Tell) -> None:
        self._settings = settings
        self._tell = tell
        retries = settings.retries or {}
        self.tries = min(TRIES, int(retries.get("total_max_attempts") or retries.get("max_attempts", TRIES - 1) + 1))

    def watch(self, events: Any) -> None:
        """Watch every client whose event handlers are copied from these."""
        events.register_first("needs-retry", self._waited)

    def _waited(
        self, attempts: int, operation: Any, endpoint: Any, caught_exception: Exception | None = None, **dummy: Any
    ) -> None:
        if caught_exception is None or not isinstance(caught_exception, (*NO_CONNECTION, *NO_REPLY)):
            return
        call = f"{operation.service_model.service_name}:{operation.name}"
        if isinstance(caught_exception, NO_CONNECTION):
            call, seconds = f"no connection to {endpoint.host} for {call}", self._settings.connect_timeout
        else:
            call, seconds = f"no reply to {call} from {endpoint.host}", self._settings.read_timeout
        if attempts < self.tries:
            self._tell(f"{call} within {seconds:g} s; trying again ({attempts} of {self.tries - 1})")
            return
        times = "once" if attempts == 1 else f"{attempts} times"
        setattr(caught_exception, _WAITED, f"It was sent {times}, and each time the wait was {seconds:g} s")
        raise caught_exception


def is_given_up(error: Exception) -> bool:
    """Whether a call got no reply to any of its tries."""
    return hasattr(error, _WAITED)


def waited(error: Exception) -> str:
    """How long a call waited before it was given up, as a sentence. Empty if the call failed for another reason."""
    return str(getattr(error, _WAITED, ""))
