# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What IAM's policy grammar refuses, found before a document is sent.

Sources: the IAM JSON policy grammar and element reference; FACTS C1, C3, C4, C11. IAM completes ARNs of resources that
are too short, unless two colons follow each other. Whether an action exists is checked in trust policies only, because
IAM does not check it in other policies. `principal` has what IAM may refuse.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..declare.placeholders import unfilled_role
from ..errors import Problem, character, shown
from ..policy.account_ids import arn_account_refusal, arn_fields
from ..policy.document import IMPLICIT_VERSION, PolicyDocument
from ..policy.trust_policy import trust_action_refusal
from .condition import condition_problems
from .principal import principal_problems, provider_refusals

_PARTITIONS = re.compile(r"\*|aws(-[a-z]+)*")
_SERVICE = re.compile(r"[a-z0-9-]+")
_IAM_KINDS = (
    "*", "access-report/", "federated-user/", "group/", "instance-profile/", "mfa/", "oidc-provider/", "policy/",
    "report/", "role-template/", "role/", "root", "saml-provider/", "server-certificate/", "sms-mfa/", "user/",
)  # fmt: skip
_REGIONAL_S3_KINDS = ("accesspoint/", "access-grants/", "async-request/", "job/", "storage-lens", "*")


def resource_problem(resource: Any) -> str | None:
    """Why IAM would refuse a resource, None if it would not. The text follows the resource in a message."""
    if resource == "*" or (isinstance(resource, str) and unfilled_role(resource)):
        return None
    if not isinstance(resource, str) or not resource.startswith("arn:"):
        return 'is not an ARN; write arn:… or "*"'
    # IAM completes an ARN that is too short.
    fields = [*arn_fields(resource), "*", "*", "*", "*"]
    partition, service, region, name = fields[1], fields[2], fields[3], fields[5]
    refusals = (
        (
            resource.count(":") < 5 and "::" in resource,
            f"has {resource.count(':')} colons, but an ARN has five; write arn:…:service:region:account:resource,"
            " such as arn:aws:s3:::bucket",
        ),
        (not _PARTITIONS.fullmatch(partition), f'is of partition "{partition}", which does not exist; write "aws"'),
        (not _SERVICE.fullmatch(service), "does not have a full service name in its third field"),
        (
            service == "s3" and region not in ("", "*") and not name.startswith(_REGIONAL_S3_KINDS),
            "is an ARN of S3 and cannot have a Region; write arn:…:s3:::bucket",
        ),
        (
            service == "iam" and region not in ("", "*"),
            "is an ARN of IAM and cannot have a Region; write arn:…:iam::account:…",
        ),
        (
            service == "iam" and not name.startswith(_IAM_KINDS),
            "is an ARN of IAM without a type of object; write arn:…:iam::account:role/name, user/name or policy/name",
        ),
    )
    return next((text for refused, text in refusals if refused), None) or arn_account_refusal(resource)


CURRENT_VERSION = "2012-10-17"

_DOCUMENT_KEYS = {"Version", "Id", "Statement"}
_STATEMENT_KEYS = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}  # fmt: skip
_ADVICE = {
    "Action": 'name at least one, such as "s3:GetObject" or "sts:AssumeRole"',
    "Resource": 'name ARNs, or "*"',
    "Principal": 'say who may assume the role, such as {"Service": "lambda.amazonaws.com"}',
}
_FORBIDDEN_CHARACTER = re.compile("[^\u0009\u000a\u000d\u0020-\u00ff]")
_SID = re.compile(r"[A-Za-z0-9]*")
_ACTION = re.compile(r"\*|(\*|[A-Za-z0-9-]+):[A-Za-z0-9*?]+")


def identity_policy_problems(document: PolicyDocument, place: str) -> Iterator[Problem]:
    """Problems of a document that grants permissions to the identity it is attached to."""
    yield from _document_problems(document, place)
    version = document.content.get("Version")
    if "Version" not in document.content:
        yield Problem(f"{place}.Version", f'missing; write "{CURRENT_VERSION}"')
    elif version == IMPLICIT_VERSION:
        yield Problem(f"{place}.Version", f'{shown(version)} is for trust policies only; write "{CURRENT_VERSION}"')
    yield from _text_problems(document, place)
    yield from _each_statement(document, f"{place}.Statement", "Effect, Action and Resource", _permission_problems)


def _permission_problems(statement: Mapping[str, Any], where: str) -> Iterator[Problem]:
    yield from _statement_problems(statement, where)
    for element in ("Principal", "NotPrincipal"):
        if element in statement:
            yield Problem(f"{where}.{element}", "a permissions policy cannot name a principal; remove it")
    yield from _one_of(statement, where, "Resource", "NotResource")
    for element in ("Resource", "NotResource"):
        for spot, value in _values(statement, element, where):
            refused = resource_problem(value)
            if refused:
                yield Problem(spot, f"{shown(value)} {refused}")


def _each_statement(
    document: PolicyDocument, place: str, elements: str, problems: Callable[[Mapping[str, Any], str], Iterator[Problem]]
) -> Iterator[Problem]:
    """The problems of every statement; `elements` are those that it must have, `place` is the place of their list."""
    seen: set[str] = set()
    for index, statement in enumerate(document.statements):
        where = f"{place}[{index}]"
        if not isinstance(statement, Mapping):
            yield Problem(where, f"a statement must be an object with {elements}")
            continue
        yield from _repeated_sid_problems(statement, where, seen)
        yield from problems(statement, where)


def trust_policy_problems(document: PolicyDocument, place: str) -> Iterator[Problem]:
    """Problems of a document that says who may assume a role."""
    yield from _document_problems(document, place)
    yield from trust_statements_problems(document, f"{place}.Statement")


def trust_statements_problems(document: PolicyDocument, place: str) -> Iterator[Problem]:
    """Problems of the statements of a trust policy without the document; `place` is the place of their list."""
    yield from _text_problems(document, place)
    yield from _each_statement(document, place, "Effect, Principal and Action", trust_statement_problems)


def trust_statement_problems(
    statement: Mapping[str, Any], where: str, *, to_be_removed: bool = False
) -> Iterator[Problem]:
    """Problems of one statement of a trust policy.

    A statement to be removed is not sent to IAM. It can name deleted principals, and contain what IAM accepted earlier.
    """
    yield from _statement_problems(statement, where)
    for element in ("Resource", "NotResource"):
        if element in statement:
            yield Problem(
                f"{where}.{element}", "a trust policy cannot name a resource, because it applies to its role; remove it"
            )
    yield from _one_of(statement, where, "Principal", "NotPrincipal")
    if "Principal" in statement:
        yield from principal_problems(statement["Principal"], f"{where}.Principal", to_be_removed=to_be_removed)
    if not to_be_removed:
        yield from _added_to_trust_problems(statement, where)
    elif "NotPrincipal" in statement:
        yield from principal_problems(statement["NotPrincipal"], f"{where}.NotPrincipal", to_be_removed=True)


def _added_to_trust_problems(statement: Mapping[str, Any], where: str) -> Iterator[Problem]:
    for element in ("Action", "NotAction"):
        for spot, value in _values(statement, element, where):
            refused = trust_action_refusal(value) if isinstance(value, str) and _ACTION.fullmatch(value) else None
            if refused:
                yield Problem(spot, f"{shown(value)} {refused}")
    if "NotPrincipal" in statement:
        yield Problem(
            f"{where}.NotPrincipal",
            "IAM does not accept NotPrincipal in a trust policy; name who may assume the role as Principal, or deny"
            ' everyone ({"AWS": "*"}) on the condition ArnNotEquals with aws:PrincipalArn',
        )
    for refusal in provider_refusals(statement):
        yield Problem(f"{where}.Condition", refusal)


def sid_to_remove_problems(sid: Any, where: str) -> Iterator[Problem]:
    """Problems of a Sid that is given alone to name the statement to remove."""
    if sid == "":
        yield Problem(where, "empty; give the Sid of the statement, or the whole statement")
    else:
        yield from _sid_problems(sid, where)


def _document_problems(document: PolicyDocument, place: str) -> Iterator[Problem]:
    content = document.content
    for key in content:
        if key not in _DOCUMENT_KEYS:
            yield Problem(
                f"{place}.{key}", f"unknown element; a policy document has {', '.join(sorted(_DOCUMENT_KEYS))}"
            )
    if "Version" in content and content["Version"] not in (CURRENT_VERSION, IMPLICIT_VERSION):
        yield Problem(
            f"{place}.Version", f'{shown(content["Version"])} is not a version of the policy language; use "2012-10-17"'
        )
    if not content.get("Statement"):
        yield Problem(f"{place}.Statement", "missing or empty; a policy needs at least one statement")
    if "Id" in content and not isinstance(content["Id"], str):
        yield Problem(f"{place}.Id", f"{shown(content['Id'])} is not text")


def _text_problems(document: PolicyDocument, place: str) -> Iterator[Problem]:
    stray = _FORBIDDEN_CHARACTER.search(document.text)
    if stray:
        yield Problem(place, f"contains {character(stray.group())}; IAM accepts only characters up to U+00FF")


def _repeated_sid_problems(statement: Mapping[str, Any], where: str, seen: set[str]) -> Iterator[Problem]:
    sid = statement.get("Sid")
    if isinstance(sid, str) and sid:
        if sid in seen:
            yield Problem(
                f"{where}.Sid", f"{shown(sid)} is the Sid of an earlier statement too; each Sid must be unique"
            )
        seen.add(sid)


def _statement_problems(statement: Mapping[str, Any], where: str) -> Iterator[Problem]:
    for key in statement:
        if key not in _STATEMENT_KEYS:
            yield Problem(f"{where}.{key}", f"unknown element; a statement has {', '.join(sorted(_STATEMENT_KEYS))}")
    if "Effect" not in statement:
        yield Problem(f"{where}.Effect", 'missing; write "Allow" or "Deny"')
    elif statement["Effect"] not in ("Allow", "Deny"):
        yield Problem(f"{where}.Effect", f'{shown(statement["Effect"])} is neither "Allow" nor "Deny"')
    yield from _sid_problems(statement.get("Sid", ""), f"{where}.Sid")
    yield from _one_of(statement, where, "Action", "NotAction")
    for element in ("Action", "NotAction"):
        for spot, value in _values(statement, element, where):
            if not isinstance(value, str) or not _ACTION.fullmatch(value):
                yield Problem(spot, f'{shown(value)} is not a valid action; write service:Action, or "*"')
    if "Condition" in statement:
        yield from condition_problems(statement["Condition"], f"{where}.Condition")


def _sid_problems(sid: Any, where: str) -> Iterator[Problem]:
    if not isinstance(sid, str) or not _SID.fullmatch(sid):
        yield Problem(where, f"{shown(sid)} can contain only the letters A-Z and a-z and digits")


def _one_of(statement: Mapping[str, Any], where: str, element: str, opposite: str) -> Iterator[Problem]:
    if element in statement and opposite in statement:
        yield Problem(f"{where}.{opposite}", f"cannot be used together with {element}; use one of the two")
    elif element not in statement and opposite not in statement:
        yield Problem(f"{where}.{element}", f"missing; {_ADVICE[element]}")


def _values(statement: Mapping[str, Any], element: str, where: str) -> Iterator[tuple[str, Any]]:
    if element not in statement:
        return
    value = statement[element]
    if not isinstance(value, list) or not value:
        yield f"{where}.{element}", value
    else:
        for index, entry in enumerate(value):
            yield f"{where}.{element}[{index}]", entry
