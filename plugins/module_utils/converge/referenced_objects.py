# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Reads the objects that declarations refer to. Which ones are needed depends on the declarations and the state.

Every function raises what botocore raises.
"""

from __future__ import annotations

from dataclasses import replace

from ..declare.policy_references import is_aws_managed, is_bound, policies_to_detach, policy_name, policy_references
from ..model import AwsManagedPolicy, CurrentState, Declarations, Role
from ..plan.plan import policies_in_use
from ..policy.trust_policy import own_principals
from ..read.reader import Reader
from ..resolve.desired_state import DesiredState
from ..resolve.policy_arns import Resolver


def with_policies(reader: Reader, declarations: Declarations, state: CurrentState) -> CurrentState:
    """The state, including AWS managed policies that are to be attached or detached and are not known yet."""
    resolver = Resolver.of(declarations, state)
    unsettled = [
        reference
        for reference in policy_references(declarations)
        if not resolver.settled(reference.text, state.identities.get(reference.identity))
        and (reference.wanted or is_bound(reference.text, state.identities.get(reference.identity)))
    ]
    wanted = leaving = frozenset(filter(is_aws_managed, policies_to_detach(declarations, state.identities)))
    asked = {reference.text for reference in unsettled}.union(*map(resolver.own_spellings, unsettled))
    for name in asked:
        seen = state.aws_policies.get(name, ())
        wanted = wanted | {seen[0].arn if seen else name}
    if not wanted:
        return state
    policies = reader.aws_policies(state.account.partition)
    found = policies.find(wanted)
    there = {policy.arn for candidates in found.values() for policy in candidates}
    for arn in leaving - there:
        name = policy_name(arn)
        found[name] = (*found.get(name, ()), AwsManagedPolicy(name, arn, attachable=False))
    unknown = {
        reference.name
        for reference in unsettled
        if reference.name not in found and not resolver.own_spellings(reference)
    }
    return replace(
        state,
        aws_policies={**state.aws_policies, **found},
        policy_suggestions=policies.suggestions(unknown),
    )


def with_principals(reader: Reader, state: CurrentState, desired: DesiredState) -> CurrentState:
    """The state, including which principals of this account that new trust policies name do not exist."""
    named: set[str] = set()
    for key, role in desired.identities.items():
        before = state.identities.get(key)
        if isinstance(role, Role) and not (isinstance(before, Role) and before.trust == role.trust):
            named |= own_principals(role.trust, state.account.id)
    declared = {identity.arn for identity in desired.identities.values() if identity is not None}
    known = {identity.arn for identity in state.identities.values()} | declared
    asked = sorted(named - known)
    missing = {arn: actual for arn, actual in reader.existing_arns(asked).items() if actual != arn}
    return replace(state, missing_principals=missing)


def with_policies_in_use(
    reader: Reader, state: CurrentState, desired: DesiredState, *, if_allowed: bool = False
) -> CurrentState:
    """The state, including the documents of the customer managed policies that the subjects have, or will have.

    A bulk read contains them all. With `if_allowed`, those that the caller may not read are left out.
    """
    known = {policy.arn for policies in (state.policies, desired.policies) for policy in policies.values() if policy}
    unread = sorted(arn for arn in policies_in_use(state, desired) - known if not is_aws_managed(arn))
    if not unread:
        return state
    found = reader.policies_in_force(unread, if_allowed=if_allowed)
    read = {policy.name.lower(): policy for policy in found}
    return replace(state, policies={**state.policies, **read})


def with_aws_documents_in_use(reader: Reader, state: CurrentState, desired: DesiredState) -> CurrentState:
    """The state, including the documents of the AWS managed policies that the subjects have, or will have.

    A bulk read contains none of them. Those that the caller may not read stay unknown.
    """
    unread = {arn for arn in policies_in_use(state, desired) if is_aws_managed(arn) and not state.document_of(arn)}
    if not unread:
        return state
    found = reader.aws_policies(state.account.partition).find(unread)
    known = {name: _read_first(found.get(name, ()), there) for name, there in state.aws_policies.items()}
    return replace(state, aws_policies={**found, **known})


def _read_first(
    read: tuple[AwsManagedPolicy, ...], there: tuple[AwsManagedPolicy, ...]
) -> tuple[AwsManagedPolicy, ...]:
    arns = {policy.arn for policy in read}
    return (*read, *(policy for policy in there if policy.arn not in arns))
