# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Removes secrets from AWS's errors before other code reads them.

AWS quotes what was sent: a value that it refuses, or everything that was signed. The secrets that are sent are an
external id and a session token, never a secret key. No other part of a message contains them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

HIDDEN = "********"

_UNMISTAKABLE = 16
"""A value of at least this many characters is replaced everywhere. A shorter one can be part of a name."""


def redacted(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets. A short one is replaced only where it is a separate word."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        pattern = re.escape(secret)
        if len(secret) < _UNMISTAKABLE:
            pattern = rf"(?<![\w/@+-])(?<!\w[.]){pattern}(?![\w/@+-]|[.]\w)"
        text = re.sub(pattern, HIDDEN, text)
    return text


def hide_secrets(client: Any, external_id: str) -> None:
    """Remove this external id and the session token of a client from its errors."""
    sent = {external_id}

    def remember(request: Any = None, **dummy: Any) -> None:
        token = request.headers.get("X-Amz-Security-Token", "")
        sent.add(token.decode() if isinstance(token, bytes) else token)

    def hide(parsed: Any = None, **dummy: Any) -> None:
        error = (parsed or {}).get("Error") or {}
        if error.get("Message"):
            error["Message"] = redacted(error["Message"], sent)

    client.meta.events.register("before-send.*.*", remember)
    client.meta.events.register("after-call.*.*", hide)
