# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Calls to AWS: how long each waits, botocore's retries, more retries where IAM's rules need them, and a count."""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import AwsError
from ..sdk import LOST_REPLIES, NO_CONNECTION, NO_REPLY, ClientError
from .error_advice import error_code, error_message, failed_at, is_unexpected, next_step, sentences, words
from .replies import UnreadableReply, is_page_of_another

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


PATIENCE_SECONDS = 60.0
"""Seconds for which a call that can still succeed is repeated. IAM is consistent after that time (FACTS C3)."""

UNREADABLE_REPLIES = 4
"""The number of consecutive unreadable replies that ends a call: they do not come from AWS."""

_THROTTLING = {"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"}
READS = ("Assume", "Describe", "Get", "List", "Reading")
"""The first words of calls that change nothing."""

_PASSING = {*_THROTTLING, "ConcurrentModification", "ServiceFailure", "ServiceUnavailable", "InternalFailure"}
Mends = Callable[[Exception], bool]


class CallCounter:
    """Counts every request that leaves for AWS by its action, retries included. Safe across threads."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def watch(self, client: Any) -> None:
        client.meta.events.register("before-send.*.*", self._count)

    def _count(self, event_name: str, **dummy: Any) -> None:
        with self._lock:
            self._counts[event_name.rpartition(".")[2]] += 1

    def counts(self) -> dict[str, int]:
        with self._lock:
            return dict(sorted(self._counts.items()))


class Service:
    """One AWS service in one account. `account_id` and `profile` are for messages; the first may be filled in later."""

    def __init__(self, client: Any, counter: CallCounter, account_id: str = "", profile: str = "") -> None:
        self._client = client
        self.account_id = account_id
        self.profile = profile
        self.endpoint = str(client.meta.endpoint_url)
        self.region = str(client.meta.region_name)
        counter.watch(client)
        self._now = threading.local()
        client.meta.events.register_first("needs-retry", self._note_lost_reply)
        # A second call would create a second version, so the caller must read before it calls again.
        client.meta.events.register_first("needs-retry.iam.CreatePolicyVersion", _raise_lost_reply)

    def call(self, action: str, mends: Mends | None = None, **parameters: Any) -> dict[str, Any]:
        """Make one call. It is repeated while the error is temporary, or while `mends` returns true.

        Raises botocore's exception when a repetition cannot help.
        """
        method = getattr(self._client, _snake(action))
        self._now.reply_was_lost = False
        deadline = time.monotonic() + PATIENCE_SECONDS
        pause = 0.25
        unreadable = 0
        while True:
            try:
                answer: dict[str, Any] = method(**parameters)
                return answer
            except Exception as error:
                unreadable = unreadable + 1 if isinstance(error, UnreadableReply) else 0
                hopeful = error_code(error) in _PASSING or (mends is not None and mends(error))
                is_over = unreadable >= UNREADABLE_REPLIES or time.monotonic() + pause > deadline
                if is_over or not hopeful or is_given_up(error):
                    error.operation_name, error.profile = action, self.profile  # type: ignore[attr-defined]
                    error.reply_was_lost = self._now.reply_was_lost  # type: ignore[attr-defined]
                    error.__cause__ = error.__context__ = None  # the exception of urllib3 may quote the reply
                    raise
            time.sleep(pause * random.uniform(0.8, 1.2))
            pause = min(pause * 2, 2.0)

    def _note_lost_reply(self, caught_exception: Exception | None = None, **dummy: Any) -> None:
        if caught_exception is not None and is_lost_reply(caught_exception):
            self._now.reply_was_lost = True

    def read(self, action: str, **parameters: Any) -> dict[str, Any]:
        """Make one read. It is repeated if the reply is lost. Raises botocore's exceptions."""
        return self.call(action, is_lost_reply, **parameters)

    def find(self, action: str, **parameters: Any) -> dict[str, Any] | None:
        """Make one read that may find nothing: None for NoSuchEntity."""
        try:
            return self.read(action, **parameters)
        except ClientError as error:
            if error_code(error) == "NoSuchEntity":
                return None
            raise

    def pages(self, action: str, **parameters: Any) -> Any:
        """The pages of a listing until IAM reports the last one. A page can be short or empty."""
        marker: Mapping[str, str] = {}
        while True:
            page = self.read(action, **parameters, **marker)
            yield page
            if not page.get("IsTruncated"):
                return
            marker = {"Marker": page["Marker"]}


def is_lost_reply(error: Exception) -> bool:
    """Whether the request was sent and the reply does not say what AWS did with it."""
    return isinstance(error, (UnreadableReply, *LOST_REPLIES)) or is_page_of_another(error_code(error))


def may_be_made(error: Exception) -> bool:
    """Whether AWS may have executed a call that failed: the reply to it, or to an earlier try, was lost."""
    return is_lost_reply(error) or bool(getattr(error, "reply_was_lost", False))


def is_access_denied(error: Exception) -> bool:
    return error_code(error) in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


def as_aws_error(error: Exception, action: str, resource: str, account: str, **fields: Any) -> AwsError:
    """The error for the user: call, object, account, code, AWS's text, and the missing permission."""
    where = f" in account {account}" if account else ""
    about = f" for {resource}" if resource else ""
    advice = next_step(error)
    if is_access_denied(error):
        service = "sts" if action in ("AssumeRole", "GetCallerIdentity") else "iam"
        named = re.search(r"perform: ([\w-]+:\w+)", error_message(error))
        permission = named.group(1) if named else f"{service}:{action}"
        advice = f"The caller needs {permission}."
        if action == "AssumeRole":
            advice += " Or the role does not exist, or its trust policy (external id) does not allow the caller."
    told = sentences(f"{action}{about}{where} failed: {error_code(error)}: {words(error)}", waited(error))
    message = sentences(told, advice)
    at = {"failed_at": failed_at(error)} if is_unexpected(error) else {}
    return AwsError(message, error_code=error_code(error), failed_call=action, **at, **fields)


def _raise_lost_reply(response: Any = None, caught_exception: Exception | None = None, **dummy: Any) -> None:
    if caught_exception is not None and is_lost_reply(caught_exception):
        raise caught_exception
    if response is not None and is_page_of_another(str(response[1].get("Error", {}).get("Code", ""))):
        raise UnreadableReply(what="the reply is not from AWS", answered=response[1]["Error"]["Message"])


def _snake(action: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", action).lower()
