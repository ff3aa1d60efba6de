# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What an earlier task would have created if it had not been in check mode. Pure.

A play can create a policy in one task and attach it in the next. It has to pass in check mode too, although the policy
does not exist. So an object that is missing in the account itself is assumed to be created by an earlier task, and each
such assumption is reported. What looks like a mistake (a wrong path, a similar name) stays an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..declare.policy_references import policy_references
from ..errors import Problem
from ..model import CurrentState, Declarations, Identity, ManagedPolicy, Role
from ..policy.document import PolicyDocument
from .policy_arns import Resolver


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
