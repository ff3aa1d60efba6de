# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The desired state of an account: the current state, with the declarations of one task applied to it. Pure.

The desired state contains only the objects that a task declares. Several declarations can be about one object (a role,
an attachment to it and a statement in its trust policy); they are applied in that order.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..declare.parser import within
from ..declare.policy_references import is_aws_managed, may_mean
from ..errors import Problem
from ..limits import Quotas
from ..model import (
    AttachmentDeclaration,
    CurrentState,
    Declarations,
    Identity,
    ManagedPolicy,
    PolicyDeclaration,
    Quarantine,
    Role,
    RoleDeclaration,
    TrustDeclaration,
)
from .declared_object import (
    ArnsOf,
    applied_attachment,
    applied_policy,
    applied_role,
    applied_trust,
    attachment_by_arns,
    role_by_arns,
)
from .policy_arns import Resolver
from .quarantine import current_quarantine, is_denial, is_denied, quarantined, released, with_room


@dataclass
class DesiredState:
    """Objects by key, None if they are to be absent, and the warnings and problems found.

    `quarantined` are the quarantines that begin, by the key of the role.
    """

    identities: dict[str, Identity | None] = field(default_factory=dict)
    policies: dict[str, ManagedPolicy | None] = field(default_factory=dict)
    only_version: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    quarantined: dict[str, Quarantine] = field(default_factory=dict)


def desired_state_of(declarations: Declarations, state: CurrentState) -> DesiredState:
    """Apply the declarations to the state. The result contains the problems that depend on the state of the account."""
    return _Overlay(declarations, state).desired


def make_room(state: CurrentState, desired: DesiredState, quotas: Quotas) -> None:
    """Deny by an inline policy if the quota leaves no space for AWSDenyAll on a role that is to be quarantined."""
    for key in desired.quarantined:
        identity = desired.identities[key]
        if identity is not None:
            desired.identities[key] = with_room(state.identities.get(key), identity, quotas)


class _Overlay:
    def __init__(self, declarations: Declarations, state: CurrentState) -> None:
        self.state = state
        self.resolver = Resolver.of(declarations, state)
        self.desired = DesiredState()
        for policy in declarations.policies:
            self._lay_policy(policy)
        for role in declarations.roles:
            self._lay_role(role)
        for attachment in declarations.attachments:
            self._lay_attachment(attachment)
        for trust in declarations.trust_statements:
            self._lay_trust(trust)

    def _lay_policy(self, declared: PolicyDeclaration) -> None:
        key = declared.name.lower()
        there = self.state.policies.get(key)
        if not declared.present:
            self.desired.policies[key] = None
            return
        if there is None:
            if declared.document is None:
                self._problem(declared.place, "policy", "missing; a policy that does not exist yet needs its document")
                return
            arn = self.resolver.arn_of_declared(declared)
            new = ManagedPolicy(declared.name, declared.path or "/", arn, declared.document, declared.description or "")
            self.desired.policies[key] = applied_policy(new, declared)
            return
        self._adopted("policy", declared.name, declared.path, there.name, there.path)
        if declared.description is not None and declared.description != there.description:
            self.desired.warnings.append(
                f"policy {there.name} keeps its description: IAM cannot change it without deleting the policy"
            )
        if declared.only_version:
            self.desired.only_version.add(key)
        self.desired.policies[key] = applied_policy(there, declared)

    def _lay_role(self, declared: RoleDeclaration) -> None:
        there = self.state.role(declared.name)
        if not declared.present:
            self.desired.identities[declared.key] = None
            return
        if declared.quarantine is not None:
            self._lay_quarantine(declared, there)
            return
        if there is None and declared.trust is None:
            self._problem(
                declared.place,
                "assume_role_policy_document",
                "missing; a role that does not exist yet needs its trust policy",
            )
            return
        if there is not None:
            self._adopted("role", declared.name, declared.path, there.name, there.path)
        self.desired.identities[declared.key] = self._role_as_declared(declared, there)

    def _role_as_declared(self, declared: RoleDeclaration, there: Role | None) -> Role:
        path = declared.path or "/"
        arn = self.state.account.arn("role", path, declared.name)
        recorded = declared.key in self.state.quarantines
        base = released(there, recorded=recorded) if there else Role("role", declared.name, path, arn)
        by_arns = role_by_arns(declared, self._arns_for(there))
        after = applied_role(base, by_arns)
        staying = after.managed.difference(by_arns.managed or ())
        self._warn_of_namesakes(base, declared.managed or (), staying)
        if there is not None and any(map(is_denial, staying)):
            after = applied_role(replace(base, tags=there.tags), by_arns)
            self.desired.warnings.append(
                f"role {base.name} stays without permissions: AWSDenyAll is attached, and no record shows that a"
                " quarantine of this collection attached it; its tags are not a record. To fix: give the"
                " backup_dir or record_key of the task that quarantined it, detach it with"
                " iam_policy_attachment, or set managed_policies"
            )
        return after

    def _lay_quarantine(self, declared: RoleDeclaration, there: Role | None) -> None:
        """Other declarations about the role are ignored until it is present again."""
        if there is None or declared.quarantine is None:
            self.desired.identities[declared.key] = None
            return
        self._adopted("role", declared.name, declared.path, there.name, there.path)
        if current_quarantine(there) is not None and not declared.quarantine.anew:
            self.desired.identities[declared.key] = there
            return
        if is_denied(there) and there.key not in self.state.quarantines:
            self.desired.warnings.append(
                f"role {there.name} already has AWSDenyAll: the end of its quarantine (state: present) detaches it"
                " too, unless managed_policies names it"
            )
        after = quarantined(there, declared.quarantine, self.state.account)
        self.desired.identities[declared.key] = after
        self.desired.quarantined[declared.key] = declared.quarantine
        if current_quarantine(after) is None:
            self.desired.warnings.append(f"role {there.name} has no space for the tags of its quarantine")

    def _lay_attachment(self, declared: AttachmentDeclaration) -> None:
        base = self._current(declared.key)
        if base is None:
            if declared.present:
                self._problem(
                    declared.place, "iam_name", self._why_not_there(declared.key, f"{declared.kind} {declared.name}")
                )
            self.desired.identities.setdefault(declared.key, None)
            return
        held = base.managed
        arns_of = self._arns_for(base) if declared.present else lambda text, place: self.resolver.meant(text, held)
        by_arns = attachment_by_arns(declared, arns_of)
        self._warn_of_namesakes(base, declared.managed, held.difference(by_arns.managed))
        self.desired.identities[declared.key] = applied_attachment(base, by_arns)

    def _lay_trust(self, declared: TrustDeclaration) -> None:
        base = self._current(declared.key)
        if not isinstance(base, Role):
            if declared.present:
                self._problem(declared.place, "name", self._why_not_there(declared.key, f"role {declared.role}"))
            self.desired.identities.setdefault(declared.key, None)
            return
        after = applied_trust(base, declared)
        if not after.trust.statements:
            self._problem(
                declared.place,
                "statements",
                f"would leave the trust policy of role {base.name} empty, which IAM does not allow;"
                " delete the role, or add another statement first",
            )
            return
        self.desired.identities[declared.key] = after

    def _warn_of_namesakes(self, base: Identity, references: tuple[str, ...], staying: frozenset[str]) -> None:
        """Warn of policies that stay attached although they have the name of a policy that is meant."""
        for arn in sorted(staying):
            if any(may_mean(reference, arn) for reference in references):
                other = "the account's own" if is_aws_managed(arn) else "AWS's"
                self.desired.warnings.append(
                    f"{base.kind} {base.name} keeps {arn}: its name means {other} policy; give the ARN to"
                    " detach this one"
                )

    def _why_not_there(self, key: str, what: str) -> str:
        deleted = key in self.desired.identities and key in self.state.identities
        return f"{what} is to be deleted by the same task" if deleted else f"{what} does not exist; create it first"

    def _current(self, key: str) -> Identity | None:
        if key in self.desired.identities:
            return self.desired.identities[key]
        return self.state.identities.get(key)

    def _arns_for(self, identity: Identity | None) -> ArnsOf:
        """What references mean for an identity, if it exists. A reference without a policy is a problem."""

        def arns_of(reference: str, place: str) -> frozenset[str]:
            answer = self.resolver.resolve(reference, place, identity)
            if isinstance(answer, Problem):
                self.desired.problems.append(answer)
                return frozenset()
            return frozenset({answer})

        return arns_of

    def _adopted(self, kind: str, name: str, path: str | None, actual_name: str, actual_path: str) -> None:
        if name != actual_name:
            self.desired.warnings.append(
                f"{kind} {name} exists as {actual_name} and is adopted under that name:"
                " IAM names are unique regardless of case"
            )
        if path is not None and path != actual_path:
            self.desired.warnings.append(
                f"{kind} {actual_name} stays at path {actual_path}, not {path}:"
                " IAM cannot move it without giving it a new identity"
            )

    def _problem(self, place: str, option: str, message: str) -> None:
        self.desired.problems.append(Problem(within(place, option), message))
