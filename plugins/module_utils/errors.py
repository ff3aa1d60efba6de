# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong, as data: every problem has a place and says what would be right."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


def shown(value: Any) -> str:
    """A value as it stands in a message: as JSON, cut where it is long, without characters that cannot be printed."""
    plain = isinstance(value, str) and not value.isprintable()
    text = json.dumps(value, ensure_ascii=plain, default=str)
    return text if len(text) <= 80 else f"{text[:77]}…"


def character(value: str) -> str:
    """One character as it stands in a message, with its code point."""
    code = f"U+{ord(value):04X}"
    return f'"{value}" ({code})' if value.isprintable() else code


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong in what was asked for.

    `place` is the path of the option, such as `roles[2].inline_policies.S3.Statement[0].Action`. `missing_arn` is
    the ARN of an object of the account that does not exist, where that and nothing else is wrong.
    """

    place: str
    message: str
    missing_arn: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class EngineError(Exception):
    """An ordinary failure of a task: a message for a person and fields for the result."""

    def __init__(self, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.message = message
        self.fields: Mapping[str, Any] = fields


class InputError(EngineError):
    """What was asked for cannot be done. Raised before the first write, with every problem at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = sorted(set(problems))
        count = len(self.problems)
        head = "1 problem" if count == 1 else f"{count} problems"
        lines = "".join(f"\n- {problem}" for problem in self.problems)
        super().__init__(
            f"{head} found, nothing was written:{lines}", problems=[str(problem) for problem in self.problems]
        )


class AwsError(EngineError):
    """AWS refused a call, and retrying cannot mend it."""
