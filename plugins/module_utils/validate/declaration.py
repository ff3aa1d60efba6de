# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What IAM would refuse in a declaration in any account, found before the first call.

Sources: the constraints of the IAM API reference and FACTS C1, C4. `resolve.account_problems` has the rules that
depend on the state of the account.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from ..declare.parser import declared_values, within
from ..declare.placeholders import masked_values, unfilled_role
from ..errors import Problem, character, shown
from ..limits import MAXIMUM_MANAGED_POLICIES, MAXIMUM_TAGS, MAXIMUM_TRUST_SIZE, Quotas
from ..model import AttachmentDeclaration, Declarations, PolicyDeclaration, RoleDeclaration, TrustDeclaration
from ..policy.account_ids import arn_account_refusal
from ..policy.document import PolicyDocument
from .policy_document import (
    identity_policy_problems,
    sid_to_remove_problems,
    trust_policy_problems,
    trust_statement_problems,
    trust_statements_problems,
)

RESERVED_PATHS = ("/aws-service-role/", "/aws-reserved/")

IAM_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
IAM_PATH = re.compile(r"(/|/[\u0021-\u007e]+/)")
NOT_IN_DESCRIPTION = re.compile("[^\u0009\u000a\u000d\u0020-\u007e\u00a1-\u00ff]")
TAG_TEXT = re.compile(r"[\w +=.@:/-]*")
POLICY_ARN = re.compile(r"arn:[a-z0-9-]+:iam::(aws|\d{12}):policy(/[\u0021-\u007e]+)*/[\w+=,.@-]+")
_FIXED = Quotas()


def problems(declarations: Declarations) -> list[Problem]:
    """Every problem that the declaration has in any account."""
    found: list[Problem] = []
    for policy in declarations.policies:
        found += _policy_problems(policy)
    for role in declarations.roles:
        found += _role_problems(role)
    for attachment in declarations.attachments:
        found += _attachment_problems(attachment)
    for trust in declarations.trust_statements:
        found += _trust_problems(trust)
    found += _declared_twice(declarations.roles, "role")
    found += _declared_twice(declarations.policies, "policy")
    for place, value in declared_values(declarations):
        found += masked_values(value, place)
    return found


def _role_problems(role: RoleDeclaration) -> Iterator[Problem]:
    place = role.place
    yield from _name_problems(role.name, within(place, "name"), "role", 64)
    if role.path is not None:
        yield from _path_problems(role.path, within(place, "path"))
    if role.quarantine is not None:
        yield from quarantine_reason_problems(role.quarantine.reason, within(place, "quarantine_reason"))
    if not role.present:
        return
    if role.trust is not None:
        where = within(place, "assume_role_policy_document")
        yield from trust_policy_problems(role.trust, where)
        yield from _size_problems(role.trust, where, MAXIMUM_TRUST_SIZE, "a trust policy")
        yield from _open_role_problems(role.trust, where)
    if role.managed is not None:
        yield from _reference_problems(role.managed, within(place, "managed_policies"))
        if len(set(role.managed)) > MAXIMUM_MANAGED_POLICIES:
            yield Problem(
                within(place, "managed_policies"),
                f"{len(set(role.managed))} policies; IAM attaches at most {MAXIMUM_MANAGED_POLICIES} to a role",
            )
    if role.inline is not None:
        yield from _inline_problems(role.inline, within(place, "inline_policies"), _FIXED.inline_size["role"], "a role")
    if role.boundary:
        yield from _reference_problems((role.boundary,), within(place, "boundary"))
    if role.description is not None:
        yield from _description_problems(role.description, within(place, "description"))
    if role.max_session_duration is not None and not 3600 <= role.max_session_duration <= 43200:
        yield Problem(
            within(place, "max_session_duration"),
            f"{role.max_session_duration} is outside 3600 to 43200 seconds (1 to 12 hours)",
        )
    yield from _tag_problems(role.tags, within(place, "tags"))


def _policy_problems(policy: PolicyDeclaration) -> Iterator[Problem]:
    place = policy.place
    yield from _name_problems(policy.name, within(place, "name"), "policy", 128)
    if policy.path is not None:
        yield from _path_problems(policy.path, within(place, "path"))
    if not policy.present:
        return
    where = within(place, "policy")
    if policy.document is not None:
        yield from identity_policy_problems(policy.document, where)
        yield from _size_problems(policy.document, where, _FIXED.managed_policy_size, "a managed policy")
        yield from _open_role_problems(policy.document, where)
    if policy.description is not None:
        yield from _description_problems(policy.description, within(place, "description"))
    yield from _tag_problems(policy.tags, within(place, "tags"))


def _attachment_problems(attachment: AttachmentDeclaration) -> Iterator[Problem]:
    place = attachment.place
    limit = 128 if attachment.kind == "group" else 64
    yield from _name_problems(attachment.name, within(place, "iam_name"), attachment.kind, limit)
    yield from _reference_problems(attachment.managed, within(place, "managed_policies"))
    if not attachment.managed and not attachment.inline:
        verb = "attach" if attachment.present else "detach"
        yield Problem(within(place, "managed_policies"), f"nothing to {verb}; name managed_policies or inline_policies")
    documents = {name: document for name, document in attachment.inline.items() if document is not None}
    quota = _FIXED.inline_size[attachment.kind]
    yield from _inline_problems(documents, within(place, "inline_policies"), quota, f"a {attachment.kind}")


def _trust_problems(trust: TrustDeclaration) -> Iterator[Problem]:
    yield from _name_problems(trust.role, within(trust.place, "name"), "role", 64)
    if not trust.statements:
        yield Problem(within(trust.place, "statements"), "empty; give at least one statement")
    place = within(trust.place, "statements")
    document = PolicyDocument({"Statement": list(trust.statements)})
    if trust.present:
        yield from trust_statements_problems(document, place)
    else:
        for index, statement in enumerate(trust.statements):
            if set(statement) == {"Sid"}:
                yield from sid_to_remove_problems(statement["Sid"], f"{place}[{index}].Sid")
            else:
                yield from trust_statement_problems(statement, f"{place}[{index}]", to_be_removed=True)
    yield from _open_role_problems(document, place)


def _declared_twice(
    declarations: Iterable[RoleDeclaration] | Iterable[PolicyDeclaration], kind: str
) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for declaration in declarations:
        name = declaration.name.lower()
        if name in first:
            yield Problem(
                within(declaration.place, "name"),
                f'"{declaration.name}" is declared by {first[name]} too; {kind} names are unique regardless of case',
            )
        first.setdefault(name, declaration.place)


def _name_problems(name: str, place: str, kind: str, limit: int) -> Iterator[Problem]:
    if not IAM_NAME.fullmatch(name):
        yield Problem(place, f"{shown(name)} is not a valid {kind} name; letters, digits and _+=,.@- are allowed")
    if len(name) > limit:
        yield Problem(place, f"{len(name)} characters; a {kind} name has at most {limit}")


def _path_problems(path: str, place: str) -> Iterator[Problem]:
    if not IAM_PATH.fullmatch(path) or len(path) > 512:
        yield Problem(
            place,
            f"{shown(path)} is not a valid path; it must begin and end with /, have at most 512 characters and no"
            ' spaces, such as "/service-role/"',
        )
    if path.startswith(RESERVED_PATHS):
        yield Problem(place, f'{shown(path)} is reserved for AWS; choose another path, such as "/service-role/"')


def _description_problems(description: str, place: str) -> Iterator[Problem]:
    if len(description) > 1000:
        yield Problem(place, f"{len(description)} characters; a description has at most 1000")
    stray = NOT_IN_DESCRIPTION.search(description)
    if stray:
        yield Problem(place, f"contains {character(stray.group())}, which IAM does not accept; write plain Latin text")


def _inline_problems(documents: Mapping[str, PolicyDocument], place: str, quota: int, owner: str) -> Iterator[Problem]:
    for name, document in documents.items():
        yield from _name_problems(name, f"{place}.{name}", "policy", 128)
        yield from identity_policy_problems(document, f"{place}.{name}")
        yield from _open_role_problems(document, f"{place}.{name}")
    total = sum(document.size for document in documents.values())
    if total > quota:
        yield Problem(
            place,
            f"{total} characters in total; the inline policies of {owner} have at most {quota}, use managed_policies",
        )


def _size_problems(document: PolicyDocument, place: str, limit: int, what: str) -> Iterator[Problem]:
    if document.size > limit:
        yield Problem(place, f"{document.size} characters; {what} has at most {limit}, white space not counted")


def _reference_problems(references: Iterable[str], place: str) -> Iterator[Problem]:
    for index, reference in enumerate(references):
        where = place if place.endswith("boundary") else f"{place}[{index}]"
        if not isinstance(reference, str) or not reference:
            yield Problem(where, "empty; give the name or the ARN of a managed policy")
        elif reference.startswith("arn:"):
            if not POLICY_ARN.fullmatch(reference):
                wrong = "is not the ARN of a managed policy (arn:…:iam::…:policy/…)"
                yield Problem(where, f"{shown(reference)} {arn_account_refusal(reference) or wrong}")
        elif not IAM_NAME.fullmatch(reference) or len(reference) > 128:
            yield Problem(where, f"{shown(reference)} is neither the name nor the ARN of a managed policy")


def _tag_problems(tags: Mapping[str, str] | None, place: str) -> Iterator[Problem]:
    if not tags:
        return
    if len(tags) > MAXIMUM_TAGS:
        yield Problem(place, f"{len(tags)} tags; IAM allows at most {MAXIMUM_TAGS}")
    seen: dict[str, str] = {}
    for key, value in tags.items():
        where = f"{place}.{key[:128]}" if key else f'{place}[""]'
        if not 1 <= len(key) <= 128:
            yield Problem(where, f"the key has {len(key)} characters; a tag key has 1 to 128")
        if len(value) > 256:
            yield Problem(where, f"the value has {len(value)} characters; a tag value has at most 256")
        if key.lower().startswith("aws:"):
            yield Problem(where, "the prefix aws: is reserved for AWS")
        if not TAG_TEXT.fullmatch(key) or not TAG_TEXT.fullmatch(value):
            yield Problem(where, "tags can contain only letters, digits, spaces and _.:/=+-@")
        if key.lower() in seen:
            yield Problem(
                where, f'differs from "{seen[key.lower()]}" only by case; IAM tag keys are unique regardless of case'
            )
        seen.setdefault(key.lower(), key)


def quarantine_reason_problems(reason: str, place: str) -> Iterator[Problem]:
    """Problems of a quarantine reason, which is stored as the value of a tag."""
    yield from masked_values(reason, place)
    if len(reason) > 256:
        yield Problem(
            place, f"{len(reason)} characters; it is stored in a tag of the role, and a tag value has at most 256"
        )
    stray = next((sign for sign in reason if not TAG_TEXT.fullmatch(sign)), None)
    if stray is not None:
        yield Problem(
            place,
            f"contains {character(stray)}; it is stored in a tag of the role, which can contain only letters, digits,"
            " spaces and _.:/=+-@",
        )


def _open_role_problems(document: PolicyDocument, place: str) -> Iterator[Problem]:
    name = unfilled_role(document.text)
    if name is not None:
        yield Problem(place, f"<role_arn:{name}> names a role that this task does not declare")
