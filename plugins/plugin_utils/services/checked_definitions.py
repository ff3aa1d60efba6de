# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The definitions of a user that this run has already checked, so that it checks them once.

Folders that only a host names are read in the worker of each task, and checking takes many times as long as reading.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from ansible import constants as C
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.folders import ServiceFolder


class CheckedDefinitions:
    """The current definitions, identified by a digest of their texts, in the folder of this run."""

    def __init__(self, folders: Iterable[ServiceFolder]) -> None:
        texts = {folder.name: dict(folder.texts) for folder in folders}
        digest = hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()
        self._marker = Path(C.DEFAULT_LOCAL_TMP) / f"services-{digest}"

    def are_known(self) -> bool:
        return self._marker.exists()

    def remember(self) -> None:
        """Record that the definitions have no problems."""
        try:
            self._marker.touch()
        except OSError:
            return  # They are checked again.
