# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What the inventory says of an account besides its id: organizational unit, owner and tags. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OWNER, TAGS = "aws_ml_owner", "aws_account_tags"
UNITS = ("aws_ou_path", "aws_ou_name", "aws_ou_id")
"""The variables that name the organizational unit, the best one first."""

_OWNER_TAG = "owner"
LONGEST = 1024
"""Characters of one text. AWS's limits are lower; the variables of an inventory have none."""


def account_attributes(variables: Mapping[str, Any]) -> dict[str, Any]:
    """`ou`, `owner` and `tags`, those that are there, from the variables of a host.

    The owner is that of `aws_ml_owner`, else of the tag `owner` in any case. A value that is not text is passed over,
    and the text of the account is not changed.
    """
    given = variables.get(TAGS)
    tags = {_text(key): _text(value) for key, value in given.items()} if isinstance(given, Mapping) else {}
    tags = {key: value for key, value in tags.items() if key}
    of_tags = [value for key, value in tags.items() if key.lower() == _OWNER_TAG and value]
    found = {
        "ou": next((text for name in UNITS if (text := _text(variables.get(name)))), ""),
        "owner": _text(variables.get(OWNER)) or next(iter(of_tags), ""),
        "tags": tags,
    }
    return {name: value for name, value in found.items() if value}


def _text(value: object) -> str:
    return str(value)[:LONGEST] if isinstance(value, (str, int, float)) else ""
