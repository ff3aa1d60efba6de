# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuses calls that the policies of a session's role do not allow, if the option `authorize` is set.

The role's policies, its permissions boundary and the policy of the session must each allow the call, and none may deny
it. Without a session a caller is the operator of the organization, who may do everything. The role that AWS
Organizations creates may do everything too, because moto creates it without its AdministratorAccess.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from moto.sts.models import sts_backends

from .answer import AwsError
from .organization import ACCESS_ROLE
from .permissions_needed import Needed
from .policy_evaluation import Document, allows, denies
from .request import Call
from .store import Store, find_role, live_store, policy_with_arn


def authorize(call: Call, needed: Sequence[Needed]) -> None:
    """Raise AWS's error for the first permission that the caller lacks."""
    session = session_of(call)
    if session is None:
        return
    account, name = session.role_arn.split(":")[4], session.role_arn.rpartition("/")[2]
    if name == ACCESS_ROLE:
        return
    store = live_store(account, call.partition)
    layers = list(_layers(store, find_role(store, name), session))
    for one in needed:
        for kind, documents in layers:
            if denies(documents, one):
                raise _refused(call, session.arn, one, f"with an explicit deny in {_article(kind)}")
        for kind, documents in layers:
            if not allows(documents, one):
                raise _refused(call, session.arn, one, f"because no {kind} allows the {one.action} action")


def session_of(call: Call) -> Any:
    """The session of an assumed role that a call is made with, None for the operator."""
    return sts_backends[call.account][call.partition].get_assumed_role_from_access_key(call.access_key)


def _layers(store: Store, role: Any, session: Any) -> Iterator[tuple[str, list[Document]]]:
    """Each kind of policy that must allow the call. The policies of a deleted role allow nothing."""
    attached = [document_of(policy) for policy in role.managed_policies.values()] if role else []
    inline = [json.loads(text) for text in role.policies.values()] if role else []
    yield "identity-based policy", attached + inline
    boundary = getattr(role, "permissions_boundary_arn", None)
    if boundary:
        yield "permissions boundary", [document_of(policy_with_arn(store, boundary))]
    if session.policy:
        yield "session policy", [json.loads(session.policy)]


def document_of(policy: Any) -> Document:
    text = next(version.document for version in policy.versions if version.is_default)
    document: Document = json.loads(text) if isinstance(text, str) else text
    return document


def _refused(call: Call, caller: str, needed: Needed, why: str) -> AwsError:
    code, status = ("AccessDeniedException", 400) if call.json_protocol else ("AccessDenied", 403)
    text = f"User: {caller} is not authorized to perform: {needed.action} on resource: {needed.resource} {why}"
    return AwsError(code, text, status)


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
