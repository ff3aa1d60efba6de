# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of backups: written whole or not at all, found again, and read.

A file belongs to one account and one run of Ansible; later tasks of the run add to it. It is written beside its place
and moved there once it is on the disk, so whoever looks sees the old or the new one, never a part.
"""

from __future__ import annotations

import fcntl
import glob
import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..errors import EngineError
from ..model import Account
from ..quarantine_records import Event
from .format import BadBackup, as_text, parse
from .keeping import Backup, newest

MADE_BY_RESTORE = "iam_restore"

_WILDCARDS = set("*?[")


@dataclass
class BackupFile:
    """Where one task keeps what it takes away. `path` and `objects` tell of the file once there is one."""

    folder: str
    run_id: str
    made_by: str = ""
    path: str = ""
    objects: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, options: Mapping[str, Any], made_by: str = "") -> BackupFile | None:
        """The file that the options `backup_dir` and `_run_folder` of a task ask for; None without the former."""
        folder = options.get("backup_dir")
        if not folder:
            return None
        run = options.get("_run_folder") or ""
        run_id = hashlib.sha256(run.encode()).hexdigest()[:12] if run else secrets.token_hex(6)
        return cls(os.path.abspath(folder), f"{run_id}-restore" if made_by == MADE_BY_RESTORE else run_id, made_by)

    def keep(self, backup: Backup) -> None:
        """Put a backup into the file, beside what is in it. Raises EngineError where that cannot be done."""
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            with _locked(self.folder):
                self._add(backup)
        except BadBackup as error:
            raise EngineError(f"The backup of this run cannot be added to: {error.message}") from None
        except OSError as error:
            raise EngineError(
                f"The backup cannot be written to {error.filename or self.folder}: {error.strerror or error}. Without"
                " it nothing is taken away: see to backup_dir, or leave it out."
            ) from error

    def shown(self) -> dict[str, Any] | None:
        """The file as it stands in a result; None where nothing was kept."""
        return {"path": self.path, "objects": self.objects} if self.path else None

    def _add(self, backup: Backup) -> None:
        account = backup.account.id
        there = sorted(glob.glob(os.path.join(glob.escape(self.folder), f"{account}-*Z-{self.run_id}.json")))
        if there:
            path = there[0]
            with open(path, "rb") as file:
                backup = parse(file.read(), path).followed_by(backup)
        else:
            moment = datetime.fromisoformat(backup.created).strftime("%Y%m%dT%H%M%SZ")
            path = os.path.join(self.folder, f"{account}-{moment}-{self.run_id}.json")
        write_whole(path, as_text(backup).encode())
        self.path, self.objects = path, backup.objects


def write_whole(path: str, data: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all. Raises OSError."""
    folder = os.path.dirname(path)
    beside = os.path.join(folder, f".{os.path.basename(path)}.{secrets.token_hex(4)}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.rename(beside, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(source: str, account_id: str | None) -> tuple[Backup, list[str]]:
    """The backup of an account in a file, or in the files of a folder or a pattern, and the paths that it is from.

    Of several files, those that iam_restore made count only where a single file is named. Raises BadBackup.
    """
    paths = _paths(source, account_id)
    backups = {path: _parsed(path) for path in paths}
    single = paths == [source]
    if not single:
        backups = {path: backup for path, backup in backups.items() if backup.made_by != MADE_BY_RESTORE}
    accounts = sorted({backup.account.id for backup in backups.values()})
    wanted = account_id or (accounts[0] if len(accounts) == 1 else None)
    if wanted is None and accounts:
        raise BadBackup(
            f"{source} holds backups of {len(accounts)} accounts ({', '.join(accounts)}): say which one with"
            " account_id, or aws_account_id of the host. Nothing was read from AWS or written."
        )
    if single and accounts != [wanted]:
        raise BadBackup(f"{source} is a backup of account {accounts[0]}, not of {wanted}. Nothing was written.")
    own = {path: backup for path, backup in backups.items() if backup.account.id == wanted}
    if not own:
        of_account = f" of account {wanted}" if wanted else ""
        raise BadBackup(f"{source} holds no backup{of_account}. Nothing was read from AWS or written.")
    return newest(list(own.values())), sorted(own)


def events_in(folder: str, account: Account) -> tuple[Event, ...]:
    """The quarantines of an account that the backups of a folder tell of, oldest run first; none without the folder.

    Raises BadBackup where one of its backups cannot be read, since it may say that a quarantine was lifted.
    """
    if not os.path.isdir(folder):
        return ()
    backups = [_parsed(path) for path in _paths(folder, account.id)]
    row = sorted(backups, key=lambda backup: backup.created)
    return tuple(event for backup in row if backup.account == account for event in backup.events)


def _paths(source: str, account_id: str | None) -> list[str]:
    if os.path.isdir(source):
        pattern = os.path.join(glob.escape(source), f"{account_id}-*.json" if account_id else "*.json")
    elif _WILDCARDS & set(source) and not os.path.exists(source):
        pattern = source
    else:
        return [source]
    return sorted(path for path in glob.glob(pattern) if os.path.isfile(path))


def _parsed(path: str) -> Backup:
    try:
        with open(path, "rb") as file:
            return parse(file.read(), path)
    except OSError as error:
        raise BadBackup(f"{path} cannot be read: {error.strerror}. Nothing was read from AWS or written.") from error


@contextmanager
def _locked(folder: str) -> Iterator[None]:
    """Alone in the folder, so that two tasks of one run do not write over each other."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        # A file system without locks still has the move that is whole or nothing.
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
