# SPDX-License-Identifier: GPL-3.0-or-later
"""AssumeRole with AWS's rules: the role must exist, be visible, and trust the caller (FACTS C3, C4).

Only the condition `sts:ExternalId` is evaluated; others count as met.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from moto.sts.models import sts_backends

from .answer import Answer, AwsError, xml_answer
from .constraints import check_constraints
from .documents import statements
from .iam import Iam
from .moto_bridge import other_answer
from .principals import shown_principal
from .request import Call, HttpRequest
from .store import account_known

_ROLE = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):role(/.*)")
_CHAINED_LIMIT = 3600


def sts_answer(iam: Iam, call: Call, request: HttpRequest) -> Answer:
    """Answer one STS call."""
    check_constraints(call)
    if call.action == "AssumeRole":
        _check_assume_role(iam, call)
    elif call.action == "GetCallerIdentity" and _session(call) is None:
        return xml_answer("sts", call.action, _operator(call))
    return other_answer(call, request)


def _session(call: Call) -> Any:
    return sts_backends[call.account][call.partition].get_assumed_role_from_access_key(call.access_key)


def _operator(call: Call) -> dict[str, str]:
    arn = f"arn:{call.partition}:iam::{call.account}:user/operator"
    return {"UserId": "AIDAOPERATOROFTHEORG", "Account": call.account, "Arn": arn}


def _check_assume_role(iam: Iam, call: Call) -> None:
    arn = call.required("RoleArn")
    session = _session(call)
    caller = session.arn if session else _operator(call)["Arn"]
    denied = AwsError(
        "AccessDenied", f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {arn}", 403
    )
    parsed = _ROLE.fullmatch(arn)
    if parsed is None:
        raise AwsError("ValidationError", f"{arn} is invalid")
    if not account_known(parsed[2]):
        raise denied
    role = next((role for role in iam.seen(parsed[2], parsed[1]).roles.values() if role.arn == arn), None)
    if role is None:
        raise denied
    principals = {"*", f"arn:{call.partition}:iam::{call.account}:root", caller}
    if session:
        principals.add(session.role_arn)
    if not _trusts(role.assume_role_policy_document, principals, call.text("ExternalId")):
        raise denied
    limit = int(role.max_session_duration or 3600)
    if int(call.text("DurationSeconds") or 3600) > (_CHAINED_LIMIT if session else limit):
        wording = (
            "the 1 hour session limit for roles assumed by role chaining"
            if session
            else "the MaxSessionDuration set for this role"
        )
        raise AwsError("ValidationError", f"The requested DurationSeconds exceeds {wording}.")


def _trusts(document: str, principals: set[str], external_id: str | None) -> bool:
    effects = {
        statement["Effect"]
        for statement in statements(json.loads(document))
        if any(fnmatchcase("sts:assumerole", action.lower()) for action in _listed(statement.get("Action")))
        and _names(statement.get("Principal"), principals)
        and _external_id_matches(statement.get("Condition", {}), external_id)
    }
    return effects == {"Allow"}


def _names(principal: Any, principals: set[str]) -> bool:
    values = [principal] if isinstance(principal, str) else _listed((principal or {}).get("AWS"))
    return any(shown_principal(value) in principals for value in values)


def _external_id_matches(condition: dict[str, dict[str, Any]], external_id: str | None) -> bool:
    return all(
        any(fnmatchcase(external_id or "", wanted) for wanted in _listed(value))
        for operator, keys in condition.items()
        for key, value in keys.items()
        if key.lower() == "sts:externalid" and operator in ("StringEquals", "StringLike")
    )


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
