# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Files of backups: written completely or not at all, found again, and read.

A file belongs to one account and one run of Ansible; later tasks of the run add to it. It is written under a temporary
name and renamed when it is complete on the disk, so readers see the old or the new file, never a part.
"""

from __future__ import annotations

import fcntl
import glob
import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ..errors import EngineError
from ..model import Account
from .quarantine_records import Event
from .serialization import BadBackup, as_text, parse
from .snapshot import Backup, newest
from .trusted_files import Untrusted, content_of, folder_problems, make_private_folder

MADE_BY_RESTORE = "iam_restore"

_WILDCARDS = set("*?[")
_OF_COLLECTION = re.compile(r"(?P<account>[0-9]{12})-.*\.json$")
_LEFT_OVER = re.compile(r"\.[0-9]{12}-[0-9]{8}T[0-9]{6}Z-[0-9a-f]{12}(-restore)?\.json\.[0-9a-f]{8}")
_LEFT_OVER_AFTER = 3600
"""Seconds after which a file that was never renamed is assumed to be from a killed run."""


@dataclass
class BackupFile:
    """Where one task saves what it removes. `path` and `objects` describe the file as soon as it exists."""

    folder: str
    run_id: str
    made_by: str = ""
    path: str = ""
    objects: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, options: Mapping[str, Any], made_by: str = "", run: str = "") -> BackupFile | None:
        """The file that the option `backup_dir` of a task asks for, None without it; `run` is the folder of its run."""
        folder = options.get("backup_dir")
        if not folder:
            return None
        run_id = hashlib.sha256(run.encode()).hexdigest()[:12] if run else secrets.token_hex(6)
        return cls(os.path.abspath(folder), f"{run_id}-restore" if made_by == MADE_BY_RESTORE else run_id, made_by)

    def keep(self, backup: Backup) -> None:
        """Add a backup to the file. Raises EngineError if that is not possible."""
        try:
            make_private_folder(self.folder)
            unsafe = list(folder_problems(self.folder))
            if unsafe:
                raise EngineError(
                    f"The backup cannot be written to {self.folder}, where others could change it. Nothing was"
                    f" removed. To fix: {'; '.join(unsafe)}. Or set another backup_dir, such as a new folder in it."
                )
            with _locked(self.folder):
                _clear_left_over(self.folder)
                self._add(backup)
        except BadBackup as error:
            raise EngineError(f"Nothing can be added to the backup of this run: {error.message}") from None
        except OSError as error:
            raise EngineError(
                f"The backup cannot be written to {error.filename or self.folder}: {error.strerror or error}. Nothing"
                " is removed without a backup. To fix: set another folder in backup_dir (aws_ml_backup_dir)."
            ) from error

    def shown(self) -> dict[str, Any] | None:
        """The file as it is shown in a result; None if nothing was saved."""
        return {"path": self.path, "objects": self.objects} if self.path else None

    def _add(self, backup: Backup) -> None:
        account = backup.account.id
        there = sorted(glob.glob(os.path.join(glob.escape(self.folder), f"{account}-*Z-{self.run_id}.json")))
        if there:
            path = there[0]
            backup = _content(path, backup.moment).followed_by(backup)
        else:
            moment = backup.moment.strftime("%Y%m%dT%H%M%SZ")
            path = os.path.join(self.folder, f"{account}-{moment}-{self.run_id}.json")
        write_whole(path, as_text(backup).encode())
        self.path, self.objects = path, backup.objects


def write_whole(path: str, data: bytes) -> None:
    """Write a file that only its owner can read, completely or not at all. Raises OSError."""
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


def read(source: str, account_id: str | None, now: datetime | None = None) -> tuple[Backup, list[str]]:
    """The backup of an account in a file, or in the files of a folder or a pattern, and the paths that it is from.

    Of several files, those that iam_restore wrote count only if a single file is named, and those of other accounts, by
    their name, are ignored. Every file has to be trustworthy (see `trusted_files`). A backup with a time after `now`,
    by default the current time, is refused. Raises BadBackup.
    """
    moment = now or datetime.now(UTC)
    paths, single = _paths(source, account_id)
    backups, bad = _parsed(paths, moment, named=not single)
    if not single:
        backups = {path: backup for path, backup in backups.items() if backup.made_by != MADE_BY_RESTORE}
    of_bad = {account for account in map(_account_in_name, bad) if account and not single}
    accounts = sorted({backup.account.id for backup in backups.values()} | of_bad)
    wanted = account_id or (accounts[0] if len(accounts) == 1 else None)
    if wanted is None and accounts:
        raise BadBackup(
            f"{source} contains backups of {len(accounts)} accounts ({', '.join(accounts)}): choose one with"
            " account_id, or aws_account_id of the host. Nothing was read from AWS or written."
        )
    if bad:
        raise _all_of(list(bad.values()))
    if single and accounts != [wanted]:
        raise BadBackup(f"{source} is a backup of account {accounts[0]}, not of {wanted}. Nothing was written.")
    own = {path: backup for path, backup in backups.items() if backup.account.id == wanted}
    if not own:
        of_account = f" of account {wanted}" if wanted else ""
        raise BadBackup(f"{source} contains no backup{of_account}. Nothing was read from AWS or written.")
    return newest(list(own.values())), sorted(own)


def events_in(folder: str, account: Account, now: datetime) -> tuple[Event, ...]:
    """The quarantine events in an account's backups in a folder, oldest run first; empty if the folder is missing.

    Raises BadBackup if one of its backups cannot be read or trusted, because it may say that a quarantine was lifted.
    """
    if not os.path.isdir(folder):
        return ()
    paths, _single = _paths(folder, account.id)
    good, bad = _parsed(paths, now, named=True)
    if bad:
        raise _all_of(list(bad.values()))
    row = sorted(good.values(), key=lambda backup: backup.moment)
    return tuple(event for backup in row if backup.account == account for event in backup.events)


def _paths(source: str, account_id: str | None) -> tuple[list[str], bool]:
    """The files to read, and whether they are the single one that was named."""
    if os.path.isdir(source):
        try:
            names = os.listdir(source)
        except OSError as error:
            raise _unreadable(source, error) from error
        found = [os.path.join(source, name) for name in names if _OF_COLLECTION.match(name)]
    elif _WILDCARDS & set(source) and not os.path.lexists(source):
        found = [path for path in glob.glob(source) if _account_in_name(path) or os.path.isfile(path)]
    else:
        return [source], True
    return sorted(path for path in found if _account_in_name(path) in (None, account_id) or account_id is None), False


def _parsed(paths: Sequence[str], now: datetime, *, named: bool) -> tuple[dict[str, Backup], dict[str, BadBackup]]:
    """The backups by their paths, and what is wrong with the others. If they are `named`, the name has to match."""
    good: dict[str, Backup] = {}
    bad: dict[str, BadBackup] = {}
    for path in paths:
        try:
            backup = _content(path, now)
            said = _account_in_name(path)
            if named and said not in (None, backup.account.id):
                raise BadBackup(
                    f"{path} is a backup of account {backup.account.id}, not of {said} as its name says. To fix:"
                    " restore its original name, or move it elsewhere. Nothing was read from AWS or written."
                )
            good[path] = backup
        except BadBackup as error:
            bad[path] = error
    return good, bad


def _content(path: str, now: datetime) -> Backup:
    try:
        return parse(content_of(path), path, now)
    except Untrusted as error:
        raise BadBackup(f"{path} cannot be trusted, nothing was read from AWS or written:", error.problems) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: str, error: OSError) -> BadBackup:
    return BadBackup(f"{path} cannot be read: {error.strerror}. Nothing was read from AWS or written.")


def _all_of(bad: Sequence[BadBackup]) -> BadBackup:
    """Everything that is wrong with several files, as one error."""
    if len(bad) == 1:
        return bad[0]
    lines = [line.removeprefix("- ") for error in bad for line in error.message.split("\n")]
    return BadBackup(f"{len(bad)} backups cannot be used, nothing was read from AWS or written:", lines)


def _account_in_name(path: str) -> str | None:
    """The account that the name of a file says it is of."""
    found = _OF_COLLECTION.match(os.path.basename(path))
    return found["account"] if found else None


@contextmanager
def _locked(folder: str) -> Iterator[None]:
    """Lock the folder, so that two tasks of one run do not overwrite each other's changes."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        # Without locks in the file system, the rename is still atomic.
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _clear_left_over(folder: str) -> None:
    """Remove files that killed runs of this user wrote and never renamed. The folder must be locked."""
    for name in filter(_LEFT_OVER.fullmatch, os.listdir(folder)):
        path = os.path.join(folder, name)
        with suppress(OSError):
            status = os.lstat(path)
            is_own = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()
            if is_own and status.st_mtime < time.time() - _LEFT_OVER_AFTER:
                os.unlink(path)
