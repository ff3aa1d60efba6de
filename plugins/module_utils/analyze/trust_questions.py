# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Who may assume a role by its trust policy, as questions to the evaluator of access. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ..access.context import Context
from ..access.evaluator import Outcome, Policies, evaluate
from ..access.policies import Policy
from ..access.principals import Principal, PrincipalKind
from ..access.request import Request
from ..model import Account, Role
from .account_access import EVERYTHING
from .asked_requests import UNNAMED, instance
from .caller_choices import Chance, ConditionKeys, KeyNames, chance, surest

_ASSUME = "sts:AssumeRole"
_WITH_TOKEN = "sts:AssumeRoleWithWebIdentity"
_EXTERNAL_ID = "sts:ExternalId"
ANOTHER_ACCOUNT = "another account"
"""An account that a trust policy does not name."""

_OTHERS = ("999999999999", "888888888888", "777777777777")


@dataclass(frozen=True)
class Trust:
    """What the trust policies of the roles of an account mean. Each text is judged once."""

    account: Account
    keys: ConditionKeys
    _services: dict[tuple[str, bool], frozenset[str]] = field(default_factory=dict, init=False)

    def services(self, role: Role, *, for_others: bool = False) -> frozenset[str]:
        """The services that may assume a role; with `for_others`, also where they work for a foreign account."""
        key = (role.trust.text, for_others)
        if key not in self._services:
            trust = _policy(role)
            named = {value for kind, value in _named(role) if kind == "Service"}
            may = self._may_for_others if for_others else self._may
            self._services[key] = frozenset(name for name in named if may(name, role, trust))
        return self._services[key]

    def anyone(self, role: Role) -> Chance | None:
        """Whether somebody may assume a role whom nobody names; None if not."""
        named = list(_named(role))
        trust = _policy(role)
        chances: list[Iterator[Chance | None]] = []
        if ("AWS", "*") in named or any(one.not_principals is not None for one in role.trust.allowing):
            chances.append(self._outsiders(role, trust))
        for kind, value in named:
            claims = self.keys.providers.get(value.partition(":oidc-provider/")[2] or value)
            if kind == "Federated" and claims is not None:
                chances.append(self._token_holder(role, trust, value, claims))
        return surest(one for some in chances for one in some)

    def other_accounts(self, role: Role) -> dict[str, Chance]:
        """The foreign accounts that may assume a role: the ids of those that the trust policy names.

        If it names everybody, those that its conditions name, and `ANOTHER_ACCOUNT` if others may meet them too.
        """
        found: dict[str, Chance] = {}
        trust = _policy(role)
        for kind, value in _named(role):
            for caller, shown in self._foreign_callers(value, trust) if kind == "AWS" else ():
                best = surest((found.get(shown), self._chance(caller, role, trust, Context())))
                if best is not None:
                    found[shown] = best
        return found

    def _foreign_callers(self, written: str, trust: Policy) -> Iterator[tuple[Principal, str]]:
        """The callers that an entry of Principal names in foreign accounts, with the ids of their accounts."""
        if written == "*":
            values = {*_values("aws:principalarn", trust), *_values("aws:principalaccount", trust)}
            named = [instance(value, Context(complete=True)) for value in sorted(values)]
            other = _unnamed_account(trust.document.text)
            yield self._user_of(other), ANOTHER_ACCOUNT
        else:
            named = [written]
        for caller in _principals(named):
            if caller.account not in (None, self.account.id):
                whole = caller.kind is PrincipalKind.ROOT
                yield self._user_of(caller.account) if whole else caller, str(caller.account)

    def _user_of(self, account: str | None) -> Principal:
        return Principal.parse(f"arn:{self.account.partition}:iam::{account}:user/{UNNAMED}")

    def _may(self, service: str, role: Role, trust: Policy) -> bool:
        request = Request(Principal(PrincipalKind.SERVICE, service), _ASSUME, role.arn)
        return evaluate(request, Policies(resource=trust)).outcome is not Outcome.DENIED

    def _may_for_others(self, service: str, role: Role, trust: Policy) -> bool:
        """Whether nothing but what every customer of a service chooses keeps it from working for others."""
        caller = Principal(PrincipalKind.SERVICE, service)
        other = _unnamed_account(role.trust.text)
        ours = {"aws:SourceAccount": other, **self.keys.sources}
        arns = [f"arn:{self.account.partition}:{service.partition('.')[0]}:xx-any-1:{other}:{UNNAMED}"]
        arns += _foreign_arns("aws:sourcearn", trust, other)
        contexts = [Context({**ours, "aws:SourceArn": arn}) for arn in arns]
        best = surest(self._chance(caller, role, trust, context) for context in contexts)
        return best is not None and best.is_sure

    def _outsiders(self, role: Role, trust: Policy) -> Iterator[Chance | None]:
        other = _unnamed_account(role.trust.text)
        start = f"arn:{self.account.partition}:iam::{other}"
        arns = [f"{start}:user/{UNNAMED}", f"{start}:role/{UNNAMED}", *_foreign_arns("aws:principalarn", trust, other)]
        organizations = list(self.keys.organizations)
        chosen = self.keys.chosen | self.keys.chosen_by_outsiders
        for caller in _principals(arns):
            for values, absent in ((self.keys.organizations, []), ({}, organizations)):
                for omitted in ([_EXTERNAL_ID], []):
                    context = Context(values, absent=[*absent, *omitted, *self.keys.absent_for_outsiders])
                    yield self._chance(caller, role, trust, context, chosen=chosen)

    def _token_holder(
        self, role: Role, trust: Policy, provider: str, claims: Mapping[str, str]
    ) -> Iterator[Chance | None]:
        """Somebody with a token of his own; the claims that are not given are his choice."""
        host = provider.partition(":oidc-provider/")[2] or provider
        caller = Principal(PrincipalKind.IDENTITY_PROVIDER, provider)
        context = Context({f"{host}:{claim}": value for claim, value in claims.items()})
        chosen = self.keys.chosen | KeyNames([f"{host}:aud", f"{host}:amr"])
        yield self._chance(caller, role, trust, context, action=_WITH_TOKEN, chosen=chosen)

    def _chance(
        self,
        caller: Principal,
        role: Role,
        trust: Policy,
        context: Context,
        *,
        action: str = _ASSUME,
        chosen: KeyNames | None = None,
    ) -> Chance | None:
        request = Request(caller, action, role.arn, context, owner=self.account.id)
        policies = Policies(identity=(EVERYTHING,), resource=trust)
        return chance(request, policies, chosen or self.keys.chosen, KeyNames())


def _policy(role: Role) -> Policy:
    return Policy(f"trust policy of {role.resource}", role.trust)


def _named(role: Role) -> Iterator[tuple[str, str]]:
    return (pair for statement in role.trust.allowing for pair in statement.principals or ())


def _unnamed_account(text: str) -> str:
    return next((one for one in _OTHERS if one not in text), _OTHERS[0])


def _values(key: str, trust: Policy) -> Iterator[str]:
    """The values that conditions compare a key with."""
    for statement in (*trust.allowing, *trust.denying):
        for condition in statement.conditions:
            if condition.key == key:
                yield from condition.values


def _foreign_arns(key: str, trust: Policy, account: str) -> list[str]:
    """ARNs of an account that meet what conditions demand of a key, except for the account where they name one."""
    found = []
    for pattern in dict.fromkeys(_values(key, trust)):
        fields = pattern.split(":", 5)
        if len(fields) == 6:
            fields[4] = account
            found.append(instance(":".join(fields), Context(complete=True)))
    return found


def _principals(arns: Iterable[str]) -> Iterator[Principal]:
    for arn in arns:
        try:
            yield Principal.parse(arn)
        except ValueError:
            continue
