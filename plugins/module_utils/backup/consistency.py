# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Whether the parts of a backup agree: names, paths and ARNs, the account, and no duplicates. Pure.

A restore creates an object by its name and path and finds it by its ARN. If they disagree, it would write to another
object than the backup shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..declare.policy_references import is_aws_managed
from ..model import Account

_KINDS = {"roles": "role", "users": "user", "groups": "group", "managed_policies": "policy"}


def inconsistencies(document: Mapping[str, Any]) -> Iterator[str]:
    """Every disagreement in a document whose values have the right shape, with its place."""
    account = Account(document["account_id"], document["partition"])
    content = document["content"]
    for section, kind in _KINDS.items():
        for index, entry in enumerate(content[section]):
            yield from _object_problems(entry, account, kind, f"content.{section}[{index}]")
        yield from _twice([entry["name"].lower() for entry in content[section]], f"content.{section}", "name")
    for section in ("aws_managed_policies", "held_policies"):
        for index, entry in enumerate(content[section]):
            yield from _arn_problems(entry["arn"], account, f"content.{section}[{index}].arn")
            if is_aws_managed(entry["arn"]) != (section == "aws_managed_policies"):
                yield f"content.{section}[{index}].arn: {entry['arn']} does not belong in this section"
        yield from _twice([entry["arn"] for entry in content[section]], f"content.{section}", "arn")
    for index, entry in enumerate(content["aws_managed_policies"]):
        if entry["arn"].rpartition("/")[2] != entry["name"]:
            yield f"content.aws_managed_policies[{index}].name: {entry['name']} is not the name in {entry['arn']}"


def _object_problems(entry: Mapping[str, Any], account: Account, kind: str, place: str) -> Iterator[str]:
    wanted = account.arn(kind, entry["path"], entry["name"])
    if entry["arn"] != wanted:
        yield f"{place}.arn: {entry['arn']} is not {wanted}, which account, partition, path and name require"
    left = entry["left"]
    if left is not None:
        for name in ("name", "path", "arn"):
            if left[name] != entry[name]:
                yield f"{place}.left.{name}: {left[name]} is not {entry[name]}, which the object has"
    if kind != "policy":
        for part, where in ((entry, place), (left or {}, f"{place}.left")):
            for index, arn in enumerate(part.get("managed_policies", ())):
                yield from _arn_problems(arn, account, f"{where}.managed_policies[{index}]")
            if part.get("boundary"):
                yield from _arn_problems(part["boundary"], account, f"{where}.boundary")


def _arn_problems(arn: str, account: Account, place: str) -> Iterator[str]:
    """A policy belongs to AWS or to the account, in the account's partition."""
    if not arn.startswith(tuple(f"arn:{account.partition}:iam::{owner}:" for owner in ("aws", account.id))):
        yield f"{place}: {arn} belongs neither to AWS nor to account {account.id}"


def _twice(keys: list[str], section: str, member: str) -> Iterator[str]:
    for index, key in enumerate(keys):
        if key in keys[:index]:
            yield f"{section}[{index}].{member}: the same as in {section}[{keys.index(key)}]"
