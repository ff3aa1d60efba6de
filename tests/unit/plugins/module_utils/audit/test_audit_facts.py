# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of audits against what it was made from."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.facts import AUDIT_FILES, AuditFacts
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import RunContext
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import catalogue, definitions
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import audit_facts, aws_facts
from unit.services.declarations import SERVICE_ROLES
from unit.services.variants import CASES, options_of
from unit.services.variants import declarations as desired_of

from .accounts import KNOWLEDGE, SERVICES, audited

ROOT = Path(__file__).resolve().parents[5]
# The variables of these variants give names of one's own, which only a declaration finds.
OWN_NAMES = {"Labeling", "equipment", "frames-", "PanoramaConveyor"}


def test_generated_files_are_what_the_script_writes() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "audit_facts"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_audits_alone_get_the_files_of_audits() -> None:
    assert set(audit_facts()) - set(aws_facts()) == set(AUDIT_FILES)
    assert (
        AuditFacts.of(RunContext(audit_facts=audit_facts()))
        == KNOWLEDGE
        == AuditFacts.of(RunContext(audit_facts=KNOWLEDGE))
    )
    assert set(SERVICES) == set(definitions()) <= set(KNOWLEDGE.knowledge.services)
    assert set(catalogue()) == {role.removesuffix("_iam") for role in SERVICE_ROLES} < set(SERVICES)


def test_states_of_principals_are_known() -> None:
    states = KNOWLEDGE.principal_states()
    assert states["deeplens.amazonaws.com"] == states["lookoutequipment.amazonaws.com"] == "ended"
    assert states["sagemaker.amazonaws.com"] == states["credentials.iot.amazonaws.com"] == "open"


@pytest.mark.parametrize(("role", "variant"), CASES)
def test_what_a_service_role_makes_is_found_without_its_variables(role: str, variant: str) -> None:
    """By its name, its trust, or what it holds; but for names of one's own on things that say nothing else."""
    account: dict[str, Any] = {"roles": {}, "policies": {}}
    declared = desired_of(options_of(role, variant))
    for made in (one for one in declared.roles if one.present and one.trust):
        account["roles"][made.name] = {
            "trust": list(made.trust.statements),
            "inline": {name: list(document.statements) for name, document in (made.inline or {}).items()},
            "managed": [text for text in made.managed or () if "/" not in text],
        }
    for policy in (one for one in declared.policies if one.present and one.document):
        account["policies"][policy.name] = list(policy.document.statements)
    service = role.removesuffix("_iam")
    found = {one.name for one in audited(account).objects if one.subject and one.service == service}
    missed = {*account["roles"], *account["policies"]} - found
    assert {name for name in missed if not any(name.startswith(own) for own in OWN_NAMES)} == set()
