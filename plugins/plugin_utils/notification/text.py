# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Lines for chats and mail, in which text of an account is only text. Pure.

Services read a message in their own markup, and some read it even in plain text. So the few signs that call people or
hide the target of a link are replaced here, whatever service gets the message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable

LONGEST_TITLE = 200
"""Characters."""

_BROADCAST = re.compile(r"@(?=channel\b|everyone\b|here\b|all\b|team\b)", re.IGNORECASE)
_MENTION = re.compile(r"(?<![A-Za-z0-9._+-])@(?=\w)")
_BRACKETS = str.maketrans({"<": "(", ">": ")"})
_LINK = re.compile(r"\](?=\()")


def plain_line(line: str) -> str:
    """A line without mentions, tags and named links.

    `<` and `>` become parentheses: Slack and Discord mention with `<!channel>` and `<@U0123>`, and HTML has tags. `@`
    that begins a name becomes `(at)`; that of a mail address stays. `](` of a link with another text gets a space.
    """
    text = printable(line).translate(_BRACKETS)
    text = _MENTION.sub("(at)", _BROADCAST.sub("(at)", text))
    return _LINK.sub("] ", text)


def message(title: str, lines: Iterable[str]) -> tuple[str, str]:
    """The title and the body of a message."""
    return printable(plain_line(title), LONGEST_TITLE), "\n".join(map(plain_line, lines))
