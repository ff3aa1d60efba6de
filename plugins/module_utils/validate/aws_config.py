# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What is wrong with the option `aws_config`, as far as it concerns timeouts and retries. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import Problem, shown

_MOST_SECONDS = 3600


def aws_config_problems(aws_config: Any) -> Iterator[Problem]:
    """Problems of the timeouts and retries in `aws_config`; source: botocore's reference, Config."""
    if not isinstance(aws_config, Mapping):
        return
    for name in ("connect_timeout", "read_timeout"):
        value = aws_config.get(name)
        if name in aws_config and not _is_duration(value):
            yield Problem(
                f"aws_config.{name}", f"{shown(value)} is not a number of seconds above 0 and up to {_MOST_SECONDS}"
            )
    retries = aws_config.get("retries")
    if "retries" in aws_config and not isinstance(retries, Mapping):
        yield Problem("aws_config.retries", f"{shown(retries)} is not a dictionary, such as {{max_attempts: 2}}")
        return
    for name, least in (("max_attempts", 0), ("total_max_attempts", 1)):
        value = (retries or {}).get(name, least)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            yield Problem(f"aws_config.retries.{name}", f"{shown(value)} is not a whole number from {least}")
    mode = (retries or {}).get("mode", "standard")
    if mode not in ("adaptive", "legacy", "standard"):
        yield Problem("aws_config.retries.mode", f"{shown(mode)} is not known; it is adaptive, legacy or standard")


def _is_duration(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= _MOST_SECONDS
