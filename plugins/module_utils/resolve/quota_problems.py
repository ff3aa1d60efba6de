# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Quotas of the account that the desired state would exceed, found before the first write. Pure.

Source: FACTS C1.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..declare.parser import within
from ..errors import Problem
from ..limits import MAXIMUM_TAGS, Quotas
from ..model import CurrentState, Declarations, Identity, Role
from .account_problems import trust_policy_place
from .desired_state import DesiredState


def quota_problems(
    declarations: Declarations, state: CurrentState, desired: DesiredState, quotas: Quotas
) -> list[Problem]:
    """Every quota of the account that the desired state would exceed."""
    places = _places(declarations)
    found: list[Problem] = []
    for key, identity in desired.identities.items():
        if identity is not None:
            found += _identity_problems(identity, places[key], quotas)
            if isinstance(identity, Role):
                found += _role_problems(identity, places[key], trust_policy_place(declarations, key), quotas)
    new_roles = sum(one is not None and key not in state.identities for key, one in desired.identities.items())
    new_policies = sum(one is not None and name not in state.policies for name, one in desired.policies.items())
    for option, used, new, quota in (
        ("roles", quotas.roles_in_use, new_roles, quotas.roles),
        ("managed_policies", quotas.managed_policies_in_use, new_policies, quotas.managed_policies),
    ):
        if new and used + new > quota:
            found.append(Problem(option, f"{new} more would result in {used + new}; this account's quota is {quota}"))
    return found


def _identity_problems(identity: Identity, place: str, quotas: Quotas) -> Iterator[Problem]:
    if len(identity.managed) > quotas.attached_policies[identity.kind]:
        yield Problem(
            within(place, "managed_policies"),
            f"{len(identity.managed)} policies on {identity.kind} {identity.name}; this account's quota is"
            f" {quotas.attached_policies[identity.kind]}: merge some, or request a higher quota",
        )
    total = sum(document.size for document in identity.inline.values())
    if total > quotas.inline_size[identity.kind]:
        yield Problem(
            within(place, "inline_policies"),
            f"{total} characters of inline policies on {identity.kind} {identity.name}; at most"
            f" {quotas.inline_size[identity.kind]}: use managed_policies",
        )


def _role_problems(role: Role, place: str, trust_place: str, quotas: Quotas) -> Iterator[Problem]:
    if len(role.tags) > MAXIMUM_TAGS:
        yield Problem(within(place, "tags"), f"{len(role.tags)} tags in total; IAM allows at most {MAXIMUM_TAGS}")
    if role.trust.size > quotas.trust_policy_size:
        yield Problem(
            trust_place,
            f"{role.trust.size} characters in the trust policy of role {role.name}; this account's"
            f" quota is {quotas.trust_policy_size}: name fewer principals, or raise quota L-C07B4B0D",
        )


def _places(declarations: Declarations) -> dict[str, str]:
    places = {trust.key: trust.place for trust in declarations.trust_statements}
    places.update({attachment.key: attachment.place for attachment in declarations.attachments})
    places.update({role.key: role.place for role in declarations.roles})
    return places
