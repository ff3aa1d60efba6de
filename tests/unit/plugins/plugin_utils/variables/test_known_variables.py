# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which names are variables of this collection, which are misspelled, and which belong to other projects."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.known_variables import known_variables
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.values import converted

pytestmark = pytest.mark.both_generations

ROOT = Path(__file__).resolve().parents[5]
SERVICES = known_variables().services


def hint(name: str) -> str | None:
    """What is said to have been meant; None where the name is let pass."""
    problems = [str(problem) for problem in known_variables().problems([name], "here")]
    if not problems:
        return None
    assert problems[0].startswith(f"{name}: is not a variable of this collection (here)")
    return problems[0].partition("did you mean ")[2].rstrip("?")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("aws_acounts", "aws_ml_accounts"),
        ("aws_accounts", "aws_ml_accounts"),
        ("aws_ml_acounts", "aws_ml_accounts"),
        ("aws_services", "aws_ml_services"),
        ("retire_exclude", "aws_ml_retire_exclude"),
        ("retire_unused_day", "aws_ml_retire_unused_days"),
        ("aws_ml_retire_exclud", "aws_ml_retire_exclude"),
        ("aws_ml_exclude", "aws_ml_adopt_exclude"),
        ("aws_ml_backup_folder", "aws_ml_backup_dir"),
        ("aws_ml_awx_slice", "aws_ml_awx_slices"),
        ("aws_ml_plans_1234", ""),
        ("aws_ml_zzz", ""),
        ("aws_acount_id", "aws_account_id"),
        ("aws_accountid", "aws_account_id"),
        ("aws_assume_rolearn", "aws_assume_role_arn"),
        ("aws_external_di", "aws_external_id"),
        ("deeplens_iam_profil", "deeplens_iam_profile"),
        ("depplens_iam_profile", "deeplens_iam_profile"),
        ("lookout_vison_iam_buckets", "lookout_vision_iam_buckets"),
    ],
)
def test_misspelled(name: str, meant: str) -> None:
    assert hint(name) == meant


@pytest.mark.parametrize(
    "name",
    [
        *(
            "aws_region",
            "aws_profile",
            "aws_access_key",
            "aws_account",
            "aws_account_ids",
            "aws_partition",
            "aws_roles",
        ),
        *("aws_role_arn", "aws_regions", "aws_session_token", "aws_vpc_id", "aws_organization", "retired_roles"),
        *("team_iam_profile", "lookout_metrics_iam_profile", "rds_iam_tags", "ec2_iam_role_name", "iam_user"),
        *("awx_job_id", "awx_inventory_id", "ansible_connection", "services"),
        *("aws_ml_plans_111111111111", "aws_ml_access_111111111111"),
        *("deeplens_iam_result", "__deeplens_iam_profiles"),
    ],
)
def test_known_or_of_another_owner(name: str) -> None:
    assert hint(name) is None


def test_every_variable_of_roles_playbooks_and_inventory_is_known() -> None:
    """As they are written in the files: a new one belongs into an argument specification or into variables.yml."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "playbooks").rglob("*.yml")))
    for service in SERVICES:
        for path in sorted((ROOT / "roles" / f"{service}_iam").rglob("*.yml")):
            text += path.read_text(encoding="utf-8")
    prefixes = "|".join(["aws_ml", *(f"{service}_iam" for service in SERVICES)])
    used = set(re.findall(rf"(?<![\w./])((?:{prefixes})_[a-z0-9_]*[a-z0-9])\b(?![/.]\w+[/.])", text))
    used |= set(re.findall(r"aws_(?:account|ou|organization|assume|external)_\w+", inventory_plugin()))
    never = {"aws_ml_backups", "aws_ml_plans", "aws_ml_access"}
    assert len(used) > 100
    assert [name for name in sorted(used - never) if hint(name) is not None] == []


def inventory_plugin() -> str:
    return (ROOT / "plugins" / "plugin_utils" / "organization" / "account_hosts.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", known_variables().playbooks)
def test_what_is_said_of_each_variable_is_complete_and_its_example_is_right(name: str) -> None:
    spec: dict[str, Any] = dict(known_variables().playbooks[name])
    assert {"type", "playbooks", "unset", "example", "description"} <= spec.keys()
    assert ("elements" in spec) == (spec["type"] == "list")
    assert converted(spec, spec["example"], SERVICES) in (spec["example"], [spec["example"]])
    if "default" in spec:
        assert converted(spec, spec["default"], SERVICES) == spec["default"]


def test_default_values_are_those_of_the_module() -> None:
    documented = (ROOT / "plugins" / "modules" / "iam_retire.py").read_text(encoding="utf-8")
    options = yaml.safe_load(documented.partition('DOCUMENTATION = r"""')[2].partition('"""')[0])["options"]
    for option in ("unused_days", "quarantine_days", "skip_quarantine", "exclude", "allow"):
        variable = known_variables().playbooks[f"aws_ml_retire_{option}"]
        assert (variable["type"], variable["default"]) == (options[option]["type"], options[option]["default"])
