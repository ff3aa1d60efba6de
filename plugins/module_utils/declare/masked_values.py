# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Finds the text that Ansible shows instead of a secret in results and logs. It must not be written. Pure.

Ansible replaces every occurrence of a secret in the results of a module (`no_log`). A task that uses such a result
as data would write the replacement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import Problem

MARKERS = ("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "********")


def masked_values(value: Any, place: str) -> Iterator[Problem]:
    """A problem for each such text below `place`, in a text, a list or a mapping, including keys."""
    if isinstance(value, str):
        marker = next((marker for marker in MARKERS if marker in value), None)
        if marker:
            yield Problem(
                place,
                f'contains "{marker}", which Ansible shows instead of a secret; give the value itself,'
                " from a source that does not hide it",
            )
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from masked_values(key, f"{place}.{key}")
            yield from masked_values(item, f"{place}.{key}")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from masked_values(item, f"{place}[{index}]")
