# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of one account, given for any account. No I/O.

They are learned in lessons, one for each run that is replayed. A call that was made several times in a lesson has
several answers, in their order: a read before a write differs from a read after it. The last answer is repeated.

A call is identified by service, action and all of its parameters, without the account's id in them. The access key
shows the account, or for AssumeRole the role does; an assumed role's access key contains the account's id.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

_CREDENTIAL = re.compile(r"Credential=([^/]+)/[^/]+/[^/]+/([^/]+)/aws4_request")
_ISSUED = re.compile(rb"<AccessKeyId>([^<]+)</AccessKeyId>")
_ROLE = re.compile(r"arn:[^:]+:iam::(\d{12}):role/")
_PLACE = "<account>"

Key = tuple[str, str, tuple[tuple[str, str], ...]]


class NotLearned(Exception):
    """A call that was never learned; the text names it."""


@dataclass(frozen=True)
class Call:
    """The content of a request. `account` is empty for the caller's own."""

    service: str
    action: str
    account: str
    parameters: tuple[tuple[str, str], ...]

    def key(self) -> Key:
        """The key of the call, equal for all accounts."""
        if not self.account:
            return self.service, self.action, self.parameters
        stripped = ((name, value.replace(self.account, _PLACE)) for name, value in self.parameters)
        return self.service, self.action, tuple(stripped)


Answer = tuple[int, bytes]
"""Status and body."""


@dataclass
class Memory:
    """`account` is the account that is learned from."""

    account: str
    _lessons: dict[str, dict[Key, list[Answer]]] = field(default_factory=dict)
    _lesson: dict[Key, list[Answer]] = field(default_factory=dict)
    _given: Counter[tuple[str, Key]] = field(default_factory=Counter)
    _issued: set[str] = field(default_factory=set)

    def begin(self, lesson: str) -> None:
        """Learn a lesson; replaces one of the same name."""
        self._lesson = self._lessons[lesson] = {}

    def recite(self, lesson: str) -> None:
        """Answer from a lesson, from its beginning for every account."""
        self._lesson = self._lessons[lesson]
        self._given.clear()

    def call(self, headers: Mapping[str, str], body: bytes) -> Call:
        """Read a request of the query protocol. Raises NotLearned for any other."""
        signed = _CREDENTIAL.search(headers.get("authorization", ""))
        parameters = dict(parse_qsl(body.decode(), keep_blank_values=True))
        if signed is None or "Action" not in parameters:
            raise NotLearned("a request that is not signed, or not of the query protocol")
        action = parameters.pop("Action")
        role = _ROLE.match(parameters.get("RoleArn", "")) if action == "AssumeRole" else None
        account = role[1] if role else self._account_of(signed[1])
        return Call(signed[2], action, account, tuple(sorted(parameters.items())))

    def learn(self, call: Call, status: int, body: bytes) -> None:
        """Keep the answer of the account."""
        issued = _ISSUED.search(body)
        if issued:
            self._issued.add(issued[1].decode())
            body = body.replace(issued[1], access_key(self.account).encode())
        self._lesson.setdefault(call.key(), []).append((status, body))

    def answer(self, call: Call) -> Answer:
        """The answer for the account of the call. Raises NotLearned."""
        key = call.key()
        learned = self._lesson.get(key)
        if learned is None:
            raise NotLearned(f"{call.service}:{call.action} with {dict(call.parameters)}")
        before = self._given[call.account, key]
        self._given[call.account, key] += 1
        status, body = learned[min(before, len(learned) - 1)]
        return status, body.replace(self.account.encode(), call.account.encode()) if call.account else body

    def _account_of(self, key: str) -> str:
        if key in self._issued:
            return self.account
        return key[4:16] if key.startswith("ASIA") and key[4:16].isdigit() else ""


def access_key(account: str) -> str:
    """The access key of a role that was assumed in an account."""
    return f"ASIA{account}FLEET"
