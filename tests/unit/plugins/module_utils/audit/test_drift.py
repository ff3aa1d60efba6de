# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How what is found differs from profiles and declarations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.profile_drift import as_wanted, drift
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.result import shown
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.work import sound_declarations
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import catalogue
from unit.services.accounts import converged, ground
from unit.services.declarations import SERVICE_ROLES, declared, problems
from unit.services.variants import VARIANTS, options_of

from .accounts import KNOWLEDGE, audited, state_of
from .accounts import audit as audit_of

CASES = yaml.safe_load(Path(__file__).with_name("drift.yml").read_text(encoding="utf-8"))


def declarations(given: list[dict[str, Any]]) -> list[Any]:
    sound, wrong = sound_declarations(given)
    assert wrong == []
    return sound


@pytest.mark.parametrize("given", CASES, ids=lambda given: given["case"])
def test_drift(given: dict[str, Any]) -> None:
    result = audited(given["account"], declarations(given.get("declared", [])))
    one = next(one for one in result.objects if one.resource == given["object"])
    assert {item["place"]: [item["expected"], item["actual"]] for item in one.drift} == given["drift"]
    assert (one.profile, one.status) == (given["profile"], "drifted" if given["drift"] else "in_sync")
    told = shown(KNOWLEDGE.knowledge, one, diff_mode=True)
    assert ("diff" in told) == bool(given["drift"])
    if one.form is not None and one.subject is not None and "name" not in given["drift"]:
        mended = as_wanted(one.form, one.subject)
        assert (mended is None) == ("state" in given["drift"])
        assert mended is None or drift(one.form, mended) == []
        if given.get("keeps"):
            assert mended is not None and one.subject.managed < mended.managed
            assert (mended.inline, mended.tags) == (one.subject.inline, one.subject.tags)
        assert not given["drift"] or told["diff"]["before"] != told["diff"]["after"]


@pytest.mark.parametrize("role", SERVICE_ROLES)
@pytest.mark.parametrize("profile", ["documented", "least_privilege"])
def test_what_a_role_converges_is_in_sync_with_its_declaration(role: str, profile: str) -> None:
    """Whatever its variables, an account that was converged just now has drifted nowhere, and nothing is missing."""
    service = role.removesuffix("_iam")
    for variant in (name for name in VARIANTS[role] if name.startswith(profile)):
        options = options_of(role, variant)
        goal = converged(options, ground(role)).goal
        sections = ("state", "managed_policies", "roles", "attachments", "trust_statements")
        declared = [{"service": service, **{key: options[key] for key in sections}}]
        result = audit_of(KNOWLEDGE, goal, [service], declared)
        wrong = [(one.resource, one.drift) for one in result.objects if one.profile == "declared" and one.drift]
        assert wrong == [], variant
        there = {one.name.lower() for one in result.objects if one.subject}
        wanted = {item["name"].lower() for item in options["roles"] if item["state"] == "present"}
        assert wanted <= there, variant
        assert {one.status for one in result.objects if one.profile == "declared"} <= {"in_sync"}, variant


def test_an_empty_account_lacks_what_the_documented_profiles_name() -> None:
    absent = audited({}).objects
    named = {
        (service.name, item["name"])
        for service in catalogue().values()
        for sample in service.samples
        if not problems(f"{service.name}_iam", **sample)  # it has nothing without people
        for section, items in declared(f"{service.name}_iam", **sample).items()
        for item in items
        if section in ("roles", "managed_policies") and item.get("state") != "absent"
    }
    assert {one.status for one in absent} == {"absent"}
    assert sorted((one.service, one.name) for one in absent) == sorted(named)
    assert {one.profile for one in absent} == {"documented"}


def test_a_declared_object_that_is_absent_is_reported_once() -> None:
    trust = {"Version": "2012-10-17", "Statement": []}
    roles = [
        {"name": "l4e-role", "assume_role_policy_document": trust},
        {"name": "mine"},
        {"name": "no", "state": "absent"},
    ]
    result = audited({}, [{"service": "lookout_equipment", "roles": roles}], ["lookout_equipment"])
    assert [(one.name, one.profile) for one in result.objects] == [("l4e-role", "declared"), ("mine", "declared")]


def test_what_is_declared_absent_and_is_absent_is_not_reported() -> None:
    declared = {"service": "lookout_equipment", "state": "absent", "roles": [{"name": "mine"}]}
    assert [one.name for one in audited({}, [declared], ["lookout_equipment"]).objects] == ["l4e-role"]


def test_what_declared_holds_is_checked_with_its_place() -> None:
    wrong = {"service": "deeplens", "roles": [{"name": "a b", "assume_role_policy_document": {"Statement": "x"}}]}
    _declared, problems = sound_declarations([{"service": "panorama", "roles": [{}]}, wrong])
    assert {problem.place.partition(":")[0] for problem in problems} == {"deeplens", "panorama"}
    assert any(problem.place == "deeplens: role/a b.name" for problem in problems)


def test_the_state_is_not_changed_by_comparing() -> None:
    account = CASES[0]["account"]
    assert audited(account) == audited(account)
    assert state_of(account) == state_of(account)
