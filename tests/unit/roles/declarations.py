# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service role declares for given variables, templated as Ansible does and without running anything."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

ROLES = Path(__file__).resolve().parents[3] / "roles"
SERVICE_ROLES = sorted(folder.name for folder in ROLES.iterdir())
OMITTED = "__omitted__"


def declared(role: str, **variables: Any) -> dict[str, Any]:
    """The options of the role's iam_baseline task; `variables` are given without the role's prefix."""
    tasks = _loaded(ROLES / role / "tasks" / "main.yml")
    options = next(
        task["aws_ml.permissions.iam_baseline"] for task in tasks if "aws_ml.permissions.iam_baseline" in task
    )
    found: dict[str, Any] = _without_omitted(templated(role, options, variables))
    return found


def problems(role: str, **variables: Any) -> list[str]:
    """What the role's own checks find wrong with the variables."""
    found: list[str] = templated(role, "{{ " + f"__{role}_problems" + " }}", variables)
    return [str(problem) for problem in found]


def templated(role: str, content: Any, variables: Mapping[str, Any]) -> Any:
    """`content` with the defaults and vars of the role and the given variables filled in."""
    known: dict[str, Any] = {"omit": OMITTED}
    for path in [ROLES / role / "defaults" / "main.yml", *sorted((ROLES / role / "vars" / "main").glob("*.yml"))]:
        known.update(_loaded(path))
    known.update({f"{role}_{name}": value for name, value in variables.items()})
    if isinstance(content, str):
        content = trust_as_template(content)
    return Templar(DataLoader(), variables=known).template(content)


def specification(role: str) -> dict[str, Any]:
    """The options of the role's argument specification."""
    text = (ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    options: dict[str, Any] = yaml.safe_load(text)["argument_specs"]["main"]["options"]
    return options


@cache
def _loaded(path: Path) -> Any:
    return DataLoader().load_from_file(str(path), trusted_as_template=True)


def _without_omitted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _without_omitted(entry) for key, entry in value.items() if entry != OMITTED}
    if isinstance(value, (list, tuple)):
        return [_without_omitted(entry) for entry in value]
    return value
