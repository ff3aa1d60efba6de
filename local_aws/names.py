# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and unique ids: unique in an account regardless of case and path (FACTS C5), and AWS's id prefixes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.iam.utils import generate_access_key_id_from_account_id

from .answer import already_exists


def check_name_free(entities: Iterable[Any], name: str, wording: str) -> None:
    """Refuse a name that is taken, in whatever case and under whatever path."""
    if any(entity.name.lower() == name.lower() for entity in entities):
        raise already_exists(wording.format(name))


def unique_id(prefix: str, account: str) -> str:
    """A new unique id such as AIDA… for a user."""
    return str(generate_access_key_id_from_account_id(account, prefix, 21))
