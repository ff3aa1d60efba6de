# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds of every service and all values: no traceback, no hang, and a change of profile leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.declaration import (
    ServiceDeclaration,
    _Evaluation,
    declared,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.service import SECTIONS, ServiceDefinition
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.templates import scopes
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.argument_specs import baseline_options
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import catalogue
from hypothesis import given, settings
from hypothesis import strategies as st
from property_examples import examples

from .generated_values import TEMPLATES, values

pytestmark = pytest.mark.both_generations

SOME = settings(examples(0.3), deadline=2000)

every_service = pytest.mark.parametrize("name", list(catalogue()))


def sections(declaration: ServiceDeclaration) -> dict[str, Any]:
    return {section: getattr(declaration, section) for section in SECTIONS}


@every_service
@SOME
@given(st.data())
def test_any_values_are_a_declaration_or_problems_of_variables(name: str, data: st.DataObject) -> None:
    service = catalogue()[name]
    given_values = data.draw(values(service, wrong=True))
    before = deepcopy(given_values)
    found, problems = declared(service, given_values)
    assert repr(given_values) == repr(before)
    assert (found is None) == bool(problems)
    for problem in problems:
        variable = problem.place.removeprefix(service.prefix).split("[")[0].split(".")[0]
        assert problem.place.startswith(service.prefix) and variable in service.variables, problem
    again, problems_again = declared(service, given_values)
    assert (again, problems_again) == (found, problems)


@every_service
@SOME
@given(st.data())
def test_declarations_are_what_iam_baseline_takes(name: str, data: st.DataObject) -> None:
    service = catalogue()[name]
    found, _problems = declared(service, data.draw(values(service, wrong=False)))
    if found is not None:
        assert ArgumentSpecValidator(baseline_options()).validate(sections(found)).error_messages == []
        json.dumps(sections(found))


@every_service
@SOME
@given(st.data())
def test_what_another_choice_makes_is_absent_unless_the_definition_says_otherwise(
    name: str, data: st.DataObject
) -> None:
    service = catalogue()[name]
    given_values = {**data.draw(values(service, wrong=False)), "state": "present"}
    choices = [name for name, of in service.variables.items() if of.choices and of.type == "str"]
    choice = data.draw(st.sampled_from(choices))
    other_values = {**given_values, choice: data.draw(st.sampled_from(service.variables[choice].choices))}
    one, other = (declared(service, each)[0] for each in (given_values, other_values))
    if one is None or other is None:
        return
    spared = _spared(service, given_values)
    for section in ("roles", "managed_policies"):
        mentioned = {item["name"].lower() for item in getattr(one, section)}
        made = {item["name"].lower() for item in getattr(other, section) if item.get("state") != "absent"}
        assert made <= mentioned | spared
    mentioned_policies = _policies(one, state=None)
    for who, policies in _policies(other, state="present").items():
        assert policies <= mentioned_policies.get(who, set()), who


def _spared(service: ServiceDefinition, given_values: Mapping[str, Any]) -> set[str]:
    """The names of objects of which the definition says when they are to be absent, as `absent_when`."""
    converted = {name: of.value(given_values.get(name), name, []) for name, of in service.variables.items()}
    evaluation = _Evaluation(service, converted, [])
    return {
        one.identity.value(scope)["name"].lower()
        for section in ("roles", "managed_policies")
        for one in evaluation._profile.objects[section]
        if one.absent_when is not None
        for scope in scopes(one.loops, evaluation._values)
    }


def _policies(found: ServiceDeclaration, state: str | None) -> dict[tuple[str, str], set[str]]:
    policies: dict[tuple[str, str], set[str]] = {}
    for item in found.attachments:
        if state is None or item.get("state", "present") == state:
            who = (item["iam_type"], item["iam_name"].lower())
            policies.setdefault(who, set()).update(
                item.get("managed_policies") or (), item.get("inline_policies") or ()
            )
    return policies


@every_service
@SOME
@given(st.data())
def test_absent_leaves_nothing(name: str, data: st.DataObject) -> None:
    service = catalogue()[name]
    given_values = data.draw(values(service, wrong=False))
    found, _problems = declared(service, {**given_values, "state": "absent"})
    if found is not None:
        assert all(item["state"] == "absent" for section in SECTIONS for item in getattr(found, section))


@every_service
@SOME
@given(st.data())
def test_texts_of_a_user_are_never_read(name: str, data: st.DataObject) -> None:
    service = catalogue()[name]
    given_values = data.draw(values(service, wrong=False))
    found, _problems = declared(service, given_values)
    if found is None:
        return
    text = json.dumps(sections(found))
    for wrong in ("x-documented-y", "x-least_privilege-y", "arn:aws:s3:::present", "arn:aws:s3:::absent"):
        assert wrong not in text
    tags = given_values.get("tags")
    for role in found.roles:
        if role.get("state", "present") == "present" and tags is not None:
            assert role["tags"] == tags


def test_templates_are_among_the_generated_texts() -> None:
    assert "x-${profile}-y" in TEMPLATES
