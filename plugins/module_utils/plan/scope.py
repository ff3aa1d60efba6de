# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What a plan relies on besides its own writes, for its id. Pure.

The effect of a write depends on the current state: the policies that a role keeps, what a boundary allows, whom the
trust policy trusts. If that changes, the approved plan is no longer the plan that would be applied.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..analyze.access_diff import AccessDiff
from ..analyze.finding import Finding
from ..declare.policy_references import is_aws_managed
from ..model import CurrentState, Identity, ManagedPolicy, Role
from ..policy.document import PolicyDocument
from ..resolve.desired_state import DesiredState


def relied_on(
    state: CurrentState, desired: DesiredState, findings: Iterable[Finding], access: AccessDiff
) -> dict[str, Any]:
    """The subjects' current state, the documents of policies they have or get, findings and access; no order, no times.

    The result of the writes follows from the writes. AWS managed policies count by their ARN, and by their version if
    it was read: no one in the account can change them.
    """
    return {
        "identities": {
            key: _identity(state.identities[key]) for key in desired.identities.keys() & state.identities.keys()
        },
        "policies": {name: _policy(state.policies[name]) for name in desired.policies.keys() & state.policies.keys()},
        "documents": {arn: _content(state, arn) for arn in policies_in_use(state, desired)},
        "access": sorted(access.lines()),
        "findings": sorted({(item.severity.text, item.code, item.resource) for item in findings}),
    }


def policies_in_use(state: CurrentState, desired: DesiredState) -> frozenset[str]:
    """ARNs of the managed policies that the subjects have, get or have as boundary, before and after."""
    identities = [state.identities.get(key) for key in desired.identities] + list(desired.identities.values())
    arns: set[str] = set()
    for identity in identities:
        if identity is not None:
            arns |= identity.managed | ({identity.boundary} if identity.boundary else set())
    return frozenset(arns)


def _identity(identity: Identity) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": identity.id,
        "managed": sorted(identity.managed),
        "inline": {name: document.canonical for name, document in identity.inline.items()},
        "boundary": identity.boundary,
    }
    if isinstance(identity, Role):
        found.update(trust=identity.trust.canonical, tags=dict(identity.tags))
    return found


def _policy(policy: ManagedPolicy) -> dict[str, Any]:
    return {"id": policy.id, "document": policy.document.canonical, "tags": dict(policy.tags)}


def _content(state: CurrentState, arn: str) -> str:
    if is_aws_managed(arn):
        known = state.aws_policy_at(arn)
        return known.version if known else ""
    policy = state.policy_at(arn)
    return (policy.document if policy else PolicyDocument({})).canonical
