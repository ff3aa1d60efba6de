# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audits accounts of growing size in memory, and prints the cost as a table in Markdown. It makes no calls.

Usage: audit_growth.py [ROLES ...]; by default 500 1000 2000 5000 roles

An account has a third as many customer managed policies as roles. Every row runs in its own process, so that its memory
is that of its size alone. Growth is the CPU time divided by that of the smallest size, next to the same ratio for the
roles.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from time import process_time
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.audit import audit
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.facts import AuditFacts
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    Account,
    CurrentState,
    Identity,
    ManagedPolicy,
    Role,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import audit_facts

ACCOUNT = Account("111111111111", "aws")
SIZES = (500, 1_000, 2_000, 5_000)
MAY_PASS_ANY_ROLE = {"Effect": "Allow", "Action": ["iam:PassRole", "lambda:*", "sagemaker:*"], "Resource": "*"}


def document(*statements: dict[str, Any]) -> PolicyDocument:
    return PolicyDocument({"Version": "2012-10-17", "Statement": list(statements)})


def role_arn(number: int) -> str:
    return ACCOUNT.arn("role", "/", f"role{number}")


def policy(number: int) -> ManagedPolicy:
    name = f"policy{number}"
    bucket = {
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject", "logs:*"],
        "Resource": f"arn:aws:s3:::data-{number}/*",
    }
    passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": role_arn(number)}
    return ManagedPolicy(name, "/", ACCOUNT.arn("policy", "/", name), document(bucket, passing))


def role(number: int, attached: str, inline: dict[str, Any]) -> Role:
    service = "lambda.amazonaws.com" if number % 2 else "sagemaker.amazonaws.com"
    trust = document({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})
    return Role(
        "role",
        f"role{number}",
        "/",
        role_arn(number),
        trust=trust,
        inline={"own": document(inline)},
        managed=frozenset([attached]),
    )


def account(roles: int, *, passing: bool) -> CurrentState:
    """An account with a role of a guide that administers IAM, and a user who writes into one role.

    With `passing`, every second role may pass any role to Lambda and SageMaker.
    """
    policies = [policy(number) for number in range(roles // 3)]
    identities: list[Identity] = []
    for number in range(roles):
        reads = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": f"arn:aws:dynamodb:*:*:table/t{number}"}
        inline = MAY_PASS_ANY_ROLE if passing and number % 2 else reads
        identities.append(role(number, policies[number % len(policies)].arn, inline))
    writes = {"Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": role_arn(1)}
    user = Identity("user", "writer", "/", ACCOUNT.arn("user", "/", "writer"), inline={"own": document(writes)})
    guided = Role(
        "role",
        "l4e-role",
        "/",
        ACCOUNT.arn("role", "/", "l4e-role"),
        trust=document(
            {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ),
        managed=frozenset(["arn:aws:iam::aws:policy/IAMFullAccess"]),
    )
    every = [*identities, user, guided]
    return CurrentState(ACCOUNT, {one.key: one for one in every}, {one.name: one for one in policies})


ACCOUNTS: dict[str, Callable[[int], CurrentState]] = {
    "plain roles": lambda roles: account(roles, passing=False),
    "half of the roles may pass any role": lambda roles: account(roles, passing=True),
}


def measure(kind: str, roles: int) -> None:
    """Print the CPU-seconds of one audit, the number of escalation paths, and the MB that the audit added."""
    knowledge = AuditFacts.parse(audit_facts())
    state = ACCOUNTS[kind](roles)
    held, begin = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, process_time()
    result = audit(knowledge, state, list(knowledge.traces))
    spent = process_time() - begin
    added = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held
    print(spent, len(result.escalation_paths), added / 1024)


def table(kind: str, sizes: list[int]) -> None:
    print(f"\n## {kind.capitalize()}\n")
    print("| roles | policies | escalation paths | CPU-seconds | MB added | roles, growth | CPU, growth |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    smallest = 0.0
    for roles in sizes:
        command = [sys.executable, __file__, "--measure", kind, str(roles)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        spent, paths, added = map(float, told)
        smallest = smallest or spent
        print(
            f"| {roles} | {roles // 3} | {paths:.0f} | {spent:.2f} | {added:.0f} "
            f"| {roles / sizes[0]:.1f} | {spent / smallest:.1f} |",
            flush=True,
        )


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], int(sys.argv[3]))
        return
    sizes = [int(size) for size in sys.argv[1:]] or list(SIZES)
    print("# What an audit of one account costs as the account grows")
    for kind in ACCOUNTS:
        table(kind, sizes)


if __name__ == "__main__":
    main()
