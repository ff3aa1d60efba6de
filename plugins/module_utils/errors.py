# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Problems and errors as data: every problem has a place and says what is right.

Every text for users passes `printable` where it is created: in the constructors here, of `plan.Step` and of
`analyze.finding`, in the notes of a restore, and for warnings in `modules.registry`. Texts of an account can contain
line breaks, escape sequences of terminals and characters that change the direction of writing. None of them may forge a
line of the output. Data in a result (documents, tags, descriptions) does not change.
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

# Characters that Python treats as printable and that a screen does not show (Unicode, Default_Ignorable_Code_Point).
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")


def printable(text: str, most: int | None = LONGEST_LINE) -> str:
    """One line of text as a screen can show it, cut after `most` characters. None means that it is not cut.

    Control characters, line breaks, characters without a width or for the direction of writing and halves of surrogate
    pairs become escapes, such as `\\n` and `\\u202e`.
    """
    if not text.isprintable() or _UNSEEN.search(text):
        text = "".join(map(_seen, text))
    return text if most is None or len(text) <= most else f"{text[: most - 1]}…"


def brief(text: str) -> str:
    """A value of the account within a line, such as a condition key."""
    whole = printable(text, None)
    return whole if len(whole) <= LONGEST_VALUE else f"{whole[: LONGEST_VALUE - 3]}…"


def shown(value: Any) -> str:
    """A value as a message shows it: as JSON, printable, and cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return brief(text)


def character(value: str) -> str:
    """One character as a message shows it, with its code point."""
    code = f"U+{ord(value):04X}"
    return f'"{value}" ({code})' if printable(value) == value else code


def _seen(sign: str) -> str:
    is_seen = sign.isprintable() and not _UNSEEN.match(sign)
    return sign if is_seen else sign.encode("unicode_escape").decode("ascii")


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in the options of a task.

    `place` is the path of the option, such as `roles[2].inline_policies.S3.Statement[0].Action`. `missing_arn` is
    the ARN of an object of the account that does not exist, if that is the only mistake.
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
    """An ordinary failure of a task: a message for the user and fields for the result.

    The message is one line, and one more line for each of `lines`.
    """

    def __init__(self, message: str, lines: Iterable[str] = (), **fields: Any) -> None:
        self.message = printable(message) + "".join(f"\n- {printable(line)}" for line in lines)
        super().__init__(self.message)
        self.fields: Mapping[str, Any] = {
            name: printable(value) if isinstance(value, str) else value for name, value in fields.items()
        }

    def add(self, sentence: str) -> None:
        """Add a sentence to the end of the message."""
        self.message = f"{self.message} {printable(sentence)}"
        self.args = (self.message,)


class InputError(EngineError):
    """The task cannot do what its options ask for. Raised before the first write, with every problem at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = sorted(set(problems))
        count = len(self.problems)
        head = "1 problem" if count == 1 else f"{count} problems"
        lines = [str(problem) for problem in self.problems]
        super().__init__(f"{head} found, nothing was written:", lines, problems=lines)


class AwsError(EngineError):
    """AWS refused a call, and a retry cannot fix it."""
