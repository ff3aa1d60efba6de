# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes secrets out of what AWS says of a failed call, before anything else reads it.

AWS quotes what was sent: a value that it does not take, or all that was signed. Of secrets, an external id and a
session's token are sent, a secret key never. They stand nowhere else in a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

HIDDEN = "********"

_UNMISTAKABLE = 16
"""Characters from which a value is the secret wherever it stands. A shorter one may be part of a name."""


def redacted(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets. A short one is replaced only where it stands by itself."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        pattern = re.escape(secret)
        if len(secret) < _UNMISTAKABLE:
            pattern = rf"(?<![\w/@+-])(?<!\w[.]){pattern}(?![\w/@+-]|[.]\w)"
        text = re.sub(pattern, HIDDEN, text)
    return text


def hide_secrets(client: Any, external_id: str) -> None:
    """Have a client's errors say neither this external id nor the token of the session that the client works with."""
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
