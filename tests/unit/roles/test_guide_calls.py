# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of guide_calls.yml, judged by an evaluator that others have written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.documents import PolicyDocument
from iam_simulate import IamSimulate, Simulation
from moto.iam.aws_managed_policies import aws_managed_policies_data

from .variants import ACCOUNT, desired, options_of

OTHER = "999999999999"
OF_AWS: dict[str, Any] = json.loads(aws_managed_policies_data)
TABLE: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "guide_calls.yml").read_text(encoding="utf-8"))
CASES = [(guide, variant, identity) for guide in TABLE["guides"] for variant, identity in guide["identities"].items()]
NARROW = [case for case in CASES if case[1].startswith("least_privilege")]


def named(cases: list[tuple[dict[str, Any], str, str]]) -> list[str]:
    return [f"{guide['role']} {variant} {identity}" for guide, variant, identity in cases]


def held(role: str, variant: str, identity: str) -> list[dict[str, Any]]:
    """The documents that an identity has when a variant was declared."""
    declaration = desired(options_of(role, variant))
    kind, _unused, name = identity.partition("/")
    own = {policy.name: policy.document for policy in declaration.policies if policy.present}
    found: list[PolicyDocument | None] = []
    names: list[str] = []
    for declared in declaration.roles:
        if kind == "role" and declared.name == name and declared.present:
            found += (declared.inline or {}).values()
            names += declared.managed or ()
    for attachment in declaration.attachments:
        if (attachment.kind, attachment.name, attachment.present) == (kind, name, True):
            found += attachment.inline.values()
            names += attachment.managed
    documents = [json.loads(document.text) for document in found if document is not None]
    for short in (reference.rpartition("/")[2] for reference in names):
        document = own.get(short)
        documents.append(json.loads(document.text) if document else OF_AWS[short]["Document"])
    assert documents, f"{identity} has no policies"
    return documents


def asked(call: str, documents: list[dict[str, Any]], owner: str = ACCOUNT.id) -> Simulation:
    """A call of the table as a request; an owner elsewhere lets everybody in, so that the caller's policies decide."""
    action, resource, *pairs = call.split()
    context = dict(pair.split("=", 1) for pair in pairs)
    simulation: Simulation = {
        "request": {
            "principal": f"arn:aws:iam::{ACCOUNT.id}:role/caller",
            "action": action,
            "resource": {"resource": resource.replace(f":{ACCOUNT.id}:", f":{owner}:"), "accountId": owner},
            "contextVariables": {"aws:ResourceAccount": owner, **context},
        },
        "identityPolicies": [{"name": str(place), "policy": one} for place, one in enumerate(documents)],
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    }
    # The usual policy of a key leaves it to the policies of its own account.
    let_in = "*" if owner != ACCOUNT.id else f"arn:aws:iam::{owner}:root" if action.startswith("kms:") else None
    if let_in:
        statement = {"Effect": "Allow", "Principal": {"AWS": let_in}, "Action": "*", "Resource": "*"}
        simulation["resourcePolicy"] = {"Version": "2012-10-17", "Statement": [statement]}
    return simulation


def owner_of(call: str) -> str:
    """The account that the ARN of a call names, or that of the example."""
    fields = call.split()[1].split(":")
    return fields[4] if len(fields) > 4 and fields[4] else ACCOUNT.id


@pytest.fixture(scope="module")
def judge() -> Iterator[IamSimulate]:
    with IamSimulate() as running:
        yield running


@pytest.mark.parametrize(("guide", "variant", "identity"), CASES, ids=named(CASES))
def test_what_a_guide_needs_is_allowed(judge: IamSimulate, guide: dict[str, Any], variant: str, identity: str) -> None:
    documents = held(guide["role"], variant, identity)
    answers = judge.allowed([asked(call, documents, owner_of(call)) for call in guide["calls"]])
    assert [call for call, allowed in zip(guide["calls"], answers, strict=True) if not allowed] == []


@pytest.mark.parametrize(("guide", "variant", "identity"), NARROW, ids=named(NARROW))
def test_nothing_reaches_another_account(
    judge: IamSimulate, guide: dict[str, Any], variant: str, identity: str
) -> None:
    documents = held(guide["role"], variant, identity)
    calls = [call for call in guide["calls"] if call.split()[1] != "*"]
    answers = judge.allowed([asked(call, documents, OTHER) for call in calls])
    reached = {call.split()[0] for call, allowed in zip(calls, answers, strict=True) if allowed}
    assert reached == set(guide.get("any_account", ()))


@pytest.mark.parametrize(("guide", "variant", "identity"), NARROW, ids=named(NARROW))
def test_what_is_dangerous_is_refused(judge: IamSimulate, guide: dict[str, Any], variant: str, identity: str) -> None:
    documents = held(guide["role"], variant, identity)
    answers = judge.allowed([asked(call, documents, owner_of(call)) for call in TABLE["dangerous"]])
    allowed = [call for call, answer in zip(TABLE["dangerous"], answers, strict=True) if answer]
    assert allowed == []
