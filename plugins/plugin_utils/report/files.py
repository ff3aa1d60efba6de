# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Writes the files of a report completely or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.trusted_files import make_private_folder


def write_files(directory: Path, contents: Mapping[str, str]) -> list[Path]:
    """Write every content under its name, UTF-8, for the owner alone. If it raises OSError, nothing was written.

    A file of the same name is replaced. A directory that does not exist is created for its owner, like its parents.
    """
    make_private_folder(str(directory))
    written: list[tuple[Path, Path]] = []
    try:
        for name, content in contents.items():
            handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=directory)
            written.append((Path(temporary), directory / name))
            with os.fdopen(handle, "wb") as file:
                # Half a surrogate pair, as in a path that is not UTF-8, must not prevent the report.
                file.write(content.encode("utf-8", "replace"))
                file.flush()
                os.fsync(file.fileno())
        for temporary_path, path in written:
            temporary_path.replace(path)
    except BaseException:
        for temporary_path, _dummy in written:
            with contextlib.suppress(OSError):
                temporary_path.unlink()
        raise
    with contextlib.suppress(OSError):
        folder = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return [path for _dummy, path in written]
