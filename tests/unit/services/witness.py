# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the steps of a plan one by one, as IAM would, and reports excesses and gaps after each.

Like the evaluator of the planner's tests, it knows nothing of the planner; unlike it, it knows users and groups,
resources, conditions and AWS's own policies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.model import CurrentState, Role, identity_key
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Plan, Step
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument

from .probes import permission_probes, trust_probes

_NO_EFFECT = re.compile(r"(Tag|Untag)(Role|Policy)|UpdateRole|DeletePolicyVersion")
_IDENTITY_WRITE = re.compile(r"(Attach|Detach|Put|Delete)(Role|User|Group)Policy")


@dataclass
class Holder:
    """An identity; `trust` is None for users and groups, which are not assumed."""

    trust: PolicyDocument | None
    managed: set[str] = field(default_factory=set)
    inline: dict[str, PolicyDocument] = field(default_factory=dict)
    boundary: str | None = None


class Witness:
    """An account at one time."""

    def __init__(self, state: CurrentState) -> None:
        self.policies = {policy.arn: policy.document for policy in state.policies.values()}
        self.aws = {policy.arn: policy for candidates in state.aws_policies.values() for policy in candidates}
        self.holders = {
            key: Holder(
                trust=identity.trust if isinstance(identity, Role) else None,
                managed=set(identity.managed),
                inline=dict(identity.inline),
                boundary=identity.boundary,
            )
            for key, identity in state.identities.items()
        }

    def take(self, step: Step) -> None:
        """Make one write; fails where IAM would refuse it."""
        given = step.parameters
        identity_write = _IDENTITY_WRITE.fullmatch(step.action)
        if identity_write:
            verb, kind = identity_write.groups()
            self._write(verb, self.holders[identity_key(kind.lower(), given[f"{kind}Name"])], given)
        elif "Role" in step.action and "RoleName" in given:
            self._write_role(step.action, identity_key("role", given["RoleName"]), given)
        else:
            self._write_policy(step.action, step.subject.removeprefix("policy/"), given)

    def documents(self, key: str) -> list[PolicyDocument]:
        """The permissions policies of an identity."""
        holder = self.holders.get(key)
        if holder is None:
            return []
        return [*holder.inline.values(), *(self.document(arn) for arn in sorted(holder.managed))]

    def document(self, arn: str) -> PolicyDocument:
        document = self.policies.get(arn) or self.aws[arn].document
        assert document is not None
        return document

    def _write(self, verb: str, holder: Holder, given: Any) -> None:
        match verb:
            case "Attach":
                assert self.document(given["PolicyArn"]) and given["PolicyArn"] not in holder.managed
                holder.managed.add(given["PolicyArn"])
            case "Detach":
                holder.managed.remove(given["PolicyArn"])
            case "Put":
                holder.inline[given["PolicyName"]] = given["PolicyDocument"]
            case "Delete":
                del holder.inline[given["PolicyName"]]

    def _write_role(self, action: str, key: str, given: Any) -> None:
        match action:
            case "CreateRole":
                assert key not in self.holders
                boundary = given.get("PermissionsBoundary")
                self.holders[key] = Holder(given["AssumeRolePolicyDocument"], boundary=boundary)
            case "DeleteRole":
                assert not self.holders[key].managed and not self.holders[key].inline
                del self.holders[key]
            case "UpdateAssumeRolePolicy":
                assert given["PolicyDocument"].statements
                self.holders[key].trust = given["PolicyDocument"]
            case "PutRolePermissionsBoundary":
                assert self.document(given["PermissionsBoundary"])
                self.holders[key].boundary = given["PermissionsBoundary"]
            case "DeleteRolePermissionsBoundary":
                self.holders[key].boundary = None
            case _:
                assert _NO_EFFECT.fullmatch(action) and key in self.holders, action

    def _write_policy(self, action: str, arn: str, given: Any) -> None:
        match action:
            case "CreatePolicy" | "CreatePolicyVersion":
                assert (arn in self.policies) == (action == "CreatePolicyVersion")
                self.policies[arn] = given["PolicyDocument"]
            case "DeletePolicy":
                assert not any(arn in holder.managed or arn == holder.boundary for holder in self.holders.values())
                del self.policies[arn]
            case _:
                assert _NO_EFFECT.fullmatch(action) and arn in self.policies, action


@dataclass
class Replayed:
    """What was granted that neither end grants, and what was missing that both grant, step by step."""

    too_much: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    kept: int = 0
    """How many requests both ends grant, so that a test can see that it speaks of something."""


def replay(state: CurrentState, plan: Plan, goal: CurrentState) -> Replayed:
    """Take the plan from one end to the other; the account has to arrive there."""
    old, now, new = Witness(state), Witness(state), Witness(goal)
    watched = {key: _Watch(key, old, new) for key in {*old.holders, *new.holders} if _is_touched(key, plan, old)}
    found = Replayed(kept=sum(watch.kept for watch in watched.values()))
    for number, step in enumerate(plan.steps, start=1):
        now.take(step)
        for watch in watched.values():
            where = f"after step {number} ({step.action} {step.resource}): {watch.key}"
            found.too_much += [f"{where} {request}" for request in watch.too_much(now)]
            found.missing += [f"{where} {request}" for request in watch.missing(now)]
    for watch in watched.values():
        assert watch.at(now) == watch.at(new), f"the plan does not lead to what is declared of {watch.key}"
    return found


def _is_touched(key: str, plan: Plan, old: Witness) -> bool:
    """Whether a step writes an identity or a policy that it holds from the beginning."""
    holder = old.holders.get(key)
    held = {f"policy/{arn}" for arn in (*holder.managed, holder.boundary)} if holder else set()
    return any(step.subject == key or step.subject in held for step in plan.steps)


class _Watch:
    """Looks at one identity: who may assume it (`callers`) times what it may do (`requests`)."""

    def __init__(self, key: str, old: Witness, new: Witness) -> None:
        ends = [(end, end.holders[key]) for end in (old, new) if key in end.holders]
        boundaries = [end.document(holder.boundary) for end, holder in ends if holder.boundary]
        self.key = key
        self._permissions = permission_probes(frozenset((*old.documents(key), *new.documents(key), *boundaries)))
        self._trust = trust_probes(frozenset(holder.trust for _end, holder in ends if holder.trust is not None))
        self._seen: dict[Any, tuple[int, int]] = {}
        self._old, self._new = self.at(old), self.at(new)

    @property
    def kept(self) -> int:
        callers, requests = self._kept()
        return callers.bit_count() * requests.bit_count()

    def at(self, moment: Witness) -> tuple[int, int]:
        """The callers and the requests that are granted; none of either where the other is none."""
        holder = moment.holders.get(self.key)
        if holder is None:
            return 0, 0
        documents = moment.documents(self.key)
        boundary = moment.document(holder.boundary) if holder.boundary else None
        token = (holder.trust, boundary, tuple(documents))
        if token not in self._seen:
            requests = self._permissions.granted(documents)
            if boundary is not None:
                requests &= self._permissions.granted([boundary])
            callers = 1 if holder.trust is None else self._trust.granted([holder.trust])
            self._seen[token] = (callers, requests) if callers and requests else (0, 0)
        return self._seen[token]

    def missing(self, moment: Witness) -> Iterator[str]:
        callers, requests = self.at(moment)
        kept_callers, kept_requests = self._kept()
        if kept_callers & ~callers:
            yield f"lets in no more: {self._trust.described(kept_callers & ~callers)[:3]}"
        if kept_requests & ~requests:
            yield f"lacks: {self._permissions.described(kept_requests & ~requests)[:3]}"

    def too_much(self, moment: Witness) -> Iterator[str]:
        callers, requests = self.at(moment)
        (old_callers, old_requests), (new_callers, new_requests) = self._old, self._new
        for group, allowed in (
            (callers & old_callers & new_callers, old_requests | new_requests),
            (callers & old_callers & ~new_callers, old_requests),
            (callers & ~old_callers & new_callers, new_requests),
            (callers & ~old_callers & ~new_callers, 0),
        ):
            if group and requests & ~allowed:
                asked = self._permissions.described(requests & ~allowed)[:3]
                yield f"grants too much to {self._trust.described(group)[:3] or 'itself'}: {asked}"

    def _kept(self) -> tuple[int, int]:
        callers, requests = self._old[0] & self._new[0], self._old[1] & self._new[1]
        return (callers, requests) if callers and requests else (0, 0)
