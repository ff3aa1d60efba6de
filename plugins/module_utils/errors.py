# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong, as data: every problem has a place and says what would be right.

Whatever is told to people passes `printable` where it is made: in the constructors here and of `plan.Step`, in
`findings` and the notes of a restore, and for warnings in `module_shapes`. Texts of an account can hold line breaks,
escape sequences of terminals and signs that turn the direction of writing; none of them may forge a line of the output.
What a result holds as data (documents, tags, descriptions) stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

LONGEST_LINE = 4000
"""Characters of one line of a message."""

LONGEST_VALUE = 80
"""Characters of one value within a line."""

# Letters and marks to Python, and nothing at all on the screen (Unicode, Default_Ignorable_Code_Point).
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")


def printable(text: str, most: int | None = LONGEST_LINE) -> str:
    """One line of text as a screen can show it, cut after `most` characters, if any.

    Control characters, line breaks, signs without a width or for the direction of writing and halves of surrogate pairs
    become escapes, such as `\\n` and `\\u202e`.
    """
    if not text.isprintable() or _UNSEEN.search(text):
        text = "".join(map(_seen, text))
    return text if most is None or len(text) <= most else f"{text[: most - 1]}…"


def brief(text: str) -> str:
    """A value of the account within a line, such as a condition key."""
    whole = printable(text, None)
    return whole if len(whole) <= LONGEST_VALUE else f"{whole[: LONGEST_VALUE - 3]}…"


def shown(value: Any) -> str:
    """A value as it stands in a message: as JSON, printable, and cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return brief(text)


def character(value: str) -> str:
    """One character as it stands in a message, with its code point."""
    code = f"U+{ord(value):04X}"
    return f'"{value}" ({code})' if printable(value) == value else code


def _seen(sign: str) -> str:
    is_seen = sign.isprintable() and not _UNSEEN.match(sign)
    return sign if is_seen else sign.encode("unicode_escape").decode("ascii")


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong in what was asked for.

    `place` is the path of the option, such as `roles[2].inline_policies.S3.Statement[0].Action`. `missing_arn` is
    the ARN of an object of the account that does not exist, where that and nothing else is wrong.
    """

    place: str
    message: str
    missing_arn: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", printable(self.place))
        object.__setattr__(self, "message", printable(self.message))

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class EngineError(Exception):
    """An ordinary failure of a task: a message for a person and fields for the result.

    The message is one line, and one more for each of `lines`.
    """

    def __init__(self, message: str, lines: Iterable[str] = (), **fields: Any) -> None:
        self.message = printable(message) + "".join(f"\n- {printable(line)}" for line in lines)
        super().__init__(self.message)
        self.fields: Mapping[str, Any] = {
            name: printable(value) if isinstance(value, str) else value for name, value in fields.items()
        }

    def add(self, sentence: str) -> None:
        """Say one more thing at the end of the message."""
        self.message = f"{self.message} {printable(sentence)}"
        self.args = (self.message,)


class InputError(EngineError):
    """What was asked for cannot be done. Raised before the first write, with every problem at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = sorted(set(problems))
        count = len(self.problems)
        head = "1 problem" if count == 1 else f"{count} problems"
        lines = [str(problem) for problem in self.problems]
        super().__init__(f"{head} found, nothing was written:", lines, problems=lines)


class AwsError(EngineError):
    """AWS refused a call, and retrying cannot mend it."""
