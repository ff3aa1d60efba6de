# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The kinds of values in ARNs, conditions and names, and the valid form of each. Pure.

Sources: the API references of the services whose names these are, and the IAM quotas page for names of IAM.
"""

from __future__ import annotations

import re

from ..errors import shown
from ..policy.account_ids import arn_account_refusal, as_account_id

_ROLE_NAME = r"[\w+=,.@-]{1,64}"
_PATTERN = "nor one with wildcards * and ?"
KINDS = {
    "account": ("", "account id; give its 12 digits in quotes, or <account_id> for the account itself"),
    "region": (r"[a-z]{2,4}(-[a-z]+)+-\d+", "Region; give one such as us-east-1"),
    "region_or_all": (r"\*|[a-z]{2,4}(-[a-z]+)+-\d+", "Region; give one such as us-east-1, or * for all"),
    "bucket": (r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "bucket name"),
    "bucket_pattern": (r"[a-z0-9.*?-]{3,63}", f"bucket name, {_PATTERN}"),
    "prefix": (r"[^/*?$][^*?$]*", "prefix of object keys; give it without wildcards and without a slash at the front"),
    "function": (r"[A-Za-z0-9_-]{1,64}", "function name"),
    "function_pattern": (r"[A-Za-z0-9_*?-]{1,64}", f"function name, {_PATTERN}"),
    "job_pattern": (r"[A-Za-z0-9*?-]{1,63}", f"job name, {_PATTERN}"),
    "stream_pattern": (r"[\w.*?-]{1,256}", f"stream name, {_PATTERN}"),
    "topic": (r"[\w-]{1,256}(\.fifo)?", "topic name"),
    "project_pattern": (r"[A-Za-z0-9_*?-]{1,255}", f"project name, {_PATTERN}"),
    "key": (r"arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+", "ARN of a KMS key"),
    "role_name": (_ROLE_NAME, "role name"),
    "role_pattern": (r"[\w+=,.@*?-][\w+=,.@*?/-]{0,575}", f"role name with its path, {_PATTERN}"),
    "user_name": (r"[\w+=,.@-]{1,64}", "user name"),
    "group_name": (r"[\w+=,.@-]{1,128}", "group name"),
    "policy_name": (r"[\w+=,.@-]{1,128}", "policy name"),
    "policy": (r"[\w+=,.@-]{1,128}|arn:[a-z-]+:iam::(\d{12}|aws):policy/[\w+=,.@/-]+", "name or ARN of a policy"),
    "component_pattern": (r"[\w.*?-]{1,128}", f"component name, {_PATTERN}"),
    "namespace": (r"[\w./#:-][\w./#: -]{0,254}", "metric namespace; give the whole namespace, without wildcards"),
    "namespace_pattern": (r"[\w./#:*?-][\w./#: *?-]{0,254}", f"metric namespace, {_PATTERN}"),
    "device_pattern": (r"[\w*?-]{1,255}", f"device id, {_PATTERN}"),
    "resource_pattern": (r"[\w+=,.@/*?-]{1,512}", f"name of a resource as its ARN ends, {_PATTERN}"),
    "path": (r"/|/[!-~]{0,510}/", "path; it begins and ends with a slash"),
}
"""For each kind, a regular expression of the whole value, and the name of the kind for messages."""

_PLACEHOLDERS = {"<account_id>": "123456789012", "<partition>": "aws"}


def kind_refusal(kind: str, value: str) -> str | None:
    """Why a text is not a valid value of this kind, None if it is.

    `<account_id>` and `<partition>` count as an account and a partition.
    """
    pattern, what = KINDS[kind]
    text = value
    for placeholder, example in _PLACEHOLDERS.items():
        text = text.replace(placeholder, example)
    refusal = arn_account_refusal(text)
    if not refusal and not (as_account_id(text) if kind == "account" else re.fullmatch(pattern, text, re.ASCII)):
        refusal = f"is not {'an' if what.startswith(('a', 'A')) else 'a'} {what}"
    return f"{shown(value)} {refusal}" if refusal else None


def normalized(kind: str, value: str) -> str:
    """A text of this kind in the form that definitions expect: a prefix has no slash at its end."""
    return value.rstrip("/") if kind == "prefix" else value
