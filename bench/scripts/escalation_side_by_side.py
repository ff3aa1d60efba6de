# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds escalation paths with this collection, PMapper and Cloudsplaining in the same accounts, as tables in Markdown.

Usage: escalation_side_by_side.py [--roles 5000] [--policies 1500] [--seconds 120]

It asks for two things: which of the known steps each tool finds, where an identity has just the permissions of one; and
what an audit of a large generated account costs. The others are installed from PyPI into an environment that is deleted
afterwards. A tool that cannot be installed is left out, and one that takes longer than --seconds for the account is
stopped.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from time import process_time
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.audit import audit
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.escalation_facts import StepFacts
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.facts import AuditFacts
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import CurrentState
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import audit_facts
from unit.plugins.module_utils.audit.accounts import state_of
from unit.plugins.module_utils.audit.escalation_accounts import case

from bench.scripts.escalation_account import ACCOUNT, account, listing

ROOT = Path(__file__).resolve().parents[2]
OTHERS = {"pmapper": "principalmapper==1.1.5", "cloudsplaining": "cloudsplaining==0.9.1"}
OURS = "this collection"
WEAK = {"own", "aws", "hacktricks", "pathfinding-lab", "pathfinding-pr"}
WAYS = ("administrator", "attacker")
NAMED = "what they name"
RIGHTS = (NAMED, "everything")


def ours(knowledge: AuditFacts, state: CurrentState) -> list[str]:
    """The resources of those who can become an administrator."""
    return [way["from"] for way in audit(knowledge, state, ["lookout_equipment"]).escalation_paths]


def as_resource(arn: str) -> str:
    return arn.partition(f"::{ACCOUNT.id}:")[2]


def installed(folder: str) -> dict[str, str]:
    """The Python of each tool that PyPI has for this machine."""
    found = {}
    for tool, package in OTHERS.items():
        python = f"{folder}/{tool}/bin/python"
        commands = (
            ["uv", "venv", "-q", f"{folder}/{tool}"],
            ["uv", "pip", "install", "-q", "--python", python, package],
        )
        if all(subprocess.run(command, check=False).returncode == 0 for command in commands):
            found[tool] = python
        else:
            print(f"{tool} cannot be installed", file=sys.stderr)
    return found


def asked(
    tool: str, python: str, accounts: list[dict[str, Any]], seconds: float | None = None
) -> list[list[str]] | None:
    """What a tool says of each account; None if it takes too long."""
    command = [python, str(ROOT / "bench" / "scripts" / "escalation_others.py"), tool]
    try:
        done = subprocess.run(
            command, input=json.dumps(accounts), capture_output=True, text=True, check=True, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        return None
    return [[as_resource(arn) for arn in json.loads(line)] for line in done.stdout.splitlines()]


def steps(knowledge: AuditFacts, tools: dict[str, str]) -> Iterator[str]:
    """How many steps each tool finds, by where the step is known from."""
    rows = knowledge.escalation.steps
    cases = [
        (row, (who, rights), *case(row, who, named=rights == NAMED))
        for row in rows
        for who in WAYS
        for rights in RIGHTS
    ]
    states = [state_of(given) for _row, _way, given, _start, _goal in cases]
    found = {OURS: [ours(knowledge, state) for state in states]}
    for tool, python in tools.items():
        found[tool] = asked(tool, python, [listing(state) for state in states]) or []
    yield f"| steps known to | of the service | rights on | number | {' | '.join(found)} |"
    yield f"|---|---|---|---:|{'---:|' * len(found)}"
    groups: dict[str, Callable[[StepFacts], bool]] = {
        "other tools": lambda row: not WEAK.issuperset(row.sources) and row.category != "credential-access",
        "iam-vulnerable": lambda row: "iam-vulnerable" in row.sources,
        "PMapper": lambda row: "pmapper" in row.sources,
        "Cloudsplaining": lambda row: "cloudsplaining" in row.sources,
        "this collection": lambda row: True,
    }
    for name, belongs in groups.items():
        for way in product(WAYS, RIGHTS):
            places = [index for index, one in enumerate(cases) if one[1] == way and belongs(one[0])]
            told = [sum(cases[index][3] in results[index] for index in places) for results in found.values()]
            yield f"| {name} | the {way[0]} | {way[1]} | {len(places)} | {' | '.join(map(str, told))} |"


def costs(options: argparse.Namespace, tools: dict[str, str]) -> Iterator[str]:
    """What a large account costs. A process of its own measures each."""
    yield "| tool | CPU-seconds | MB added | can become administrators |"
    yield "|---|---:|---:|---:|"
    command = [sys.executable, "-m", "bench.scripts.escalation_side_by_side", "--measure"]
    sizes = ["--roles", str(options.roles), "--policies", str(options.policies)]
    done = subprocess.run([*command, *sizes], cwd=ROOT, check=True, capture_output=True, text=True)
    yield f"| {OURS} | {' | '.join(done.stdout.split())} |"
    whole = [listing(account(options.roles, options.policies))]
    for tool, python in tools.items():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        found = asked(tool, python, whole, options.seconds)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        told = "stopped" if found is None else str(len(found[0]))
        yield f"| {tool} | {spent:.1f} | not measured | {told} |"


def measure(options: argparse.Namespace) -> None:
    knowledge = AuditFacts.parse(audit_facts())
    state = account(options.roles, options.policies)
    held, begin = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, process_time()
    result = audit(knowledge, state, list(knowledge.traces))
    spent = process_time() - begin
    added = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) / 1024
    print(f"{spent:.1f} {added:.0f} {len({way['from'] for way in result.escalation_paths})}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--roles", type=int, default=5_000)
    parser.add_argument("--policies", type=int, default=1_500)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--measure", action="store_true", help="only the cost of this collection, as three numbers")
    options = parser.parse_args()
    if options.measure:
        measure(options)
        return
    with tempfile.TemporaryDirectory() as folder:
        tools = installed(folder)
        print("# Escalation paths, side by side\n\n## Which steps are found\n")
        print("\n".join(steps(AuditFacts.parse(audit_facts()), tools)), flush=True)
        print(f"\n## An account of {options.roles} roles and {options.policies} policies\n")
        print("\n".join(costs(options, tools)))


if __name__ == "__main__":
    main()
