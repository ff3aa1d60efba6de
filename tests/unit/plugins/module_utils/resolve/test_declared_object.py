# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A declaration means one thing: what a converge makes of an object is what an audit compares it with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.profile_drift import as_wanted, drift
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.profile_forms import Form, Profile
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.work import sound_declarations
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.parser import DeclarationParser
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.placeholders import Placeholders
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    CurrentState,
    Identity,
    ManagedPolicy,
    Role,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import (
    DesiredState,
    desired_state_of,
)
from unit.plugins.module_utils.audit.accounts import ACCOUNT, state_of

CASES = yaml.safe_load(Path(__file__).with_name("declared_object.yml").read_text(encoding="utf-8"))


def declared_of(given: dict[str, Any]) -> dict[str, Any]:
    """The declaration with the defaults of iam_baseline."""
    (options,), wrong = sound_declarations([{"service": "deeplens", **given}])
    assert wrong == []
    return options


def form_of(options: dict[str, Any], state: CurrentState, kind: str, name: str) -> Form:
    (form,), problems = Profile("deeplens", "declared", options).forms(state, (kind, name.lower()))
    assert problems == []
    return form


def converged(options: dict[str, Any], state: CurrentState) -> DesiredState:
    return desired_state_of(DeclarationParser(Placeholders(ACCOUNT)).baseline(options), state)


def object_of(kind: str, name: str, identities: Any, policies: Any) -> Identity | ManagedPolicy | None:
    found: Identity | ManagedPolicy | None = (
        policies[name.lower()] if kind == "policy" else identities[f"{kind}/{name.lower()}"]
    )
    return found


def content_of(subject: Identity | ManagedPolicy) -> dict[str, Any]:
    """What of an object a declaration can speak of, in the form of the cases."""
    content: dict[str, Any] = {"name": subject.name, "path": subject.path}
    if isinstance(subject, (Role, ManagedPolicy)):
        content |= {"description": subject.description, "tags": dict(subject.tags)}
    if isinstance(subject, ManagedPolicy):
        return content | {"statements": list(subject.document.statements)}
    content |= {
        "managed": sorted(subject.managed),
        "inline": {name: list(document.statements) for name, document in subject.inline.items()},
        "boundary": subject.boundary,
    }
    if isinstance(subject, Role):
        content |= {"session": subject.max_session_duration, "trust": list(subject.trust.statements)}
    return content


@pytest.mark.parametrize("given", CASES, ids=lambda given: given["case"])
def test_converge_and_audit_agree(given: dict[str, Any]) -> None:
    state, options = state_of(given["account"]), declared_of(given["declared"])
    kind, name = given["object"].split("/")
    subject = object_of(kind, name, state.identities, state.policies)
    assert subject is not None
    form = form_of(options, state, kind, name)
    wanted = as_wanted(form, subject)
    assert sorted(item["place"] for item in drift(form, subject)) == sorted(given["drift"])
    desired = converged(options, state)
    if "problem" in given:
        assert [given["problem"] in problem.message for problem in desired.problems] == [True]
        return
    assert desired.problems == []
    assert wanted == object_of(kind, name, desired.identities, desired.policies)
    if wanted is None:
        assert given["becomes"] is None
        return
    assert {key: content_of(wanted)[key] for key in given["becomes"]} == given["becomes"]
    others = content_of(subject).keys() - given["becomes"].keys()
    assert {key: content_of(wanted)[key] for key in others} == {key: content_of(subject)[key] for key in others}
    assert drift(form, wanted) == []
