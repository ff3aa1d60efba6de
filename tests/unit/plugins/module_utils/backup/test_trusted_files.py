# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Only regular files that only this user or root can have written are read, without waiting."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup import trusted_files
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.serialization import BadBackup
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.store import read
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.trusted_files import (
    Untrusted,
    content_of,
    make_private_folder,
)

STRANGER = 12345


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kept" / "backup.json"
    path.parent.mkdir(mode=0o700)
    path.write_text("content", encoding="utf-8")
    path.chmod(0o600)
    return path


def give_away(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a file or folder another user's. Only root can; everybody else becomes another user."""
    if os.geteuid() == 0:
        os.chown(path, STRANGER, -1)
    else:
        monkeypatch.setattr(trusted_files.os, "geteuid", lambda: STRANGER)


def fifo(path: Path) -> str:
    path.unlink()
    os.mkfifo(path)
    return f"{path} is a FIFO, not a file: give the backup itself"


def a_socket(path: Path) -> str:
    path.unlink()
    here = Path.cwd()
    os.chdir(path.parent)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(path.name)
    os.chdir(here)
    return f"{path} is a socket, not a file: give the backup itself"


def a_folder(path: Path) -> str:
    path.unlink()
    path.mkdir()
    return f"{path} is a folder, not a file: give the backup itself"


def a_link(path: Path) -> str:
    real = path.with_name("real.json")
    path.rename(real)
    path.symlink_to(real)
    return f"{path} is a symbolic link, not a file: give {real}"


def writable(path: Path, mode: int) -> str:
    """Let others write it; what is said to that."""
    path.chmod(mode)
    return (
        f"{path} can be written by others (mode {mode:04o}): check that its content is genuine, then chmod go-w {path}"
    )


def for_the_group(path: Path) -> str:
    return writable(path, 0o660)


def for_everyone(path: Path) -> str:
    return writable(path, 0o602)


def in_a_folder_for_everyone(path: Path) -> str:
    return writable(path.parent, 0o777)


def in_a_folder_for_the_group(path: Path) -> str:
    return writable(path.parent, 0o2770)


def below_a_folder_for_everyone(path: Path) -> str:
    return writable(path.parent.parent, 0o777)


def too_large(path: Path) -> str:
    os.truncate(path, trusted_files.LARGEST + 1)
    return f"{path} is larger than 256 MiB, the limit for a backup: give the backup itself"


REFUSED = (
    fifo, a_socket, a_folder, a_link, too_large,
    for_the_group, for_everyone, in_a_folder_for_everyone, in_a_folder_for_the_group, below_a_folder_for_everyone,
)  # fmt: skip


@pytest.mark.parametrize("spoil", REFUSED, ids=lambda spoil: spoil.__name__)
def test_what_others_could_have_written_is_refused(spoil: Callable[[Path], str], file: Path) -> None:
    expected = spoil(file)
    with pytest.raises(Untrusted) as caught:
        content_of(str(file))
    assert caught.value.problems == [expected]


def test_a_device_is_not_opened() -> None:
    with pytest.raises(Untrusted, match="/dev/null is a device, not a file"):
        content_of("/dev/null")


@pytest.mark.parametrize("of_folder", [False, True], ids=["file", "folder"])
def test_what_is_another_users_is_refused(of_folder: bool, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = file.parent if of_folder else file
    give_away(path, monkeypatch)
    with pytest.raises(Untrusted) as caught:
        content_of(str(file))
    me = os.geteuid()
    assert (
        f"{path} belongs to another user (uid {path.stat().st_uid}), who can change it: check that it is genuine,"
        f" then chown {me} {path}"
    ) in caught.value.problems


def test_all_that_is_wrong_is_reported_at_once(file: Path) -> None:
    file.chmod(0o666)
    file.parent.chmod(0o777)
    with pytest.raises(Untrusted) as caught:
        content_of(str(file))
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("mode", [0o1777, 0o700, 0o755], ids=oct)
def test_a_file_of_this_user_is_read(mode: int, file: Path) -> None:
    """In a sticky folder no other user can replace it."""
    file.parent.chmod(mode)
    assert content_of(str(file)) == b"content"


def test_folders_may_be_symbolic_links(file: Path) -> None:
    link = file.parent.with_name("link")
    link.symlink_to(file.parent)
    assert content_of(str(link / file.name)) == b"content"
    file.parent.parent.chmod(0o777)
    with pytest.raises(Untrusted):
        content_of(str(link / file.name))


@pytest.mark.parametrize("of_folder", [False, True], ids=["file", "folder"])
def test_a_restore_says_so_in_one_message(of_folder: bool, file: Path) -> None:
    path = file.rename(file.with_name("123456789012-1.json"))
    path.chmod(0o666)
    with pytest.raises(BadBackup) as caught:
        read(str(path.parent if of_folder else path), "123456789012")
    assert caught.value.message == (
        f"{path} cannot be trusted, nothing was read from AWS or written:\n- {path} can be written by others (mode"
        f" 0666): check that its content is genuine, then chmod go-w {path}"
    )


def test_every_new_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0o002)
    try:
        make_private_folder(str(tmp_path / "one" / "two" / "three"))
    finally:
        os.umask(before)
    made = [tmp_path / "one", tmp_path / "one" / "two", tmp_path / "one" / "two" / "three"]
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in made] == [0o700] * 3


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_private_folder(str(tmp_path))
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
