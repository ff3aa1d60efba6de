# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of the accounts of documented examples before they run, and whether their content afterwards is as
documented.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import boto3
from integration.documented_entries import Example
from integration.whole_account import ENTRANCE, create, declared, differences, held

from local_aws import LocalAws

Given = dict[str, dict[str, Any]]


def trust_of(**principal: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": statement}


SOMEBODY = trust_of(Service="ec2.amazonaws.com")
"""The trusted principals of a given role without a trust policy."""


YEARS_AGO = "2021-06-01T00:00:00+00:00"
"""The creation time of given objects. Retire refuses new ones."""


class Accounts:
    """The members of a local AWS, with one SDK session for all of them."""

    def __init__(self, aws: LocalAws) -> None:
        self._aws = aws
        self._keys: dict[str, dict[str, str]] = {}

    @cached_property
    def _session(self) -> boto3.session.Session:
        return boto3.session.Session()

    def keys(self, account: str) -> dict[str, str]:
        """The environment in which a process acts in the account."""
        if account not in self._keys:
            given = self._aws.credentials(account)
            self._keys[account] = {name.upper(): value for name, value in given.items()}
        return self._keys[account]

    def iam(self, account: str) -> Any:
        keys: dict[str, Any] = {name.lower(): value for name, value in self.keys(account).items()}
        return self._session.client("iam", endpoint_url=self._aws.endpoint, region_name="us-east-1", **keys)

    def prepare(self, example: Example) -> None:
        """Create the objects that the example needs, and the roles that it assumes."""
        given: dict[str, Given] = {account: {} for account in (example.account, *example.accounts.values())}
        given.update({str(account): content for account, content in example.entry.get("given_in", {}).items()})
        given[example.account] = {**given[example.account], **example.entry.get("given", {})}
        for account, content in given.items():
            filled = _filled(content, self._entrances(example))
            if any(filled.values()):
                create(self.iam(account), declared(filled, account))
                self._aws.seed(account, all_created=YEARS_AGO)
        for seed in example.entry.get("seeds", []):
            self._aws.seed(example.account, **seed)

    def prepare_management(self, example: Example) -> None:
        """Create the roles that the example assumes in the management account."""
        create(self._aws.client("iam"), declared({"roles": self._entrances(example)}, self._aws.management))

    def _entrances(self, example: Example) -> dict[str, Any]:
        trust = trust_of(AWS=self._aws.management)
        names = example.entrances - {ENTRANCE}
        return {name.rpartition("/")[2]: {"path": _path(name), "trust": trust} for name in names}

    def problems(self, example: Example) -> Iterator[str]:
        """The differences between the account after an example and its entry."""
        if "after" in example.entry or "holds" in example.entry:
            found = held(self.iam(example.account))
            for entrance in example.entrances:
                found["roles"].pop(entrance.rpartition("/")[2], None)
            if "after" in example.entry:
                yield from differences(declared(_filled(example.entry["after"], {}), example.account), found)
            for kind, objects in example.entry.get("holds", {}).items():
                yield from missing(objects, found[kind], kind)


def missing(wanted: Any, found: Any, place: str) -> Iterator[str]:
    """The parts of `wanted` that are not in `found`, which may contain more keys."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key, value in wanted.items():
            if key in found:
                yield from missing(value, found[key], f"{place}.{key}")
            else:
                yield f"{place}.{key}: missing"
    elif wanted != found:
        yield f"{place}: expected {json.dumps(wanted)}, found {json.dumps(found)}"


def _filled(content: Given, entrances: dict[str, Any]) -> Given:
    roles = {name: {"trust": SOMEBODY, **(role or {})} for name, role in content.get("roles", {}).items()}
    return {**content, "roles": {**entrances, **roles}}


def _path(name: str) -> str:
    folder = name.rpartition("/")[0]
    return f"/{folder}/" if folder else "/"
