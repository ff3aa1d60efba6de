# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""One rule for all account ids: twelve digits, as text or as a number. Pure.

Source: the AWS Account Management guide, "View AWS account identifiers". INI inventories and unquoted YAML turn ids
into numbers. A number of twelve digits can only be that id. A shorter number has lost leading zeros or was read as
octal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_ID = re.compile(r"[0-9]{12}")
_DIGITS = re.compile(r"[0-9]+")
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_OWNER = re.compile(r"[a-z]+(-[a-z]+)*")
"""ARNs of AWS's own resources have a word instead of the account, such as aws, aws-managed or cloudfront."""

_ID_KEYS = {
    "aws:principalaccount", "aws:principalorgmasteraccountid", "aws:resourceaccount", "aws:sourceaccount",
    "aws:sourceowner", "aws:vpceaccount", "events:creatoraccount", "kms:calleraccount", "ram:shareowneraccountid",
    "s3:dataaccesspointaccount", "s3:resourceaccount", "s3express:dataaccesspointaccount",
    "s3express:resourceaccount",
}  # fmt: skip
_OWNER_KEYS = {"ec2:owner", "ec2:vpceserviceowner"}
"""Their values are account ids or words."""

_PATTERN_OPERATORS = ("StringLike", "StringNotLike", "ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals")


def as_account_id(value: object) -> str | None:
    """The account id as text; None if the value is not an account id."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def account_id_refusal(value: object, it: str = "it") -> str | None:
    """Why a value is not an account id, None if it is one. The text follows the value in a message.

    `it` says what to quote, if the value comes from another place.
    """
    if as_account_id(value) is not None:
        return None
    advice = f"; quote {it}, because an unquoted number loses its leading zeros" if _is_shorter_number(value) else ""
    return f"is not an account id of 12 digits{advice}"


def arn_account_refusal(value: object) -> str | None:
    """Why the account of an ARN is not valid, None if it is. The text follows the ARN in a message.

    Wildcards, policy variables, an empty account, the words of AWS's own resources and text that is not an ARN are
    valid.
    """
    if not isinstance(value, str) or not value.startswith("arn:"):
        return None
    fields = arn_fields(value)
    account = fields[4] if len(fields) > 4 else ""
    if not account or _is_pattern(account) or _OWNER.fullmatch(account):
        return None
    refused = account_id_refusal(account)
    return f"names account {account}, which {refused}" if refused else None


def condition_refusal(operator: str, key: str, value: object) -> str | None:
    """Why a value of a condition is not an account id, None if it is or need not be. The text follows the value.

    `operator` is without prefix and suffix. Sources: AWS global condition context keys, and those of the services.
    """
    key = key.lower()
    if operator in ("Null", "Bool"):
        return None
    if key in _OWNER_KEYS:
        return account_id_refusal(value) if _DIGITS.fullmatch(str(value)) else None
    if key not in _ID_KEYS:
        return None if "tag/" in key else arn_account_refusal(value)
    if isinstance(value, str) and "${" in value:
        return None
    if isinstance(value, str) and _is_pattern(value):
        like = "is compared literally; use StringLike for a pattern"
        return None if operator in _PATTERN_OPERATORS else like
    return account_id_refusal(value)


def arn_fields(arn: str) -> list[str]:
    """At most six fields of an ARN. A colon in a policy variable, such as `${aws:PrincipalAccount}`, does not count."""
    veiled = _VARIABLE.sub(lambda found: found.group().replace(":", "\0"), arn)
    return [field.replace("\0", ":") for field in veiled.split(":", 5)]


def with_ids_as_text(statement: Any) -> Any:
    """A statement in which account ids that are numbers are text, as in IAM."""
    if not isinstance(statement, Mapping):
        return statement
    ids_in = ("Principal", "NotPrincipal", "Condition")
    return {element: _as_text(value) if element in ids_in else value for element, value in statement.items()}


def _as_text(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _as_text(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_text(entry) for entry in value]
    return (as_account_id(value) or value) if isinstance(value, int) else value


def _is_pattern(text: str) -> bool:
    return any(sign in text for sign in ("*", "?", "${"))


def _is_shorter_number(value: object) -> bool:
    is_number = isinstance(value, (int, str)) and not isinstance(value, bool) and _DIGITS.fullmatch(str(value))
    return bool(is_number) and len(str(value)) < 12
