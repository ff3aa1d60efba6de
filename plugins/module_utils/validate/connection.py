# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Problems of the options that every module has: account, role, approval, timeouts and retries. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..errors import Problem, shown
from ..policy.account_ids import account_id_refusal, arn_account_refusal
from ..policy.document import PolicyDocument, UnreadableDocument
from .policy_document import identity_policy_problems

DEFAULT_HOURS = 24.0
"""How long an approval is valid."""

_TEXT = re.compile(r"([0-9a-f]{64})(?:@(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})Z)?")


@dataclass(frozen=True)
class Approval:
    """An approved plan. `made` is when the plan was created; None for a plan id alone, which does not expire."""

    plan_id: str
    made: datetime | None = None

    @classmethod
    def parse(cls, text: str) -> Approval | None:
        """Read `PLAN_ID@2026-11-29T23:00:00Z` or a plan id alone; None if the text is neither."""
        found = _TEXT.fullmatch(text)
        if found is None:
            return None
        try:
            made = datetime.fromisoformat(found[2]).replace(tzinfo=UTC) if found[2] else None
        except ValueError:
            return None
        return cls(found[1], made)


def approval_problems(options: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with `approved_plan` and `approval_hours`."""
    approved = options.get("approved_plan")
    if approved is not None and Approval.parse(approved) is None:
        right = "give the approval or the plan_id of a run in check mode"
        yield Problem("approved_plan", f"{shown(approved)} is not an approval; {right}")
    hours = options.get("approval_hours", DEFAULT_HOURS)
    if not 0 < hours < math.inf:
        yield Problem("approval_hours", f"{hours:g} must be a number of hours greater than 0")


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


_MOST_SECONDS = 3600


def aws_config_problems(aws_config: Any) -> Iterator[Problem]:
    """Problems of the timeouts and retries in `aws_config`; source: botocore's reference, Config."""
    if not isinstance(aws_config, Mapping):
        return
    for name in ("connect_timeout", "read_timeout"):
        value = aws_config.get(name)
        if name in aws_config and not _is_duration(value):
            yield Problem(
                f"aws_config.{name}", f"{shown(value)} is not a number of seconds above 0 and up to {_MOST_SECONDS}"
            )
    retries = aws_config.get("retries")
    if "retries" in aws_config and not isinstance(retries, Mapping):
        yield Problem("aws_config.retries", f"{shown(retries)} is not a dictionary, such as {{max_attempts: 2}}")
        return
    for name, least in (("max_attempts", 0), ("total_max_attempts", 1)):
        value = (retries or {}).get(name, least)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            yield Problem(f"aws_config.retries.{name}", f"{shown(value)} is not a whole number from {least}")
    mode = (retries or {}).get("mode", "standard")
    if mode not in ("adaptive", "legacy", "standard"):
        yield Problem("aws_config.retries.mode", f"{shown(mode)} is not known; it is adaptive, legacy or standard")


def _is_duration(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= _MOST_SECONDS
