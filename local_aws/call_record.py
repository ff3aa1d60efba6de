# SPDX-License-Identifier: GPL-3.0-or-later
"""The permissions that the collection's modules have needed, each once, in a file for each server.

The folder is in the environment variable LOCAL_AWS_CALLS, so that it reaches the servers of every test, of ansible and
of molecule. Without it nothing is recorded. `permissions.record` reads the files.
"""

from __future__ import annotations

import json
import os
import threading
import uuid
from collections.abc import Iterable
from pathlib import Path

from .permissions_needed import Needed
from .request import Call

FOLDER = "LOCAL_AWS_CALLS"


class CallRecord:
    """Appends permissions that are not recorded yet. A line is an object with the fields of `Needed`, the caller and
    the account.
    """

    def __init__(self) -> None:
        folder = os.environ.get(FOLDER)
        self._file = Path(folder, f"{uuid.uuid4().hex}.jsonl") if folder else None
        self._seen: set[str] = set()
        self._lock = threading.Lock()

    @property
    def wanted(self) -> bool:
        return self._file is not None

    def add(self, call: Call, needed: Iterable[Needed]) -> None:
        """Record the permissions of a module's call; calls of tests themselves have no module."""
        if self._file is None or not call.caller or not call.action.isidentifier():  # cut off in the middle
            return
        for one in needed:
            entry = {
                "caller": call.caller,
                "account": call.account,
                "partition": call.partition,
                "action": one.action,
                "resource": one.resource,
                "context": dict(one.context),
            }
            line = json.dumps(entry, sort_keys=True)
            with self._lock:
                if line not in self._seen:
                    self._seen.add(line)
                    self._file.parent.mkdir(parents=True, exist_ok=True)
                    with self._file.open("a", encoding="utf-8") as file:
                        file.write(line + "\n")
