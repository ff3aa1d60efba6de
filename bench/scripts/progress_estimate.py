# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the time that the lines of the callback `progress` estimate with the time that the run really took.

Usage: progress_estimate.py [--accounts 60] [--latency 0.2] [--forks 5 20]

The accounts are of different size, and have leftovers of ended services and declared ones. Runs audit, site, retire and
restore, and prints for each line of a run its second, the seconds to go that it says, and the seconds that it took. The
worst error from a fifth of the run on is relative to what was left. Lines that name the last accounts instead of a time
are left out, and so are the last three seconds, where a second is a third.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from local_aws import LocalAws

COLLECTION = "aws_ml.permissions"
AWS_POLICY = "arn:aws:iam::aws:policy/service-role/AWSDeepLensServiceRolePolicy"
SAID = re.compile(r"about (?:(\d+) min)? ?(?:(\d+) s)? ?to go")
NOTHING_TO_SAY = 3.0
"""Seconds before the end."""
RUNS = (
    ("audit", ()),
    ("site", ()),
    ("retire", ("-e", '{"aws_ml_retire_allow": ["too_young", "declared_present"]}')),
    ("restore", ("-e", "aws_ml_restore_src=aws_ml_backups")),
)


class Line(NamedTuple):
    second: float
    said: float


def trusting(service: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def prepare(aws: LocalAws, folder: Path) -> Path:
    """Write the inventory. Every account has a leftover, each third 60 roles more, and each second another service."""
    hosts = {}
    for number, member in enumerate(aws.members):
        role = {"path": "/service-role/", "trust": trusting("deeplens.amazonaws.com"), "managed_policies": [AWS_POLICY]}
        aws.seed(member["id"], role={"name": "AWSDeepLensServiceRole", **role})
        for other in range(60 if number % 3 == 0 else 0):
            aws.seed(member["id"], role={"name": f"other-{other}", "trust": trusting("lambda.amazonaws.com")})
        hosts[member["name"]] = {
            "aws_account_id": member["id"],
            "aws_assume_role_arn": member["role_arn"],
            "aws_ml_services": ["deeplens", "panorama"] if number % 2 else ["deeplens"],
        }
    inventory = folder / "inventory.json"
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    return inventory


def lines_of(command: Sequence[str], environment: dict[str, str], folder: Path) -> tuple[list[Line], float]:
    """The lines with an estimate, and how long the run took, without Ansible's own start."""
    found: list[Line] = []
    began = last = None
    with subprocess.Popen(
        command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        for line in process.stdout or ():
            last = time.monotonic()
            began = last if began is None and line.startswith("TASK") else began
            said = SAID.search(line)
            if said and began is not None:
                found.append(Line(last - began, 60 * int(said.group(1) or 0) + int(said.group(2) or 0)))
    return found, (last or 0) - (began or 0)


def errors(found: Sequence[Line], took: float) -> Iterator[float]:
    for line in found:
        left = took - line.second
        if line.second >= took / 5 and left >= NOTHING_TO_SAY:
            yield abs(line.said - left) / left


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=60)
    parser.add_argument("--latency", type=float, default=0.2, help="seconds of each call")
    parser.add_argument("--forks", type=int, nargs="+", default=[5, 20])
    asked = parser.parse_args()
    for forks in asked.forks:
        with tempfile.TemporaryDirectory() as name, LocalAws(members=asked.accounts) as aws:
            folder = Path(name)
            inventory = prepare(aws, folder)
            aws.set(latency=asked.latency)
            shown = {"ANSIBLE_CALLBACKS_ENABLED": f"{COLLECTION}.progress", "ANSIBLE_AWS_ML_PROGRESS_INTERVAL": "1"}
            environment = {**os.environ, **aws.environment(), **shown, "COLUMNS": "300"}
            program = str(Path(sys.executable).with_name("ansible-playbook"))
            for playbook, options in RUNS:
                command = [program, "-i", str(inventory), "-f", str(forks), f"{COLLECTION}.{playbook}", *options]
                found, took = lines_of(command, environment, folder)
                print(f"{playbook}, {asked.accounts} accounts, {forks} forks: {took:.1f} s")
                for line in found:
                    print(f"  at {line.second:5.1f} s: {line.said:3.0f} s to go, were {took - line.second:5.1f} s")
                print(f"  worst error from a fifth on: {max(errors(found, took), default=0):.0%}", flush=True)


if __name__ == "__main__":
    main()
