# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Folders that the collection creates: for their owner alone, including new folders above them."""

from __future__ import annotations

import os


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
