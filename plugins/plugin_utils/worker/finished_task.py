# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The keyword values of a finished task, for callbacks."""

from __future__ import annotations

from typing import Any

from ansible.release import __version__ as core_version

_TASK_HOLDS_TEMPLATES = tuple(int(number) for number in core_version.split(".")[:2]) < (2, 21)
"""Before 2.21 a result has the evaluated templates in task_fields, which is deprecated since then."""


def keyword_of_task(result: Any, name: str) -> Any:
    """The value with which the task of a CallbackTaskResult ran, of a keyword such as `check_mode` or `args`."""
    if _TASK_HOLDS_TEMPLATES:
        return result.task_fields.get(name)
    return getattr(result.task, name)
