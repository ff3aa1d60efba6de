# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Reads files that only this user or root can have written, and creates folders for their owner alone.

Anyone who can write a backup decides what a restore grants. So the file has to be a regular file of this user or of
root that no other user can write, and the same applies to its folder. Folders above that are refused only if everyone
can write them, because group-writable home folders are common.
"""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator

LARGEST = 256 * 2**20
"""Bytes; twice the size of an account that is full of roles and policies at their limits (FACTS C1)."""

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_KINDS = (
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class Untrusted(Exception):
    """A file that another user could have written, or that is not a file. `problems` say what to do about each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def content_of(path: str) -> bytes:
    """The content of a trustworthy file. Never waits. Raises Untrusted and OSError."""
    # Before it is opened: opening a device can have effects.
    _require_regular(path, os.lstat(path))
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        _require_regular(path, status)
        found = [*_problems(path, status), *folder_problems(os.path.dirname(os.path.abspath(path)))]
        if found:
            raise Untrusted(found)
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Untrusted(
            [f"{path} is larger than {LARGEST // 2**20} MiB, the limit for a backup: give the backup itself"]
        )
    return content


def folder_problems(folder: str) -> Iterator[str]:
    """Why files of a folder cannot be trusted. Raises OSError if the folder cannot be read."""
    status = os.stat(folder)
    if not status.st_mode & stat.S_ISVTX:
        yield from _problems(folder, status)
    for above in _folders_above(folder):
        mode = os.stat(above).st_mode
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            yield _writable(above, mode)


def _require_regular(path: str, status: os.stat_result) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    kind = next((words for is_it, words in _KINDS if is_it(status.st_mode)), "a special file")
    meant = os.path.realpath(path) if stat.S_ISLNK(status.st_mode) else "the backup itself"
    raise Untrusted([f"{path} is {kind}, not a file: give {meant}"])


def _problems(path: str, status: os.stat_result) -> Iterator[str]:
    if status.st_uid not in (0, os.geteuid()):
        yield (
            f"{path} belongs to another user (uid {status.st_uid}), who can change it: check that it is genuine,"
            f" then chown {os.geteuid()} {shlex.quote(path)}"
        )
    if status.st_mode & _OTHERS_WRITE:
        yield _writable(path, status.st_mode)


def _writable(path: str, mode: int) -> str:
    return (
        f"{path} can be written by others (mode {stat.S_IMODE(mode):04o}): check that its content is genuine,"
        f" then chmod go-w {shlex.quote(path)}"
    )


def _folders_above(folder: str) -> list[str]:
    """The folders above a folder, by its path as it is given and as it is without symbolic links."""
    found: list[str] = []
    for below in (os.path.abspath(folder), os.path.realpath(folder)):
        above = os.path.dirname(below)
        while above not in found[-1:]:
            found.append(above)
            above = os.path.dirname(above)
    return list(dict.fromkeys(found))


def make_private_folder(folder: str) -> None:
    """Create a folder, and the missing ones above it, with mode 0700. Raises OSError.

    An existing folder keeps its mode. `os.makedirs` applies its mode to the last folder only.
    """
    missing = []
    above = os.path.abspath(folder)
    while not os.path.lexists(above):
        missing.append(above)
        above = os.path.dirname(above)
    for path in reversed(missing):
        try:
            os.mkdir(path, 0o700)
        except FileExistsError:
            # Another task of the run, for another account, created it first.
            if not os.path.isdir(path):
                raise
    if not os.path.isdir(folder):
        raise FileExistsError(17, os.strerror(17), folder)
