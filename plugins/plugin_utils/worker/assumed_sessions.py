# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Sessions of assumed roles, for later tasks of the same run and host.

Workers are forked again for each task and can return only a result. So a session is saved in a file, in the folder that
Ansible removes at the end of the run. It is encrypted with a key that exists only in memory: the key is created when
the parent imports this file, and every worker inherits it. Without the key, a file does not show whose session it
contains.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

# Ansible itself needs it, so it is missing only where this file is imported without Ansible, to be checked.
with contextlib.suppress(ImportError):
    from cryptography.fernet import Fernet, InvalidToken

MARGIN = timedelta(minutes=5)
"""A session that ends sooner is not used, because a task may take that long."""

_KEY = os.urandom(32)


class AssumedSessions:
    """The sessions in one folder; see `SessionKeeper` of the engine."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._cipher = Fernet(base64.urlsafe_b64encode(_KEY))

    def recall(self, identity: Mapping[str, Any]) -> Mapping[str, Any] | None:
        try:
            kept: dict[str, Any] = json.loads(self._cipher.decrypt(self._file(identity).read_bytes()))
        except (OSError, InvalidToken):
            return None
        lasts = datetime.fromisoformat(kept["Credentials"]["Expiration"]) - datetime.now(UTC)
        return kept if lasts > MARGIN else None

    def keep(self, identity: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        text = json.dumps({key: answer[key] for key in ("Credentials", "AssumedRoleUser")}, default=_as_text)
        # If the folder cannot be written, the next task assumes the role itself.
        with contextlib.suppress(OSError):
            self._write(self._file(identity), self._cipher.encrypt(text.encode()))

    def _write(self, path: Path, content: bytes) -> None:
        handle, name = tempfile.mkstemp(dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(name, path)
        except OSError:
            os.unlink(name)
            raise

    def _file(self, identity: Mapping[str, Any]) -> Path:
        text = json.dumps(identity, sort_keys=True)
        return self._folder / f"session-{hmac.new(_KEY, text.encode(), hashlib.sha256).hexdigest()}"


def _as_text(moment: datetime) -> str:
    return moment.isoformat()
