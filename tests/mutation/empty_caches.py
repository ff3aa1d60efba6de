# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plugin of pytest: the caches of the collection's functions start empty.

Mutants run in forks of a process that has run the tests before: what it has cached would keep them from being asked.
"""

from __future__ import annotations

import functools
import gc


def pytest_sessionstart() -> None:
    """Forget what the collection's functions have cached."""
    gc.unfreeze()  # what is frozen is not listed
    for cached in gc.get_objects():
        if issubclass(type(cached), functools._lru_cache_wrapper) and str(cached.__module__).startswith(
            "ansible_collections"
        ):
            cached.cache_clear()
