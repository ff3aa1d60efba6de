# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Stops the writes of a task whose run of Ansible has ended.

Ansible's workers, and the modules that they start, are separate processes, in separate sessions. They continue after an
ansible-playbook that is killed. No one would see what they continue to write.
"""

from __future__ import annotations

import multiprocessing
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..sdk import BotoCoreError
from .service import READS


class RunHasEnded(BotoCoreError):
    """A write whose run of Ansible no longer exists; the request was not sent."""

    fmt = "process {process}, the ansible-playbook of this task, has ended"


@dataclass(frozen=True)
class RunProcess:
    """The process of a run: its id, and its start time as the kernel reports it.

    The start time is empty if the system does not report it. Without an id the run is not watched.
    """

    id: int = 0
    started: str = ""

    @classmethod
    def of_worker(cls) -> RunProcess:
        """The parent of this process, if multiprocessing created this process, as Ansible does for its workers."""
        parent = multiprocessing.parent_process()
        return cls(parent.pid, _state_and_start(parent.pid)[1]) if parent is not None and parent.pid else cls()

    @classmethod
    def parse(cls, text: str) -> RunProcess:
        """The process in a text, as `handed_over` wrote it."""
        process, _space, started = text.partition(" ")
        return cls(int(process), started) if process.isdecimal() else cls()

    def handed_over(self) -> str:
        """The process as text for another process of this machine; empty if there is none."""
        return f"{self.id} {self.started}".strip() if self.id else ""

    def hold(self, client: Any) -> None:
        """Make the client refuse each write, including retries, after the run has ended."""
        if self.id:
            # Registered last, because other handlers wait there.
            client.meta.events.register_last("before-send.*.*", self._refuse_if_ended)

    def is_there(self) -> bool:
        """Whether the process is alive. A process that has ended and was not waited for is not."""
        try:
            os.kill(self.id, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass  # another user's
        state, started = _state_and_start(self.id)
        return state not in _ENDED and (not started or not self.started or started == self.started)

    def _refuse_if_ended(self, event_name: str, **dummy: Any) -> None:
        if not event_name.rpartition(".")[2].startswith(READS) and not self.is_there():
            raise RunHasEnded(process=self.id)


_ENDED = ("X", "Z")


def _state_and_start(process: int) -> tuple[str, str]:
    """The state of a process, one letter, and its start time in ticks since boot; both empty if not available."""
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "", ""
    # The name of the program comes before, in parentheses, and may contain any characters.
    state, *fields = text.rpartition(")")[2].split()
    return state, fields[18]
