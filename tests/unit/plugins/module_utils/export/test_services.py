# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of a service are recovered from the account that it has made, and are never guessed wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.audit import belonging
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.facts import AuditFacts
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.declaration import declared
from ansible_collections.aws_ml.permissions.plugins.module_utils.export.export import SECTIONS, Exported, exported
from ansible_collections.aws_ml.permissions.plugins.module_utils.export.recovered_variables import options_of
from ansible_collections.aws_ml.permissions.plugins.module_utils.export.reproduction import changes, declarations_of
from ansible_collections.aws_ml.permissions.plugins.module_utils.export.selection import ExportSelection, Patterns
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import CurrentState, Declarations, Role
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import catalogue
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import audit_facts
from unit.services import accounts as service_accounts
from unit.services import variants

from .accounts import comparable, converged, emptied

pytestmark = pytest.mark.both_generations

KNOWLEDGE = AuditFacts.parse(audit_facts())
_TABLE = yaml.safe_load(Path(__file__).with_name("known_variants.yml").read_text(encoding="utf-8"))
RECOVERED = [(role, name) for role, names in _TABLE["recovered"].items() for name in names]
NOT_RECOVERED = [(role, name) for role, names in _TABLE["not_recovered"].items() for name in names]


def account_of(role: str, variant: str) -> CurrentState:
    """The account in which a variant of a service is converged."""
    return service_accounts.converged(variants.options_of(role, variant), service_accounts.ground(role)).goal


def exported_from(state: CurrentState, **patterns: Any) -> Exported:
    found = belonging(KNOWLEDGE, state, list(KNOWLEDGE.traces))
    return exported(ExportSelection(state, Patterns(**patterns), found), catalogue())


def declarations(state: CurrentState, made: Exported) -> Declarations:
    """Everything that is exported, evaluated as a converge evaluates it."""
    every: dict[str, list[Any]] = {section: [] for section in SECTIONS}
    parts: list[Mapping[str, Any]] = [made.baseline]
    for name, values in made.services.items():
        service = catalogue()[name]
        given = {variable.removeprefix(service.prefix): value for variable, value in values.items()}
        found, problems = declared(service, given)
        assert found is not None, problems
        parts.append(options_of(found))
    for part in parts:
        for section in SECTIONS:
            every[section] += part.get(section) or []
    return declarations_of(state, every)[0]


@pytest.mark.parametrize(("role", "variant"), RECOVERED + NOT_RECOVERED)
def test_an_account_of_a_service_is_exported(role: str, variant: str) -> None:
    state = account_of(role, variant)
    made = exported_from(state)
    assert list(made.services) == ([role.removesuffix("_iam")] if (role, variant) in RECOVERED else [])
    assert made.left_out == []
    declared_here = declarations(state, made)
    assert changes(state, declared_here) == {}
    assert comparable(converged(emptied(state, declared_here), declared_here)) == comparable(state)


def test_only_variables_that_are_not_defaults_are_exported() -> None:
    made = exported_from(account_of("deeplens_iam", "least_privilege_with_everything"))
    variant = variants.VARIANTS["deeplens_iam"]["least_privilege_with_everything"]
    # What nothing depends on without training, and in the narrow profile, cannot be recovered.
    unused = ("lambda_managed_policies", "training_bucket", "training_job")
    variant = {name: value for name, value in variant.items() if name not in unused}
    expected = {**variant, "group_roles": [one for one in variant["group_roles"] if one.get("state") != "absent"]}
    assert made.services["deeplens"] == {f"deeplens_iam_{name}": value for name, value in expected.items()}


def test_a_service_with_a_role_that_drifted_is_exported_as_baseline() -> None:
    state = account_of("deeplens_iam", "documented")
    role = state.role("AWSDeepLensLambdaRole")
    assert isinstance(role, Role)
    drifted = replace(state, identities={**state.identities, role.key: replace(role, description="Mine.")})
    made = exported_from(drifted)
    assert made.services == {}
    assert len(made.baseline["roles"]) == 5
    (told,) = (one for one in made.unexplained if one.get("service"))
    assert (told["resource"], told["service"]) == ("role/AWSDeepLensLambdaRole", "deeplens")
    assert told["reason"].endswith("differs from it in description")
    assert changes(drifted, declarations(drifted, made)) == {}


def test_a_selection_by_service_exports_what_belongs_to_it() -> None:
    state = account_of("deeplens_iam", "documented")
    made = exported_from(state, services=["deeplens"])
    assert (list(made.services), made.baseline) == (["deeplens"], {})
    assert exported_from(state, services=["panorama"]).services == {}
    narrow = exported_from(state, names=["AWSDeepLensLambda*"])
    assert narrow.services == {}
    assert [item["name"] for item in narrow.baseline["roles"]] == ["AWSDeepLensLambdaRole"]
    excluded = exported_from(state, services=["deeplens"], exclude=["*LambdaRole"])
    assert (excluded.services, len(excluded.baseline["roles"])) == ({}, 4)
    assert excluded.left_out == [{"resource": "role/AWSDeepLensLambdaRole", "reason": "it is excluded"}]
