# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service of the catalogue declares for given variables, under the name of its role."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue import declaration
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.declaration import ServiceDeclaration
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.service import SECTIONS
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import Problem
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import catalogue

ROLES = Path(__file__).resolve().parents[3] / "roles"
SERVICE_ROLES = [f"{name}_iam" for name in catalogue()]


def declared(role: str, **variables: Any) -> dict[str, Any]:
    """What the service declares, in the options of iam_baseline; `variables` are without the role's prefix."""
    found = service_declaration(role, variables)
    return {section: getattr(found, section) for section in SECTIONS}


def service_declaration(role: str, variables: Mapping[str, Any]) -> ServiceDeclaration:
    """What the service declares, with its remedies and notices."""
    found, wrong = _declared(role, variables)
    assert found is not None, wrong
    return found


def problems(role: str, **variables: Any) -> list[str]:
    """What is wrong with the variables."""
    return [str(problem) for problem in _declared(role, variables)[1]]


def _declared(role: str, variables: Mapping[str, Any]) -> tuple[ServiceDeclaration | None, list[Problem]]:
    return declaration.declared(catalogue()[role.removesuffix("_iam")], variables)


def specification(role: str) -> dict[str, Any]:
    """The options of the role's argument specification."""
    text = (ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    options: dict[str, Any] = yaml.safe_load(text)["argument_specs"]["main"]["options"]
    return options
