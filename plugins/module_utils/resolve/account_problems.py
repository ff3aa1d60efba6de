# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What IAM would refuse because of the state of the account, quotas included, found before the first write. Pure.

Sources: FACTS A0 (policies of service-linked roles), C1 (quotas), C3 and C4 (principals), C5 (protected roles,
deletion).

A play can create a policy in one task and attach it in the next. It has to pass in check mode too, although the policy
does not exist. So an object that is missing in the account itself is assumed to be created by an earlier task, and each
such assumption is reported. What looks like a mistake (a wrong path, a similar name) stays an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..declare.parser import within
from ..declare.policy_references import is_for_service_linked_roles, policy_references
from ..errors import Problem
from ..limits import MAXIMUM_TAGS, Quotas
from ..model import CurrentState, Declarations, Identity, ManagedPolicy, Role, identity_key
from ..policy.document import PolicyDocument, is_principal_id, principals
from ..policy.statement import canonical_statement
from ..policy.trust_policy import ROLE_OR_USER
from ..validate.principal import provider_refusals
from .desired_state import DesiredState
from .policy_arns import Resolver


def state_problems(declarations: Declarations, state: CurrentState, desired: DesiredState) -> list[Problem]:
    """Every reason why the desired state cannot be reached in this account, except for quotas."""
    found = list(desired.problems)
    places = {attachment.key: within(attachment.place, "iam_name") for attachment in declarations.attachments}
    places.update({trust.key: within(trust.place, "name") for trust in declarations.trust_statements})
    places.update({role.key: within(role.place, "name") for role in declarations.roles})
    for key in declarations.identity_keys():
        found += _protected_problems(state.identities.get(key), desired.identities.get(key), places[key])
    found += _service_role_policy_problems(declarations, state, desired)
    for key, after in desired.identities.items():
        before = state.identities.get(key)
        if isinstance(after, Role) and not (isinstance(before, Role) and before.trust == after.trust):
            found += _principal_problems(after, declarations, state, desired)
    for policy in declarations.policies:
        there = state.policies.get(policy.name.lower())
        if not policy.present and there is not None:
            found += _still_used_problems(there, state, desired, within(policy.place, "name"))
    return found


def trust_policy_place(declarations: Declarations, key: str) -> str:
    """Where the trust policy of a role is declared."""
    for role in declarations.roles:
        if role.key == key and role.trust is not None:
            return within(role.place, "assume_role_policy_document")
    place = next((trust.place for trust in declarations.trust_statements if trust.key == key), "")
    return within(place, "statements")


def _protected_problems(before: Identity | None, after: Identity | None, place: str) -> Iterator[Problem]:
    if not isinstance(before, Role) or before == after:
        return
    if before.path.startswith("/aws-service-role/"):
        yield Problem(place, f"{before.name} is a service-linked role; only its service can change it, leave it out")
    elif before.path.startswith("/aws-reserved/"):
        yield Problem(place, f"{before.name} is reserved for AWS (path {before.path}), leave it out")
    elif before.source_template:
        yield Problem(
            place,
            f"{before.name} was created from role template {before.source_template} and is managed there, leave it out",
        )


def _service_role_policy_problems(
    declarations: Declarations, state: CurrentState, desired: DesiredState
) -> Iterator[Problem]:
    names = {arn.rpartition("/")[2]: arn for arn in _newly_attached(state, desired) if is_for_service_linked_roles(arn)}
    for reference in policy_references(declarations):
        arn = names.get(reference.name)
        if arn is not None:
            yield Problem(reference.place, f"{arn} can be attached only to a service-linked role")


def _newly_attached(state: CurrentState, desired: DesiredState) -> Iterator[str]:
    for key, after in desired.identities.items():
        before = state.identities.get(key)
        if after is not None:
            yield from after.managed - (before.managed if before else frozenset())
            if after.boundary and (before is None or before.boundary != after.boundary):
                yield after.boundary


def _principal_problems(
    role: Role, declarations: Declarations, state: CurrentState, desired: DesiredState
) -> Iterator[Problem]:
    """IAM checks all statements when one changes, including statements that it accepted under older rules."""
    policy = trust_policy_place(declarations, role.key)
    for index, statement in enumerate(role.trust.statements):
        place = _statement_place(declarations, role.key, statement) or f"{policy}.Statement[{index}]"
        for refusal in provider_refusals(statement):
            yield Problem(
                policy,
                f"statement {index} of the trust policy of role {role.name} must be changed or removed first:"
                f" {refusal}",
            )
        for kind, value in principals(statement):
            if kind == "AWS" and is_principal_id(value):
                yield Problem(
                    policy,
                    f"statement {index} of the trust policy of role {role.name} names {value}, the id of a role or user"
                    " that was deleted, and IAM does not accept it again: remove that statement first"
                    " (iam_trust_statement with state: absent), or declare the whole trust policy",
                )
                continue
            refused = _refusal(value, role, state, desired) if kind == "AWS" else None
            if refused:
                missing = value if state.missing_principals.get(value, "") is None else ""
                yield Problem(f"{place}.Principal.AWS", refused, missing)


def _statement_place(declarations: Declarations, key: str, statement: Mapping[str, Any]) -> str | None:
    """The place of a statement of a trust policy in `trust_statements`, None if it is not from there."""
    content = canonical_statement(statement)
    for trust in declarations.trust_statements:
        for index, declared in enumerate(trust.statements if trust.key == key else ()):
            if canonical_statement(declared) == content:
                return f"{within(trust.place, 'statements')}[{index}]"
    return None


def _refusal(value: str, role: Role, state: CurrentState, desired: DesiredState) -> str | None:
    """Why IAM would refuse an AWS principal in the trust policy of a role of this account."""
    account = state.account
    if value.startswith("arn:") and value.split(":")[1] != account.partition:
        return f"{value} is of partition {value.split(':')[1]}, but account {account.id} is in {account.partition}"
    found = ROLE_OR_USER.fullmatch(value)
    if found is None or found.group(1) != account.id:
        return None
    kind, key = found.group(2), identity_key(found.group(2), found.group(4))
    known = desired.identities.get(key) or state.identities.get(key)
    if key in desired.identities and desired.identities[key] is None and kind == "role":
        return f"{value} is a principal of role {role.name} but is to be deleted by the same task"
    actual = known.arn if known is not None else state.missing_principals.get(value)
    if actual is not None and actual != value:
        return f"principal {value} does not exist; did you mean {actual}?"
    if actual is None and value in state.missing_principals:
        return f"principal {value} does not exist; create that {kind} first"
    return None


def _still_used_problems(
    policy: ManagedPolicy, state: CurrentState, desired: DesiredState, place: str
) -> Iterator[Problem]:
    users = set(state.policy_users.get(policy.arn, ()))
    freed = {key for key in users if key in desired.identities and not _uses(desired.identities[key], policy.arn)}
    if users - freed:
        yield Problem(
            place,
            f"policy {policy.name} is still used by {', '.join(sorted(users - freed))};"
            " detach it there (iam_policy_attachment with state: absent), or remove the boundary, first",
        )


def _uses(identity: Identity | None, arn: str) -> bool:
    return identity is not None and (arn in identity.managed or identity.boundary == arn)


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


def with_assumed_objects(declarations: Declarations, state: CurrentState) -> tuple[CurrentState, list[str]]:
    """The state with the objects that the declarations need and the account lacks, and a warning for each of them."""
    warnings: list[str] = []
    identities = dict(state.identities)
    declared = {role.key for role in declarations.roles}
    for attachment in declarations.attachments:
        if attachment.present and attachment.key not in identities and attachment.key not in declared:
            arn = state.account.arn(attachment.kind, "/", attachment.name)
            made = Role if attachment.kind == "role" else Identity
            identities[attachment.key] = made(kind=attachment.kind, name=attachment.name, path="/", arn=arn)
            warnings.append(_assumed_to_exist(f"{attachment.kind} {attachment.name}"))
    for trust in declarations.trust_statements:
        if trust.present and trust.key not in identities and trust.key not in declared:
            arn = state.account.arn("role", "/", trust.role)
            identities[trust.key] = Role(kind="role", name=trust.role, path="/", arn=arn)
            warnings.append(_assumed_to_exist(f"role {trust.role}"))
    policies = dict(state.policies)
    resolver = Resolver.of(declarations, state)
    for reference in policy_references(declarations):
        if not reference.wanted:
            continue
        answer = resolver.resolve(reference.text, reference.place, state.identities.get(reference.identity))
        if isinstance(answer, Problem) and answer.missing_arn and reference.name.lower() not in policies:
            path = answer.missing_arn.partition(":policy")[2].removesuffix(reference.name)
            policies[reference.name.lower()] = ManagedPolicy(
                reference.name, path, answer.missing_arn, PolicyDocument({"Version": "2012-10-17", "Statement": []})
            )
            warnings.append(_assumed_to_exist(f"policy {reference.name}"))
    return replace(state, identities=identities, policies=policies), warnings


def foreseeable(problems: Iterable[Problem]) -> tuple[list[Problem], list[str]]:
    """The problems that stay in check mode, and warnings for those about objects that may exist by then."""
    stay: list[Problem] = []
    warnings: list[str] = []
    for problem in problems:
        if problem.missing_arn:
            warnings.append(_assumed_to_exist(problem.missing_arn))
        else:
            stay.append(problem)
    return stay, warnings


def _assumed_to_exist(what: str) -> str:
    return f"{what} does not exist; because nothing is written, it is assumed to be created by an earlier task"
