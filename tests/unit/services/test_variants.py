# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variants reach all that the roles can declare: each option, each choice, each statement of their services."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.aws_ml.permissions.plugins.module_utils.validate.declaration import problems as engine_problems
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import definitions

from .declarations import SERVICE_ROLES, problems, specification
from .variants import CASES, VARIANTS, declarations, options_of

pytestmark = pytest.mark.both_generations

_FREE_TEXT = {"description"}
_DECLARING = {"attachments", "locals", "managed_policies", "principals", "roles", "trust_policies", "trust_statements"}
"""The sections of a definition that what is declared comes from, and the principals that it is said to name."""

_TOLD = re.compile(
    r"Sid: [A-Z]\w*"
    r"|(?<![\w:-])[a-z0-9-]+:(?:[A-Z]\w*\*?|\*)(?![\w:*/])"
    r"|\b[a-z.]+\.amazonaws\.com"
)
"""A Sid, an action or a service principal, in a text without quotation marks."""


def _told(text: str) -> set[str]:
    return set(_TOLD.findall(re.sub(r"""[\\"']""", "", text)))


def _values(
    options: dict[str, Any], given: list[dict[str, Any]], place: str = ""
) -> Iterator[tuple[str, Any, list[Any]]]:
    """Every option with its specification and the values it has, those of options within options too."""
    for name, option in options.items():
        values = [item.get(name, option.get("default")) for item in given]
        yield f"{place}{name}", option, values
        if "options" in option:
            inner = [entry for value in values if value for entry in (value if isinstance(value, list) else [value])]
            yield from _values(option["options"], inner, f"{place}{name}.")


def _own(role: str) -> dict[str, Any]:
    """The options of the role itself, without its prefix; those of the host, such as aws_account_id, left out."""
    prefix = f"{role}_"
    found = specification(role)
    return {name.removeprefix(prefix): option for name, option in found.items() if name.startswith(prefix)}


def test_there_are_variants_of_every_role() -> None:
    assert sorted(VARIANTS) == SERVICE_ROLES


@pytest.mark.parametrize("role", SERVICE_ROLES)
def test_every_option_is_set_and_every_choice_made(role: str) -> None:
    missing = []
    for name, option, values in _values(_own(role), list(VARIANTS[role].values())):
        if name.rpartition(".")[2] in _FREE_TEXT:
            continue
        if all(value == option.get("default") for value in values):
            missing.append(name)
        for choice in option.get("choices", ()):
            chosen = [entry for value in values for entry in (value if isinstance(value, list) else [value])]
            if choice not in chosen:
                missing.append(f"{name}: {choice}")
    assert missing == []


@pytest.mark.parametrize("role", SERVICE_ROLES)
def test_every_statement_written_is_declared(role: str) -> None:
    """Sids, actions and service principals that a service's definition holds occur in what some variant declares."""
    files = definitions()[role.removesuffix("_iam")]
    sections = [
        content[section]
        for file, content in files.items()
        if file != "traces"
        for section in _DECLARING & content.keys()
    ]
    written = _told(json.dumps(sections))
    assert len(written) > 10
    variants = [options_of(role, variant) for variant in VARIANTS[role]]
    assert sorted(written - _told(json.dumps(variants, default=str))) == []


@pytest.mark.parametrize(("role", "variant"), CASES)
def test_a_variant_is_sound(role: str, variant: str) -> None:
    """Neither the argument specification nor the role nor the engine's rules have anything against it."""
    variables = {f"{role}_{name}": value for name, value in VARIANTS[role][variant].items()}
    assert ArgumentSpecValidator(specification(role)).validate(variables).error_messages == []
    assert problems(role, **VARIANTS[role][variant]) == []
    assert engine_problems(declarations(options_of(role, variant))) == []
