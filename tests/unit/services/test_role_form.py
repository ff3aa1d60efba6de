# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all service roles have in common, and what is found dangerous in what they declare."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.aws_facts import AwsFacts
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import Finding, Severity
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.findings import findings
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.combined_services import CombinedServices
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import desired_state_of
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import aws_facts

from .accounts import ground
from .declarations import ROLES, SERVICE_ROLES, service_declaration, specification
from .variants import CASES, TABLES, VARIANTS, declarations, options_of

ROOT = Path(__file__).resolve().parents[3]
KNOWLEDGE = AwsFacts.parse(aws_facts())
VARIABLE = re.compile(rf"\b(?:{'|'.join(SERVICE_ROLES)})_\w+")

# What FACTS D1 finds in the guides' own set-ups, as far as one service shows it.
DANGERS = {
    (role, variant): {tuple(finding) for finding in told}
    for role, table in TABLES.items()
    for variant, told in table["dangers"].items()
}


def found(role: str, variant: str) -> list[Finding]:
    options = options_of(role, variant)
    state = ground(role)
    declared = declarations(options, state)
    combined = CombinedServices.of([service_data(role, VARIANTS[role][variant])])
    return findings(KNOWLEDGE, declared, state, desired_state_of(declared, state), combined.remedy)


def service_data(role: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """What the controller hands over of a service."""
    return vars(service_declaration(role, variables))


@pytest.mark.parametrize(("role", "variant"), CASES)
def test_every_finding_names_a_variable_that_fixes_it(role: str, variant: str) -> None:
    known = {name for name in SERVICE_ROLES for name in specification(name)}
    for finding in found(role, variant):
        assert finding.code in service_data(role, VARIANTS[role][variant])["remedies"], finding
        named = set(VARIABLE.findall(finding.remedy))
        assert named and named <= known, finding


@pytest.mark.parametrize("role", SERVICE_ROLES)
def test_remedies_are_for_findings_that_there_are(role: str) -> None:
    remedies = service_declaration(role, VARIANTS[role]["documented"]).remedies
    codes = {rule.code for rule in KNOWLEDGE.findings} | {"grants_ended_service"}
    known = {name for other in SERVICE_ROLES for name in specification(other)}
    assert remedies.keys() <= codes
    for remedy in remedies.values():
        assert set(VARIABLE.findall(remedy)) <= known, remedy
    assert role.removesuffix("_iam") in KNOWLEDGE.services


@pytest.mark.parametrize(("role", "variant"), DANGERS)
def test_the_dangers_of_the_guides_are_found(role: str, variant: str) -> None:
    told = {(finding.severity.text, finding.code, finding.resource) for finding in found(role, variant)}
    assert DANGERS[role, variant] <= told


@pytest.mark.parametrize(("role", "variant"), [case for case in CASES if case[1].startswith("least_privilege")])
def test_the_narrow_profile_has_nothing_that_is_critical_or_high(role: str, variant: str) -> None:
    assert [finding for finding in found(role, variant) if finding.severity <= Severity.HIGH] == []


@pytest.mark.parametrize("role", SERVICE_ROLES)
def test_defaults_are_as_specified_and_every_role_has_the_common_variables(role: str) -> None:
    options = specification(role)
    defaults = yaml.safe_load((ROLES / role / "defaults" / "main.yml").read_text(encoding="utf-8"))
    assert {name: option["default"] for name, option in options.items() if "default" in option} == defaults
    assert all(name.startswith(f"{role}_") for name in options)
    assert options[f"{role}_state"]["choices"] == ["present", "absent"]
    assert options[f"{role}_profile"]["choices"] == ["documented", "least_privilege"]
    assert defaults[f"{role}_profile"] == "documented"
    assert {f"{role}_tags", f"{role}_path"} <= options.keys()


@pytest.mark.parametrize("role", SERVICE_ROLES)
def test_the_guide_table_speaks_of_variables_that_there_are(role: str) -> None:
    text = (ROOT / "docs" / "docsite" / "rst" / f"{role.removesuffix('_iam')}.rst").read_text(encoding="utf-8")
    steps = text.partition("\nStep by step\n")[2].partition("\nImportant variables\n")[0]
    assert steps.count("\n   * - ") > 5
    known = {name for other in SERVICE_ROLES for name in specification(other)}
    named = {name for name in VARIABLE.findall(text) if not name.endswith("_")}
    assert named - known - {f"{role}_result"} == set()


@pytest.mark.parametrize("role", SERVICE_ROLES)
def test_the_role_is_one_task_for_its_service(role: str) -> None:
    tasks: list[dict[str, Any]] = yaml.safe_load((ROLES / role / "tasks" / "main.yml").read_text(encoding="utf-8"))
    (task,) = tasks
    assert task["aws_ml.permissions.iam_services"] == {"services": [role.removesuffix("_iam")]}
    assert task["register"] == f"{role}_result"
