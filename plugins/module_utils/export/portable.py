# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Values of one account in the form that every account can use. Pure.

Filled in for the same account (`declare.placeholders`), each value is exactly the given one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..declare.placeholders import literal
from ..model import Account


def portable(value: Any, account: Account) -> Any:
    """The value with `<account_id>` for the account and `<partition>` for its partition at the start of an ARN.

    Text that looks like a placeholder is written so that it stays as it is.
    """
    if isinstance(value, str):
        return _text(value, account)
    if isinstance(value, Mapping):
        return {portable(key, account): portable(entry, account) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [portable(entry, account) for entry in value]
    return value


def _text(text: str, account: Account) -> str:
    found = re.sub(rf"(?<!\d){account.id}(?!\d)", "<account_id>", literal(text))
    start = f"arn:{account.partition}:"
    return f"arn:<partition>:{found[len(start) :]}" if found.startswith(start) else found
