# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads many accounts with the calls of an audit, boto3 and threads, and counts the objects: the minimum for an audit.

Usage: reading.py ACCOUNTS.json

It asks for the tags of every customer managed policy, an audit only of those that the guides created: in an account
with others, this script would make more calls.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3

from bench.scripts.floor import THREADS, client, entered, listing

KINDS = {"UserDetailList": "users", "GroupDetailList": "groups", "RoleDetailList": "roles", "Policies": "policies"}
FILTER = ["User", "Group", "Role", "LocalManagedPolicy"]


def read(iam: Any, calls: ThreadPoolExecutor) -> Counter[str]:
    """The number of objects of each kind, of listed roles, and of tags of policies."""
    details = calls.submit(listing, iam.get_account_authorization_details, "", Filter=FILTER)
    roles = calls.submit(listing, iam.list_roles, "Roles")
    found: Counter[str] = Counter()
    policies: list[str] = []
    for page in details.result():
        found.update({kind: len(page[key]) for key, kind in KINDS.items()})
        policies += [policy["Arn"] for policy in page["Policies"]]
    tags = calls.map(lambda arn: iam.list_policy_tags(PolicyArn=arn)["Tags"], policies)
    found["listed"] = len(roles.result())
    found["tags"] = sum(len(listed) for listed in tags)
    return found


def main() -> None:
    places = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    session = boto3.Session()
    sts = client(session, "sts", {})
    with ThreadPoolExecutor(THREADS) as calls, ThreadPoolExecutor(THREADS) as accounts:
        counted = accounts.map(lambda place: read(entered(session, sts, place), calls), places)
        for place, found in zip(places, counted, strict=True):
            print(place["account_id"], ", ".join(f"{number} {kind}" for kind, number in found.items()))


if __name__ == "__main__":
    main()
