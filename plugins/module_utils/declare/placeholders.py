# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Placeholders in a declaration for values that depend on the account, and texts that hide a secret. Pure.

`<account_id>`, `<partition>` and `<role_arn:NAME>` can be used in any string of a declaration, so that one declaration
works for every account. `<role_arn:NAME>` is the ARN that the role NAME of the same task has or will have. If the role
exists, its path and the case of its name count. The task can declare the role or only name it in an attachment or in a
trust statement. `<lt>` is the character `<` itself, for a text that only looks like one of these: `<lt>account_id>` is
the text `<account_id>`.

Ansible replaces every occurrence of a secret in the results of a module (`no_log`). A task that uses such a result
as data would write the replacement, so it is refused.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import Problem
from ..model import PROVISIONAL_ACCOUNT, Account

_ROLE_ARN = re.compile(r"<role_arn:([^<>]+)>")
_PLACEHOLDER = re.compile(r"<(account_id|partition|lt|role_arn:((?:[^<>]|<account_id>|<partition>)+))>")
_BEGINNING = re.compile(r"<(?=account_id>|partition>|lt>|role_arn:)")


@dataclass(frozen=True)
class Placeholders:
    """The values of the placeholders; `role_arns` is keyed by lower-case role name."""

    account: Account = PROVISIONAL_ACCOUNT
    role_arns: Mapping[str, str] = field(default_factory=dict)

    def fill(self, value: Any) -> Any:
        """The value with every placeholder replaced. A placeholder for an unknown role does not change."""
        if isinstance(value, str):
            if "<" not in value:
                return value
            return _PLACEHOLDER.sub(self._filled, value)
        if isinstance(value, datetime.date):
            # YAML reads an unquoted Version as a date.
            return value.isoformat()
        if isinstance(value, Mapping):
            return {self.fill(key): self.fill(entry) for key, entry in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.fill(entry) for entry in value]
        return value

    def _filled(self, found: re.Match[str]) -> str:
        if found.group(2) is not None:
            role = self.fill(found.group(2))
            return self.role_arns.get(role.lower(), f"<role_arn:{role}>")
        return {"account_id": self.account.id, "partition": self.account.partition, "lt": "<"}[found.group(1)]


def literal(text: str) -> str:
    """The text in which nothing is a placeholder: filled in, it is the given text again."""
    return _BEGINNING.sub("<lt>", text)


def unfilled_role(value: str) -> str | None:
    """The name of the first unknown role that a text refers to."""
    found = _ROLE_ARN.search(value)
    return found.group(1) if found else None


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
