# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Files of the records of retirements: a JSON and a Markdown file for each account and run, readable by their owner."""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..backup.serialization import checksum
from ..backup.store import write_whole
from ..backup.trusted_files import Untrusted, content_of, folder_problems, make_private_folder
from ..errors import EngineError
from .record_text import as_markdown
from .retirement_record import FORMAT, earlier_of


def folder_mistakes(folder: str) -> Iterator[str]:
    """Why records cannot be written to a folder that exists."""
    if os.path.lexists(folder) and not os.path.isdir(folder):
        yield f"{folder} is not a folder"
    elif os.path.isdir(folder):
        yield from folder_problems(folder)


def write_record(folder: str, record: Mapping[str, Any], run_id: str) -> str:
    """Write both files, and return the path of the JSON file. Raises EngineError."""
    moment = str(record["began"]).replace("-", "").replace(":", "")
    path = os.path.join(folder, f"retirement-{record['account_id']}-{moment}-{run_id}.json")
    try:
        make_private_folder(folder)
        mistakes = list(folder_mistakes(folder))
        if mistakes:
            raise EngineError("; ".join(mistakes))
        write_whole(path, (json.dumps(record, indent=2, ensure_ascii=True) + "\n").encode())
        write_whole(f"{path.removesuffix('.json')}.md", as_markdown(record).encode())
    except OSError as error:
        raise EngineError(f"{error.filename or folder}: {error.strerror or error}") from error
    return path


def earlier_records(folder: str, account_id: str, warn: Callable[[str], None]) -> dict[str, dict[str, Any]]:
    """What the records of the account in a folder say of objects in quarantine, by unique id; the newest counts.

    A record that cannot be trusted or read is left out, with a warning.
    """
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(glob.glob(os.path.join(glob.escape(folder), f"retirement-{account_id}-*.json"))):
        try:
            record = json.loads(content_of(path))
            if record["format"] != FORMAT or record["account_id"] != account_id:
                raise ValueError("it is not a record of this account")
            if record["checksum"] != checksum(record):
                raise ValueError("it was changed after it was written")
            found.update(earlier_of(record, os.path.basename(path)))
        except (Untrusted, OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            why = str(error) if type(error) in (Untrusted, ValueError) else "it cannot be read"
            warn(f"the earlier record {path} is left out of the record of this run: {why}")
    return found
