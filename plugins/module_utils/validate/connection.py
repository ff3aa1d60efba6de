# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Problems of the connection options (account, role, approval, retries), found before the first call. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..declare.approval import approval_problems
from ..errors import Problem, shown
from ..policy.account_ids import account_id_refusal, arn_account_refusal
from ..policy.document import PolicyDocument, UnreadableDocument
from .aws_config import aws_config_problems
from .policy_document import identity_policy_problems

_ROLE_ARN = re.compile(r"arn:[a-z0-9-]+:iam::\d{12}:role/[\w+=,.@/-]+", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)


def connection_problems(options: Mapping[str, Any], account_from: str = "") -> Iterator[Problem]:
    """Problems of `account_id`, the approval, `aws_config` and `assume_role`; source: STS API reference, AssumeRole.

    `account_from` is the place that an account id was given in, empty where none was.
    """
    yield from _account_problems(options.get("account_id"), account_from)
    yield from approval_problems(options)
    yield from aws_config_problems(options.get("aws_config"))
    assume_role = options.get("assume_role")
    if assume_role:
        yield from _assume_role_problems(assume_role)


def connection_warnings(options: Mapping[str, Any]) -> Iterator[str]:
    """Warnings before a task that writes."""
    if options.get("assume_role") and options.get("account_id") is None:
        yield (
            "assume_role without account_id: nothing says which account the role must be in; give account_id so that"
            " the task cannot write to another account"
        )


def _account_problems(account_id: Any, place: str) -> Iterator[Problem]:
    """`place` is the option or variable with the account id. If it is empty, None means that no id was given."""
    if account_id is None and not place:
        return
    if account_id is None or account_id == "":
        yield Problem(
            place or "account_id",
            "is empty, so nothing says which account is meant; give the 12 digits of the account in quotes",
        )
    elif refused := account_id_refusal(account_id, "it here or in the host's aws_account_id"):
        yield Problem(place or "account_id", f"{shown(account_id)} {refused}")


def _assume_role_problems(assume_role: Mapping[str, Any]) -> Iterator[Problem]:
    role_arn = assume_role["role_arn"]
    if not _ROLE_ARN.fullmatch(role_arn):
        refused = arn_account_refusal(role_arn) or "is not the ARN of a role"
        yield Problem("assume_role.role_arn", f"{shown(role_arn)} {refused}")
    external_id = assume_role.get("external_id")
    if external_id and not _EXTERNAL_ID.fullmatch(external_id):
        yield Problem(
            "assume_role.external_id",
            "is not a valid external id; it must be 2 to 1224 characters long: letters, digits and _+=,.@:/-",
        )
    session_name = assume_role.get("session_name")
    if session_name and not _SESSION_NAME.fullmatch(session_name):
        yield Problem(
            "assume_role.session_name",
            f"{shown(session_name)} is not a valid session name; it must be 2 to 64 characters long: letters, digits"
            " and _+=,.@-",
        )
    duration = assume_role.get("duration_seconds")
    if duration is not None and not 900 <= duration <= 43200:
        yield Problem("assume_role.duration_seconds", f"{duration} is outside 900 to 43200 seconds")
    if assume_role.get("policy"):
        try:
            document = PolicyDocument.parse(assume_role["policy"])
        except UnreadableDocument as error:
            yield Problem("assume_role.policy", str(error))
        else:
            yield from identity_policy_problems(document, "assume_role.policy")
