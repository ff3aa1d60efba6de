# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an object differs from a form, place by place. Pure.

Documents are compared statement by statement, as IAM compares them. A place is the option's name with what is inside
it: `managed_policies.NAME`, `inline_policies.NAME`, `inline_policies.NAME.Statement.SID`, `tags.KEY`. The value at a
place is null if there is nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..declare.policy_references import policy_name
from ..errors import printable
from ..model import Identity, ManagedPolicy, PolicyDeclaration, Role, RoleDeclaration
from ..policy.document import PolicyDocument, canonical_statement
from ..policy.trust_policy import merged, without
from ..resolve.policy_arns import Resolver
from .profile_forms import Form

Difference = dict[str, Any]


def drift(form: Form, subject: Identity | ManagedPolicy) -> list[Difference]:
    """The places where the object differs from the form; empty if it is in sync. An unwanted object is one place."""
    found = [*_name_drift(form, subject)]
    if not form.present:
        return [_difference("state", "absent", "present")]
    if form.role is not None and isinstance(subject, Role):
        found += _role_drift(form, form.role, subject)
    elif form.policy is not None and isinstance(subject, ManagedPolicy):
        found += _policy_drift(form.policy, subject, form.whole)
    elif isinstance(subject, Identity):
        found += _attachment_drift(form, subject)
        if isinstance(subject, Role):
            found += _document_drift("assume_role_policy_document", _trust(form, subject), subject.trust, True)
    return found


def as_wanted(form: Form, subject: Identity | ManagedPolicy) -> Identity | ManagedPolicy | None:
    """The object as the form has it, None if the form wants it absent. A policy that is not attached is given by its
    ARN if that is known, else as it is declared."""
    if not form.present:
        return None
    if form.role is not None and isinstance(subject, Role):
        return _wanted_role(form, form.role, subject)
    if form.policy is not None and isinstance(subject, ManagedPolicy):
        document = form.policy.document or subject.document
        tags = _laid_over(subject.tags, form.policy.tags, form.policy.purge_tags) if form.whole else subject.tags
        return replace(subject, document=document, tags=tags)
    if not isinstance(subject, Identity):
        return subject
    managed, inline = subject.managed, dict(subject.inline)
    for attachment in form.attachments:
        for reference in attachment.managed:
            held = form.policies.meant(reference, subject.managed)
            managed = managed | _held(form.policies, reference, subject) if attachment.present else managed - held
        inline.update({name: document for name, document in attachment.inline.items() if document is not None})
        inline = {name: document for name, document in inline.items() if attachment.inline.get(name, document)}
    wanted = replace(subject, managed=managed, inline=inline)
    return replace(wanted, trust=_trust(form, wanted)) if isinstance(wanted, Role) else wanted


def _trust(form: Form, role: Role) -> PolicyDocument:
    """The trust policy of a role that the task does not manage, with the declared statements added or removed."""
    document = role.trust
    for trust in form.trust:
        document = (merged if trust.present else without)(document, trust.statements)
    return document


def _wanted_role(form: Form, wanted: RoleDeclaration, role: Role) -> Role:
    managed, inline = role.managed, role.inline
    if wanted.managed is not None:
        managed = frozenset().union(*(_held(form.policies, reference, role) for reference in wanted.managed))
        managed = managed if wanted.purge_managed else managed | role.managed
    if wanted.inline is not None:
        inline = {**({} if wanted.purge_inline else role.inline), **wanted.inline}
    boundary = role.boundary
    if wanted.boundary is not None and not _is_boundary(form.policies, wanted.boundary, boundary):
        boundary = form.policies.told(wanted.boundary) or None
    laid = replace(role, trust=wanted.trust or role.trust, managed=managed, inline=inline, boundary=boundary)
    if not form.whole:
        return laid
    return replace(
        laid,
        description=role.description if wanted.description is None else wanted.description,
        max_session_duration=wanted.max_session_duration or role.max_session_duration,
        tags=_laid_over(role.tags, wanted.tags, wanted.purge_tags),
    )


def _held(policies: Resolver, reference: str, identity: Identity) -> frozenset[str]:
    return policies.meant(reference, identity.managed) or frozenset({policies.told(reference)})


def _is_boundary(policies: Resolver, reference: str, boundary: str | None) -> bool:
    return bool(policies.meant(reference, frozenset({boundary}))) if boundary else not reference


def _laid_over(there: Mapping[str, str], wanted: Mapping[str, str] | None, purge: bool) -> Mapping[str, str]:
    if wanted is None:
        return there
    return dict(wanted) if purge else {**there, **wanted}


def _name_drift(form: Form, subject: Identity | ManagedPolicy) -> Iterator[Difference]:
    """A misspelled name: IAM cannot rename, so only a new object fixes it."""
    if form.name.lower() != subject.name.lower():
        yield _difference("name", form.name, subject.name)


def _role_drift(form: Form, wanted: RoleDeclaration, role: Role) -> Iterator[Difference]:
    whole = form.whole
    if wanted.trust is not None:
        yield from _document_drift("assume_role_policy_document", wanted.trust, role.trust, whole)
    if wanted.managed is not None:
        yield from _attached_drift(form.policies, wanted.managed, role, wanted.purge_managed)
    inline = wanted.inline
    if inline is not None:
        for name in sorted({*inline, *(role.inline if wanted.purge_inline else ())}):
            yield from _document_drift(f"inline_policies.{name}", inline.get(name), role.inline.get(name), whole)
    if wanted.boundary is not None and not _is_boundary(form.policies, wanted.boundary, role.boundary):
        yield _difference("boundary", form.policies.told(wanted.boundary) or None, role.boundary)
    if not whole:
        return
    if wanted.description is not None and wanted.description != role.description:
        yield _difference("description", wanted.description, role.description)
    if wanted.max_session_duration and wanted.max_session_duration != role.max_session_duration:
        yield _difference("max_session_duration", wanted.max_session_duration, role.max_session_duration)
    yield from _tag_drift(wanted.tags, role.tags, wanted.purge_tags)


def _policy_drift(wanted: PolicyDeclaration, policy: ManagedPolicy, whole: bool) -> Iterator[Difference]:
    if wanted.document is not None:
        yield from _document_drift("policy", wanted.document, policy.document, whole)
    if whole:
        yield from _tag_drift(wanted.tags, policy.tags, wanted.purge_tags)


def _attachment_drift(form: Form, identity: Identity) -> Iterator[Difference]:
    """The last declaration of a policy counts, as in a converge."""
    wanted, policies = form.attachments, form.policies
    managed = {policies.told(text).lower(): (text, one.present) for one in wanted for text in one.managed}
    for reference, present in managed.values():
        held = min(policies.meant(reference, identity.managed), default=None)
        if present != (held is not None):
            told = policies.told(reference) if present else None
            yield _difference(f"managed_policies.{policy_name(reference)}", told, held)
    inline = {name: document for one in wanted for name, document in one.inline.items()}
    for name, document in inline.items():
        yield from _document_drift(f"inline_policies.{name}", document, identity.inline.get(name), True)


def _attached_drift(policies: Resolver, wanted: tuple[str, ...], role: Role, purge: bool) -> Iterator[Difference]:
    """A customer managed policy in place of the AWS managed policy of that name is one difference, with both ARNs."""
    meant = {reference: policies.meant(reference, role.managed) for reference in wanted}
    left = sorted(role.managed.difference(*meant.values())) if purge else []
    for reference in (reference for reference, held in meant.items() if not held):
        name = policy_name(reference)
        instead = next((arn for arn in left if policy_name(arn).lower() == name.lower()), None)
        left = [arn for arn in left if arn != instead]
        yield _difference(f"managed_policies.{name}", policies.told(reference), instead)
    for arn in left:
        yield _difference(f"managed_policies.{policy_name(arn)}", None, arn)


def _document_drift(
    place: str, wanted: PolicyDocument | None, actual: PolicyDocument | None, with_sids: bool
) -> Iterator[Difference]:
    if wanted is None or actual is None:
        if wanted is not actual:
            yield _difference(place, _presented(wanted), _presented(actual))
        return
    if wanted == actual:
        return
    expected = _statements(wanted, with_sids)
    there = _statements(actual, with_sids)
    versions = wanted.presented()["Version"], actual.presented()["Version"]
    if versions[0] != versions[1]:
        yield _difference(f"{place}.Version", *versions)
    missing = [statement for text, statement in expected.items() if text not in there]
    extra = [statement for text, statement in there.items() if text not in expected]
    by_sid = {_sid(statement): statement for statement in extra if _sid(statement)}
    for statement in missing:
        other = by_sid.pop(_sid(statement), None)
        if other is not None:
            extra.remove(other)
        yield _difference(_statement_place(place, statement), statement, other)
    for statement in extra:
        yield _difference(_statement_place(place, statement), None, statement)


def _tag_drift(wanted: Mapping[str, str] | None, actual: Mapping[str, str], purge: bool) -> Iterator[Difference]:
    if wanted is None:
        return
    for key in sorted({*wanted, *actual}):
        if wanted.get(key) != actual.get(key) and (key in wanted or purge):
            yield _difference(f"tags.{key}", wanted.get(key), actual.get(key))


def _statements(document: PolicyDocument, with_sids: bool) -> dict[str, Any]:
    """The statements in canonical order, by the text that IAM would take for the same."""
    presented = document.presented()["Statement"]
    return {canonical_statement(statement, with_sid=with_sids): statement for statement in presented}


def _statement_place(place: str, statement: Any) -> str:
    sid = _sid(statement)
    return f"{place}.Statement.{sid}" if sid else f"{place}.Statement"


def _sid(statement: Any) -> str:
    return str(statement.get("Sid") or "") if isinstance(statement, Mapping) else ""


def _presented(document: PolicyDocument | None) -> dict[str, Any] | None:
    return None if document is None else document.presented()


def _difference(place: str, expected: Any, actual: Any) -> Difference:
    return {"place": printable(place), "expected": expected, "actual": actual}
