# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
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
from ..model import Identity, ManagedPolicy, Role
from ..policy.document import PolicyDocument
from ..policy.statement import canonical_statement
from ..resolve.declared_object import (
    ArnsOf,
    applied_attachment,
    applied_policy,
    applied_role,
    applied_trust,
    attachment_by_arns,
    role_by_arns,
)
from .profile_forms import Form

Difference = dict[str, Any]


def drift(form: Form, subject: Identity | ManagedPolicy) -> list[Difference]:
    """The places where the object differs from the form; empty if it is in sync. An unwanted object is one place."""
    wanted = as_wanted(form, subject)
    if wanted is None:
        return [_difference("state", "absent", "present")]
    # The Sids of statements do not count in profiles.
    with_sids = form.whole or not (form.role or form.policy)
    found = [*_name_drift(form, subject)]
    if isinstance(wanted, Identity) and isinstance(subject, Identity):
        found += _identity_drift(wanted, subject, with_sids)
    elif isinstance(wanted, ManagedPolicy) and isinstance(subject, ManagedPolicy):
        found += _document_drift("policy", wanted.document, subject.document, with_sids)
        found += _tag_drift(wanted.tags, subject.tags)
    return found


def as_wanted(form: Form, subject: Identity | ManagedPolicy) -> Identity | ManagedPolicy | None:
    """The object as a converge of the form would leave it, None if the form wants it absent.

    A policy that is to be attached is given by its ARN if that is known, else as it is declared.
    """
    if not form.present:
        return None
    if form.policy is not None and isinstance(subject, ManagedPolicy):
        return applied_policy(subject, form.policy if form.whole else replace(form.policy, tags=None))
    if form.role is not None and isinstance(subject, Role):
        declared = form.role
        if not form.whole:
            declared = replace(declared, description=None, max_session_duration=None, tags=None)
        return applied_role(subject, role_by_arns(declared, _arns_for(form, subject)))
    return _with_share(form, subject) if isinstance(subject, Identity) else subject


def _with_share(form: Form, identity: Identity) -> Identity:
    """An identity that the task does not manage, with the declared policies and statements added or removed."""
    for attachment in form.attachments:
        arns_of = _arns_for(form, identity) if attachment.present else _held_for(form, identity)
        identity = applied_attachment(identity, attachment_by_arns(attachment, arns_of))
    for trust in form.trust:
        identity = applied_trust(identity, trust) if isinstance(identity, Role) else identity
    return identity


def _arns_for(form: Form, identity: Identity) -> ArnsOf:
    return lambda reference, place: form.policies.expected(reference, identity)


def _held_for(form: Form, identity: Identity) -> ArnsOf:
    return lambda reference, place: form.policies.meant(reference, identity.managed)


def _name_drift(form: Form, subject: Identity | ManagedPolicy) -> Iterator[Difference]:
    """A misspelled name: IAM cannot rename, so only a new object fixes it."""
    if form.name.lower() != subject.name.lower():
        yield _difference("name", form.name, subject.name)


def _identity_drift(wanted: Identity, actual: Identity, with_sids: bool) -> Iterator[Difference]:
    if isinstance(wanted, Role) and isinstance(actual, Role):
        yield from _document_drift("assume_role_policy_document", wanted.trust, actual.trust, with_sids)
    yield from _attached_drift(wanted.managed, actual.managed)
    for name in sorted({*wanted.inline, *actual.inline}):
        yield from _document_drift(
            f"inline_policies.{name}", wanted.inline.get(name), actual.inline.get(name), with_sids
        )
    if wanted.boundary != actual.boundary:
        yield _difference("boundary", wanted.boundary, actual.boundary)
    if isinstance(wanted, Role) and isinstance(actual, Role):
        if wanted.description != actual.description:
            yield _difference("description", wanted.description, actual.description)
        if wanted.max_session_duration != actual.max_session_duration:
            yield _difference("max_session_duration", wanted.max_session_duration, actual.max_session_duration)
        yield from _tag_drift(wanted.tags, actual.tags)


def _attached_drift(wanted: frozenset[str], actual: frozenset[str]) -> Iterator[Difference]:
    """A customer managed policy instead of the AWS managed policy of that name is one difference, with both ARNs."""
    left = sorted(actual - wanted)
    for arn in sorted(wanted - actual):
        name = policy_name(arn)
        instead = next((other for other in left if policy_name(other).lower() == name.lower()), None)
        left = [other for other in left if other != instead]
        yield _difference(f"managed_policies.{name}", arn, instead)
    for arn in left:
        yield _difference(f"managed_policies.{policy_name(arn)}", None, arn)


def _document_drift(
    place: str, wanted: PolicyDocument | None, actual: PolicyDocument | None, with_sids: bool
) -> Iterator[Difference]:
    if wanted is actual or wanted == actual:
        return
    if wanted is None or actual is None:
        yield _difference(place, _presented(wanted), _presented(actual))
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


def _tag_drift(wanted: Mapping[str, str], actual: Mapping[str, str]) -> Iterator[Difference]:
    for key in sorted({*wanted, *actual}):
        if wanted.get(key) != actual.get(key):
            yield _difference(f"tags.{key}", wanted.get(key), actual.get(key))


def _statements(document: PolicyDocument, with_sids: bool) -> dict[str, Any]:
    """The statements in canonical order, by their canonical text."""
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
