# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Reads what assertions are judged by: the identities that they name, and the documents of their managed policies.

Every function raises what botocore raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ..aws.connection import Connection
from ..aws.service import is_access_denied
from ..declare.policy_references import is_aws_managed
from ..model import AwsManagedPolicy, CurrentState, Identity, IdentityKind
from ..sdk import ClientError
from .authorization_details import AuthorizationDetails, TooCostly
from .aws_managed_policies import AwsPolicies
from .reader import LOOKUP_CALLS_PER_OBJECT, Reader
from .single_objects import SingleObjects

Names = Mapping[str, tuple[IdentityKind, str]]
"""Kind and name of identities by their keys."""


def with_identities(connection: Connection, state: CurrentState, wanted: Names) -> CurrentState:
    """The state, including those of these roles and users that exist, and the groups of the users.

    A listing of the account is read, with customer managed policies; roles are looked up one by one where that takes
    fewer calls, or is all that the caller may do.
    """
    missing = {key: name for key, name in wanted.items() if name[0] == "user" or key not in state.identities}
    if not missing:
        return state
    people = any(kind == "user" for kind, _name in missing.values())
    roles = any(kind == "role" for kind, _name in missing.values())
    kinds = [*(["Role"] if roles else []), *(["User", "Group"] if people else []), "LocalManagedPolicy"]
    try:
        # Only a listing has the groups of a user.
        budget = None if people else LOOKUP_CALLS_PER_OBJECT * len(missing)
        account, found = AuthorizationDetails(connection.iam, budget).read_kinds(kinds)
    except TooCostly:
        return _looked_up(connection, state, missing)
    except ClientError as error:
        if people or not is_access_denied(error):
            raise
        return _looked_up(connection, state, missing)
    if account is not None and connection.account is None:
        connection.account = account
    return replace(
        state,
        account=connection.caller_account(),
        identities=_joined(state.identities, found.identities),
        policies={**found.policies, **state.policies},
    )


def with_documents(connection: Connection, state: CurrentState, arns: Iterable[str]) -> CurrentState:
    """The state, including the documents of these managed policies.

    An AWS managed policy that the caller may not read stays without a document.
    """
    wanted = {arn for arn in arns if state.document_of(arn) is None}
    own = sorted(arn for arn in wanted if not is_aws_managed(arn))
    read = {policy.name.lower(): policy for policy in Reader(connection).policies_in_force(own)} if own else {}
    theirs = wanted - set(own)
    found = AwsPolicies(connection.iam, state.account.partition).find(theirs) if theirs else {}
    return replace(
        state,
        policies={**state.policies, **read},
        aws_policies=_merged(state.aws_policies, found),
    )


def _joined(known: Mapping[str, Identity], listed: Mapping[str, Identity]) -> dict[str, Identity]:
    """All identities: as they are known, and with the groups that the listing has for a user."""
    more = {key: identity for key, identity in listed.items() if key not in known}
    groups = {key: replace(known[key], groups=identity.groups) for key, identity in listed.items() if key in known}
    return {**known, **more, **groups}


def _looked_up(connection: Connection, state: CurrentState, missing: Names) -> CurrentState:
    lookup = SingleObjects(connection.iam)
    with ThreadPoolExecutor(max_workers=8) as pool:
        found: list[Identity | None] = list(pool.map(lambda name: lookup.identity(*name), missing.values()))
    there = {identity.key: identity for identity in found if identity is not None}
    return replace(state, account=connection.caller_account(), identities={**state.identities, **there})


def _merged(
    known: Mapping[str, tuple[AwsManagedPolicy, ...]], read: Mapping[str, tuple[AwsManagedPolicy, ...]]
) -> dict[str, tuple[AwsManagedPolicy, ...]]:
    """The policies by name; what was read now takes the place of the same policy."""
    merged = dict(known)
    for name, policies in read.items():
        arns = {policy.arn for policy in policies}
        merged[name] = (*(one for one in known.get(name, ()) if one.arn not in arns), *policies)
    return merged
