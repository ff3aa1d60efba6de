# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plugin of pytest: properties are tried with few examples, the same ones in every run, and caches start empty.

A mutant that only the ten-thousandth example finds would be killed by chance, and thousands of runs take time. Mutants
run in forks of a process that has run the tests before: what it has cached would keep them from being asked.
"""

from __future__ import annotations

import functools
import gc
import os
from typing import Any

import hypothesis

MOST = int(os.environ.get("MUTATION_EXAMPLES", "100"))


class FewExamples(hypothesis.settings):
    """Settings whose examples are few and always the same, whatever a test asks for."""

    def __init__(self, parent: hypothesis.settings | None = None, **given: Any) -> None:
        few = min(given.get("max_examples", MOST), MOST)
        given.update(derandomize=True, database=None, deadline=None, max_examples=few)
        super().__init__(parent, **given)


hypothesis.settings = FewExamples  # type: ignore[misc]


def pytest_sessionstart() -> None:
    """Forget what the collection's functions have cached."""
    gc.unfreeze()  # what is frozen is not listed
    for cached in gc.get_objects():
        if issubclass(type(cached), functools._lru_cache_wrapper) and str(cached.__module__).startswith(
            "ansible_collections"
        ):
            cached.cache_clear()
