# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service roles declare for each variant of variants/*.yml, in an example account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.argument_specs import baseline_options
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.parser import DeclarationParser
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.placeholders import Placeholders
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import Account, CurrentState, Declarations
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument

from .declarations import SERVICE_ROLES, declared

ACCOUNT = Account("123456789012", "aws")
_FOLDER = Path(__file__).parent / "variants"
TABLES: dict[str, dict[str, Any]] = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(_FOLDER.glob("*.yml"))
}
"""By role, the file of the folder `variants`; its README says what is in it."""
VARIANTS: dict[str, dict[str, dict[str, Any]]] = {role: table["variants"] for role, table in TABLES.items()}
CASES = [(role, name) for role in SERVICE_ROLES for name in VARIANTS.get(role, {})]


@dataclass(frozen=True)
class Placed:
    """A document and the object that it is on; `inline` is the name of an inline policy."""

    owner: str
    document: PolicyDocument
    inline: str = ""
    is_trust: bool = False

    def __str__(self) -> str:
        return " ".join(filter(None, (self.owner, "trust policy" if self.is_trust else self.inline)))


@cache
def options_of(role: str, variant: str) -> dict[str, Any]:
    """What the role's service declares as iam_baseline takes it, placeholders still in it."""
    return as_module_takes(declared(role, **VARIANTS[role][variant]))


def as_module_takes(options: Mapping[str, Any]) -> dict[str, Any]:
    validated = ArgumentSpecValidator(baseline_options()).validate(dict(options))
    assert validated.error_messages == []
    parameters: dict[str, Any] = validated.validated_parameters
    return parameters


def declarations(options: Mapping[str, Any], state: CurrentState | None = None) -> Declarations:
    """What the options declare, in the example account or in one of the given state."""
    state = state or CurrentState(ACCOUNT)
    parser = DeclarationParser(Placeholders(state.account, _role_arns(options, state)))
    found = parser.baseline(options)
    assert parser.problems == []
    return found


def _role_arns(options: Mapping[str, Any], state: CurrentState) -> dict[str, str]:
    """The ARNs that the roles of a declaration have or will have, by lower-case name, as the engine fills them in."""
    foreign = [item["iam_name"] for item in options["attachments"] if item["iam_type"] == "role"]
    foreign += [item["name"] for item in options["trust_statements"]]
    paths = {**dict.fromkeys(foreign, "/"), **{item["name"]: item["path"] or "/" for item in options["roles"]}}
    there = {name: state.role(name) for name in paths}
    return {
        name.lower(): known.arn if (known := there[name]) else state.account.arn("role", path, name)
        for name, path in paths.items()
    }


def documents(role: str, variant: str) -> list[Placed]:
    """Every policy document that a variant declares as present."""
    return documents_of(declarations(options_of(role, variant)))


def documents_of(declaration: Declarations) -> list[Placed]:
    found: list[Placed] = []
    for declared_role in (item for item in declaration.roles if item.present):
        owner = f"role/{declared_role.name}"
        if declared_role.trust is not None:
            found.append(Placed(owner, declared_role.trust, is_trust=True))
        found += [Placed(owner, document, name) for name, document in (declared_role.inline or {}).items()]
    for policy in declaration.policies:
        if policy.present and policy.document is not None:
            found.append(Placed(f"policy/{policy.name}", policy.document))
    for attachment in declaration.attachments:
        owner = f"{attachment.kind}/{attachment.name}"
        found += [Placed(owner, document, name) for name, document in attachment.inline.items() if document is not None]
    for trust in (item for item in declaration.trust_statements if item.present):
        content = {"Version": "2012-10-17", "Statement": list(trust.statements)}
        found.append(Placed(f"role/{trust.role}", PolicyDocument(content), is_trust=True))
    return found
