# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""From the declared name or ARN of a managed policy to its actual ARN. Pure.

AWS's own documents give wrong ARNs for its policies (FACTS A0), and a name does not contain the path. So a declared
name or ARN is always checked: it counts if such a policy is declared in the same task, was found at AWS or is attached
already, or is in the account. This order matters: users who may create policies in the account must not decide what a
name of an AWS managed policy refers to (docs/decisions/0002).
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..declare.policy_references import Reference, bound_policies, is_aws_managed, may_mean, policy_name
from ..errors import Problem
from ..model import CurrentState, Declarations, Identity, PolicyDeclaration

WITHDRAWN = {
    "AWSLambdaFullAccess": "AWS has withdrawn it: a function's own role needs service-role/AWSLambdaBasicExecutionRole,"
    " users who manage functions need AWSLambda_FullAccess",
}
"""Policies that AWS's own guides still name, and what to use instead (FACTS A0)."""


@dataclass(frozen=True)
class Resolver:
    """Resolves what the references of one task mean in one account."""

    state: CurrentState
    declared: Mapping[str, PolicyDeclaration]

    @classmethod
    def of(cls, declarations: Declarations, state: CurrentState) -> Resolver:
        return cls(state, {policy.name.lower(): policy for policy in declarations.policies})

    def arn_of_declared(self, policy: PolicyDeclaration) -> str:
        """The ARN a declared policy has, or will have; an existing one keeps its path and the case of its name."""
        there = self.state.policies.get(policy.name.lower())
        return there.arn if there else self.state.account.arn("policy", policy.path or "/", policy.name)

    def resolve(self, reference: str, place: str, identity: Identity | None) -> str | Problem:
        """The ARN that is meant, or why there is none. `identity` is what it is attached to, if it exists."""
        if reference.startswith("arn:"):
            return self._resolve_arn(reference, place, identity)
        return self._resolve_name(reference, place, identity)

    def settled(self, reference: str, identity: Identity | None) -> bool:
        """Whether the reference can be resolved without asking AWS for its own policies."""
        if reference.startswith("arn:"):
            return not is_aws_managed(reference) or reference in bound_policies(identity)
        bound = any(is_aws_managed(arn) and policy_name(arn) == reference for arn in bound_policies(identity))
        return reference.lower() in self.declared or bound

    def meant(self, reference: str, arns: frozenset[str]) -> frozenset[str]:
        """The policies among those attached to an identity that a reference means; several only if AWS has several."""
        if reference.startswith("arn:"):
            return arns & {reference}
        declared = self.declared.get(reference.lower())
        if declared is not None:
            return arns & {self.arn_of_declared(declared)}
        aws = self._of_aws(reference, arns)
        own = frozenset(filter(_has_own_name(reference), arns))
        return arns & aws if aws else own or frozenset(arn for arn in arns if may_mean(reference, arn))

    def expected(self, reference: str, identity: Identity) -> frozenset[str]:
        """The ARN that `resolve` gives, whether or not it can be attached.

        If it gives none: the policies of the identity that may be meant, else the reference.
        """
        candidates = frozenset({reference}) if reference.startswith("arn:") else self._candidates(reference, identity)
        if len(candidates) == 1:
            return candidates
        return self.meant(reference, bound_policies(identity)) or frozenset({reference})

    def own_spellings(self, reference: Reference) -> set[str]:
        """The names, in their actual case, of customer managed policies that a name without a path may mean."""
        own = self.state.policies.get(reference.text.lower())
        held = filter(_has_own_name(reference.text), bound_policies(self.state.identities.get(reference.identity)))
        return {*map(policy_name, held), *((own.name,) if own else ())}

    def _resolve_name(self, name: str, place: str, identity: Identity | None) -> str | Problem:
        declared = self.declared.get(name.lower())
        if declared is not None:
            return self._of_same_task(declared, place)
        candidates = self._candidates(name, identity)
        if len(candidates) > 1:
            return Problem(place, f'"{name}" is ambiguous: give one of the ARNs {" or ".join(sorted(candidates))}')
        if not candidates:
            hint = self._hint(name)
            message = f'there is no AWS managed or customer managed policy named "{name}"{hint}'
            return Problem(place, message, "" if hint else self.state.account.arn("policy", "/", name))
        return self._attachable(next(iter(candidates)), place, identity)

    def _candidates(self, name: str, identity: Identity | None) -> frozenset[str]:
        """The ARNs that a name may mean, as far as they are known."""
        declared = self.declared.get(name.lower())
        if declared is not None:
            return frozenset({self.arn_of_declared(declared)})
        held = bound_policies(identity)
        aws = self._of_aws(name, held)
        if aws:
            return aws & held or aws
        own = next(filter(_has_own_name(name), sorted(held)), None)
        if own is None and name.lower() in self.state.policies:
            own = self.state.policies[name.lower()].arn
        # Only the case of the name distinguishes it from an AWS managed policy.
        return frozenset() if own is None else frozenset({own, *self._of_aws(policy_name(own), held)})

    def _of_aws(self, name: str, held: frozenset[str]) -> frozenset[str]:
        """The ARNs of AWS managed policies of a name, as far as known, including any that an identity has."""
        known = {policy.arn for policy in self.state.aws_policies.get(name, ())}
        return frozenset(known | {arn for arn in held if is_aws_managed(arn) and policy_name(arn) == name})

    def _resolve_arn(self, arn: str, place: str, identity: Identity | None) -> str | Problem:
        partition, owner, name = arn.split(":")[1], arn.split(":")[4], policy_name(arn)
        account = self.state.account
        if arn in bound_policies(identity):
            return arn
        if partition != account.partition:
            return Problem(
                place, f"{arn} is of partition {partition}, but account {account.id} is in {account.partition}"
            )
        if owner not in ("aws", account.id):
            return Problem(
                place,
                f"{arn} belongs to account {owner}; only policies of AWS or of account {account.id} can be attached",
            )
        if owner == "aws":
            known = [policy.arn for policy in self.state.aws_policies.get(name, ())]
        else:
            declared, own = self.declared.get(name.lower()), self.state.policies.get(name.lower())
            if declared is not None and arn == self.arn_of_declared(declared):
                return self._of_same_task(declared, place)
            known = [self.arn_of_declared(declared)] if declared else [own.arn] if own else []
        if arn in known:
            return self._attachable(arn, place, identity)
        if known:
            return Problem(place, f"{arn} does not exist; did you mean {' or '.join(sorted(known))}?")
        hint = self._hint(name)
        return Problem(place, f"{arn} does not exist{hint}", "" if hint or owner == "aws" else arn)

    def _of_same_task(self, declared: PolicyDeclaration, place: str) -> str | Problem:
        if not declared.present:
            return Problem(place, f"policy {declared.name} is to be deleted by the same task ({declared.place})")
        return self.arn_of_declared(declared)

    def _attachable(self, arn: str, place: str, identity: Identity | None) -> str | Problem:
        policy = self.state.aws_policy_at(arn)
        if policy is not None and not policy.attachable and arn not in bound_policies(identity):
            return Problem(place, f"{arn} was withdrawn by AWS and can no longer be attached")
        return arn

    def _hint(self, name: str) -> str:
        if name in WITHDRAWN:
            return f"; {WITHDRAWN[name]}"
        suggestions = list(self.state.policy_suggestions.get(name, ()))
        own = self.state.own_policy_arns
        suggestions += [own[near] for near in difflib.get_close_matches(name, own, n=1, cutoff=0.8)]
        return f"; did you mean {' or '.join(suggestions)}?" if suggestions else ""


def _has_own_name(name: str) -> Callable[[str], bool]:
    """Returns a check whether a policy of the account has this name."""
    return lambda arn: not is_aws_managed(arn) and policy_name(arn).lower() == name.lower()
