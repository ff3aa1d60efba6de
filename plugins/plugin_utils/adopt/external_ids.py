# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""External ids in the trust policies of an export. They go into a file of their own, which can be encrypted. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

VARIABLE = "aws_ml_external_ids"
"""The variable that the declarations read them from, by name."""

_KEY = "sts:externalid"


def has_external_ids(*values: Any) -> bool:
    """Whether some declaration contains an external id."""
    return any(True for value in values for _found in _conditions(value))


def without_external_ids(name: str, value: Any, found: dict[str, str]) -> Any:
    """The value with a reference in place of each external id; the ids are added to `found` by their names.

    `name` is that of the object. An object with several external ids numbers them.
    """
    if isinstance(value, Mapping):
        return {
            key: _referred(name, entry, found) if _is_key(key) else without_external_ids(name, entry, found)
            for key, entry in value.items()
        }
    if isinstance(value, list):
        return [without_external_ids(name, entry, found) for entry in value]
    return value


class ExternalIdReference(str):
    """A text that is a template of Ansible, and has to be written as one."""

    __slots__ = ()


def _referred(name: str, value: Any, found: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_referred(name, entry, found) for entry in value]
    if not isinstance(value, str):
        return value
    number = 1
    key = name
    while found.setdefault(key, value) != value:
        number += 1
        key = f"{name}#{number}"
    return ExternalIdReference(f"{{{{ {VARIABLE}['{key}'] }}}}")


def _conditions(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for key, entry in value.items():
            if _is_key(key):
                yield entry
            else:
                yield from _conditions(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _conditions(entry)


def _is_key(key: Any) -> bool:
    return isinstance(key, str) and key.lower() == _KEY
