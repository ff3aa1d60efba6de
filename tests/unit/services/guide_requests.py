# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of guide_calls/*.yml as requests for iam-simulate, with the documents of who makes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import Declarations
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from iam_simulate import Simulation
from moto.iam.aws_managed_policies import aws_managed_policies_data

from .variants import ACCOUNT, declarations, options_of

STRANGER = "999999999999"
_OF_AWS: dict[str, Any] = json.loads(aws_managed_policies_data)
_ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_FOLDER = Path(__file__).parent / "guide_calls"
TABLES: dict[str, dict[str, Any]] = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(_FOLDER.glob("*.yml"))
}


@dataclass(frozen=True)
class Request:
    """A call: `context` holds its condition keys, `owner` the account that the resource belongs to."""

    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = ()
    owner: str = ACCOUNT.id

    def __str__(self) -> str:
        keys = [f"{key}={value}" for key, value in self.context]
        owner = [f"of {self.owner}"] if self.owner != ACCOUNT.id else []
        return " ".join([self.action, self.resource, *keys, *owner])

    def with_context(self, key: str, value: str | None) -> Request:
        """The request with another value of a key, or without the key."""
        others = {one: text for one, text in self.context if one != key}
        return replace(self, context=tuple({**others, **({} if value is None else {key: value})}.items()))


@dataclass(frozen=True)
class Case:
    """An identity of a variant and what it must be allowed to."""

    role: str
    variant: str
    identity: str
    needed: tuple[Request, ...]

    def __str__(self) -> str:
        return f"{self.role} {self.variant} {self.identity}"

    @property
    def is_narrow(self) -> bool:
        return self.variant.startswith("least_privilege")


@dataclass(frozen=True)
class Entry:
    """Who enters a role of a variant. `request` has the keys that come with it."""

    role: str
    variant: str
    identity: str
    by: str
    request: Request

    def __str__(self) -> str:
        return f"{self.role} {self.variant} {self.identity} by {self.by}"

    @property
    def is_narrow(self) -> bool:
        return self.variant.startswith("least_privilege")


def parsed(call: str) -> Request:
    """A call as it is written: action, ARN, condition keys."""
    action, resource, *pairs = call.split()
    context = dict(pair.split("=", 1) for pair in pairs)
    fields = resource.split(":")
    in_arn = fields[4] if len(fields) > 4 and fields[4] else ACCOUNT.id
    owner = context.pop("aws:ResourceAccount", in_arn)
    return Request(action, resource, tuple(context.items()), owner)


def cases() -> list[Case]:
    """Every identity of every variant once, with all its calls."""
    found: dict[tuple[str, str, str], list[Request]] = {}
    for role, table in TABLES.items():
        for guide in table["guides"]:
            for variant, identity in guide["identities"].items():
                calls = [parsed(call.format_map(_values(role, variant))) for call in guide["calls"]]
                found.setdefault((role, variant, identity), []).extend(calls)
    return [Case(*who, tuple(dict.fromkeys(needed))) for who, needed in found.items()]


def entries() -> list[Entry]:
    return [
        Entry(role, variant, identity, entry["by"].format_map(values), _entering(entry, identity, values))
        for role, table in TABLES.items()
        for entry in table["trust"]
        for variant, identity in entry["identities"].items()
        for values in [_values(role, variant)]
    ]


def _entering(entry: Mapping[str, Any], identity: str, values: Mapping[str, str]) -> Request:
    keys = entry.get("with", "").format_map(values)
    return parsed(f"sts:AssumeRole arn:aws:iam::{ACCOUNT.id}:{identity} {keys}")


def _values(role: str, variant: str) -> dict[str, str]:
    values: dict[str, dict[str, str]] = TABLES[role].get("values", {})
    return {**values.get("default", {}), **values.get(variant, {})}


@cache
def _declared(role: str, variant: str) -> Declarations:
    return declarations(options_of(role, variant))


@cache
def held(role: str, variant: str, identity: str) -> tuple[dict[str, Any], ...]:
    """The documents that an identity has when a variant was declared."""
    declaration = _declared(role, variant)
    kind, _unused, name = identity.partition("/")
    own = {policy.name: policy.document for policy in declaration.policies if policy.present}
    documents: list[PolicyDocument | None] = []
    names: list[str] = []
    for declared in declaration.roles:
        if kind == "role" and declared.name == name and declared.present:
            documents += (declared.inline or {}).values()
            names += declared.managed or ()
    for attachment in declaration.attachments:
        if (attachment.kind, attachment.name, attachment.present) == (kind, name, True):
            documents += attachment.inline.values()
            names += attachment.managed
    found = [json.loads(document.text) for document in documents if document is not None]
    for short in (reference.rpartition("/")[2] for reference in names):
        document = own.get(short)
        found.append(json.loads(document.text) if document else _OF_AWS[short]["Document"])
    assert found, f"{identity} has no policies"
    return tuple(found)


@cache
def trust_of(role: str, variant: str, identity: str) -> dict[str, Any]:
    """The trust policy of a role, or the statements that are added to that of a role of another owner."""
    name = identity.removeprefix("role/")
    declaration = _declared(role, variant)
    for declared in declaration.roles:
        if declared.name == name and declared.trust is not None:
            found: dict[str, Any] = json.loads(declared.trust.text)
            return found
    (added,) = [one for one in declaration.trust_statements if one.role == name and one.present]
    document: dict[str, Any] = json.loads(
        PolicyDocument({"Version": "2012-10-17", "Statement": list(added.statements)}).text
    )
    return document


def simulated(case: Case, request: Request) -> Simulation:
    """A request with the caller's policies; another account that owns the resource trusts everyone, so that these
    policies decide.
    """
    simulation = _simulation(f"arn:aws:iam::{ACCOUNT.id}:role/caller", request)
    documents = held(case.role, case.variant, case.identity)
    simulation["identityPolicies"] = [{"name": str(place), "policy": one} for place, one in enumerate(documents)]
    # The usual policy of a key leaves it to the policies of its account, and so may the trust policy of a role.
    left_to_account = request.action == "sts:AssumeRole" or request.action.startswith("kms:")
    let_in = "*" if request.owner != ACCOUNT.id else f"arn:aws:iam::{request.owner}:root" if left_to_account else None
    if let_in:
        statement = {"Effect": "Allow", "Principal": {"AWS": let_in}, "Action": "*", "Resource": "*"}
        simulation["resourcePolicy"] = {"Version": "2012-10-17", "Statement": [statement]}
    return simulation


def simulated_entry(entry: Entry, by: str, request: Request) -> Simulation:
    """Somebody enters a role; who is no service may do so by his own policies, so that the trust policy decides."""
    simulation = _simulation(by, request)
    simulation["identityPolicies"] = [{"name": "all", "policy": _ALLOW_ALL}] if by.startswith("arn:") else []
    simulation["resourcePolicy"] = trust_of(entry.role, entry.variant, entry.identity)
    return simulation


def _simulation(principal: str, request: Request) -> Simulation:
    return {
        "request": {
            "principal": principal,
            "action": request.action,
            "resource": {"resource": request.resource, "accountId": request.owner},
            "contextVariables": {"aws:ResourceAccount": request.owner, **dict(request.context)},
        },
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    }


def strangers(request: Request) -> Iterator[Request]:
    """The same call about the same object of another account."""
    if request.resource != "*":
        fields = request.resource.split(":", 5)
        elsewhere = ":".join([*fields[:4], STRANGER if fields[4] else "", *fields[5:]])
        yield replace(request, resource=elsewhere, owner=STRANGER)
