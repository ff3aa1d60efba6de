# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An event filter of ansible-rulebook: of a CloudTrail event, only which account had which change of IAM.

ansible-rulebook runs this file alone, so it imports only the standard library. An event is text that the caller of IAM
has partly chosen. Nothing of it is passed on except an account id of twelve digits, one of the names in
`iam_change_events.json`, a time and the name of a role.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DOCUMENTATION = r"""
---
short_description: Reduce a CloudTrail event from EventBridge to the account and the change of IAM
description:
  - An ansible-rulebook event filter for events that an EventBridge rule puts into an SQS queue, and that the event
    source C(amazon.aws.aws_sqs_queue) receives.
  - A successful write to a role, policy, user or group becomes C(iam_change), a dictionary with C(account_id),
    C(event_name) and C(event_time). Every other event becomes C(ignored), with the reason as text.
  - If the user agent is that of this collection, C(iam_change) has the name of the role that called as C(by_role). A
    condition of a rule compares it with the roles that the playbooks use. The user agent alone does not suffice,
    because every caller can choose it.
options: {}
"""

EXAMPLES = r"""
- amazon.aws.aws_sqs_queue:
    region: us-east-1
    name: iam-changes
  filters:
    - aws_ml.permissions.iam_changes:
"""

EVENT_PATTERN = Path(__file__).parents[2] / "iam_change_events.json"
"""The event pattern of the EventBridge rule. It names the calls that change roles, policies, users and groups."""

REGIONS = frozenset({"us-east-1", "us-gov-west-1", "cn-north-1"})
"""Where CloudTrail records IAM's calls, one for each partition (CloudTrail User Guide, global service events)."""

_ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_ROLE_NAME = re.compile(r"[A-Za-z0-9+=,.@_-]{1,64}", re.ASCII)
_USER_AGENT = re.compile(r"(?<!\S)aws_ml\.permissions/\d+\.\d+\.\d+ ", re.ASCII)

Pattern = Mapping[str, Any]


def main(event: dict[str, Any]) -> dict[str, Any]:
    """The event with `iam_change` or `ignored` instead of its content. ansible-rulebook needs its `meta`."""
    kept = {"meta": event["meta"]} if "meta" in event else {}
    body = event.get("body")
    reason = _reason_to_ignore(body, json.loads(EVENT_PATTERN.read_text(encoding="utf-8")))
    if reason:
        return {**kept, "ignored": reason}
    detail = body["detail"]  # type: ignore[index]
    time = _text(detail, "eventTime")
    change = {
        "account_id": body["account"],  # type: ignore[index]
        "event_name": detail["eventName"],
        "event_time": time if _TIME.fullmatch(time) else "",
        "by_role": _role_of_collection(detail),
    }
    return {**kept, "iam_change": change}


def _reason_to_ignore(body: Any, pattern: Pattern) -> str:
    """Why an event is not a change to check for, or nothing."""
    detail = body.get("detail") if isinstance(body, dict) else None
    if not isinstance(detail, dict):
        return "it is not an event of EventBridge"
    if any(body.get(key) not in pattern[key] for key in ("source", "detail-type")):
        return "it is not a call of IAM that CloudTrail recorded"
    if any(_text(detail, key) not in pattern["detail"][key] for key in ("eventSource", "eventType")):
        return "it is not a call of IAM that CloudTrail recorded"
    if _text(detail, "awsRegion") not in REGIONS:
        return "it does not come from IAM's region"
    account = _text(body, "account")
    if not _ACCOUNT_ID.fullmatch(account) or _text(detail, "recipientAccountId") != account:
        return "it does not say for which account it is"
    if _text(detail, "eventName") not in pattern["detail"]["eventName"] or detail.get("readOnly") is True:
        return "it does not change a role, policy, user or group"
    if detail.get("errorCode") is not None or detail.get("errorMessage") is not None:
        return "the call failed"
    return ""


def _role_of_collection(detail: Mapping[str, Any]) -> str:
    """The name of the role of the account that called with the user agent of this collection; else nothing.

    The caller chooses the user agent and the session name. The role is what IAM authenticated.
    """
    identity = detail.get("userIdentity")
    context = identity.get("sessionContext") if isinstance(identity, dict) else None
    issuer = context.get("sessionIssuer") if isinstance(context, dict) else None
    if not isinstance(identity, dict) or not isinstance(issuer, dict):
        return ""
    role = _text(issuer, "userName")
    is_role_of_account = (
        _text(identity, "type") == "AssumedRole"
        and _text(issuer, "type") == "Role"
        and _text(issuer, "accountId") == _text(detail, "recipientAccountId")
        and _ROLE_NAME.fullmatch(role) is not None
    )
    return role if is_role_of_account and _USER_AGENT.search(_text(detail, "userAgent")) else ""


def _text(part: Mapping[str, Any], key: str) -> str:
    value = part.get(key)
    return value if isinstance(value, str) else ""
