# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Which of the risky grants an identity has: its policies, those of its groups and its boundary decide. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ..access.evaluator import Policies
from ..access.policies import CompiledStatement, Policy
from ..access.principals import Principal
from ..declare.policy_references import shown_names
from ..model import CurrentState, Identity, ManagedPolicy, Role
from ..resolve.desired_state import DesiredState
from .account_access import AccountAccess
from .asked_requests import UNNAMED, Asker, Grant
from .aws_facts import AwsFacts
from .grant_questions import Allowing, GrantQuestion, Holding, Holdings, allowing_by_action, merged, policy_of_resources

_KEYS_OF_CALLERS = ("aws:principal", "aws:userid", "aws:username")


def held_policies(identity: Identity, arns: Iterable[str], inline: Iterable[str]) -> frozenset[str]:
    """What holdings call some of the managed and inline policies of an identity."""
    names = shown_names(identity.managed)
    managed = (f"managed policy {names[arn]}" for arn in arns)
    return frozenset((*managed, *(f"inline policy {name}" for name in inline)))


def access_after(facts: AwsFacts, state: CurrentState, desired: DesiredState) -> AccountAccess:
    """The access in the account after the task.

    Of AWS's policies, the recorded documents decide, also where IAM was asked for the document: what was read differs
    from task to task, and the same role has to have the same findings in each.
    """
    recorded = replace(state, aws_policies={})
    return AccountAccess.of(
        recorded, facts.aws_policies_in(state.account.partition), desired.identities, desired.policies
    )


class RiskyGrants:
    """The grants of the identities of an account, and of policies by themselves."""

    def __init__(self, facts: AwsFacts, access: AccountAccess) -> None:
        self._facts = facts
        self._access = access
        self._policy_of_resources = policy_of_resources(access.account)
        self._actions = frozenset(action for grant in facts.grants.values() for action in grant.actions)
        self._known: dict[tuple[object, ...], Holdings] = {}
        self._asked: dict[tuple[Policy, str, str], list[Holding]] = {}
        self._named: dict[Policy, _Asked] = {}

    def of_identity(self, identity: Identity) -> Holdings:
        """The grants of a user, group or role."""
        policies = self._access.policies_of(identity)
        deciding = (*policies.identity, *((policies.boundary,) if policies.boundary else ()))
        key = (
            identity.managed,
            frozenset((name, document.text) for name, document in identity.inline.items()),
            identity.boundary,
            identity.groups,
            identity.arn if any(self._about(one).is_about_caller for one in deciding) else identity.kind,
        )
        if key not in self._known:
            tags = identity.tags if isinstance(identity, Role) else None
            asker = Asker(self._principal(identity), self._access.account, tags)
            self._known[key] = self._holdings(asker, policies)
        return self._known[key]

    def of_policy(self, policy: ManagedPolicy) -> Holdings:
        """The grants of a policy that nothing has attached: those that a user would have by it."""
        user = Principal.parse(self._access.account.arn("user", "/", UNNAMED))
        return self._holdings(Asker(user, self._access.account), Policies(identity=(Policy("it", policy.document),)))

    def _principal(self, identity: Identity) -> Principal:
        """The caller; for a group, a user that would be in it."""
        if identity.kind == "group":
            return Principal.parse(self._access.account.arn("user", "/", UNNAMED))
        return Principal.parse(identity.arn)

    def _holdings(self, asker: Asker, policies: Policies) -> Holdings:
        named = {action for one in policies.identity for action in self._about(one).allowing}
        found: dict[str, Sequence[Holding]] = {}
        for name, grant in self._facts.grants.items():
            if not named.isdisjoint(grant.actions):
                holdings = self._held(asker, policies, name, grant)
                if holdings:
                    without = [one for one in holdings if not one.keys]
                    found[name] = without or holdings
        return found

    def _held(self, asker: Asker, policies: Policies, name: str, grant: Grant) -> list[Holding]:
        question = GrantQuestion(asker, grant, self._facts.keys, self._trusted_services)
        found: list[Holding] = []
        denying = tuple(_Denials(one) for one in policies.identity if one.denying)
        is_alone = not denying and policies.boundary is None and policies.boundary_is_known
        for policy in policies.identity:
            about = self._about(policy)
            if grant.actions.isdisjoint(about.allowing):
                continue
            alone = replace(policies, identity=(policy, *denying), resource=self._policy_of_resources)
            if is_alone and not about.is_about_caller:
                key = (policy, name, asker.principal.kind.value)
                if key not in self._asked:
                    self._asked[key] = list(question.holdings(alone, about.allowing, policy.name))
                found += self._asked[key]
            else:
                found += question.holdings(alone, about.allowing, policy.name)
        if not found and grant.every and len(policies.identity) > 1:
            # Several policies can have together what none has alone.
            together = replace(policies, resource=self._policy_of_resources)
            allowing = merged(self._about(one).allowing for one in policies.identity)
            names = [one.name for one in policies.identity if not grant.actions.isdisjoint(self._about(one).allowing)]
            found = [one for name in names for one in question.holdings(together, allowing, name)]
        return found

    def _about(self, policy: Policy) -> _Asked:
        known = self._named.get(policy)
        if known is None:
            known = self._named[policy] = _Asked.of(policy, self._actions)
        return known

    @cached_property
    def _trusted_services(self) -> frozenset[str]:
        """The services that something of the account or of the facts names, for patterns of services."""
        trusts = (one.trust for one in self._access.identities.values() if isinstance(one, Role))
        named = (pair for trust in trusts for one in trust.allowing for pair in one.principals or ())
        lives = (name for life in self._facts.services.values() for name in life.principals)
        return frozenset((*lives, *(value for kind, value in named if kind == "Service")))


@dataclass(frozen=True)
class _Asked:
    """What matters of a policy: its Allow statements on what is asked, and whether it depends on who the caller is."""

    policy: Policy
    allowing: Allowing
    is_about_caller: bool

    @classmethod
    def of(cls, policy: Policy, actions: frozenset[str]) -> _Asked:
        return cls(
            policy,
            allowing_by_action(policy, actions),
            any(_is_about_caller(one) for one in (*policy.allowing, *policy.denying)),
        )


def _is_about_caller(statement: CompiledStatement) -> bool:
    resources = statement.statement.resources or statement.statement.not_resources or ()
    return any("${" in one for one in resources) or any(
        key.startswith(_KEYS_OF_CALLERS) for condition in statement.conditions for key in condition.keys
    )


class _Denials(Policy):
    """Only the Deny statements of a policy, which also limit what other policies allow."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy.name, policy.document)
        self.__dict__.update(allowing=(), denying=policy.denying)
