# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data files beside this one: of modules, which cannot read them where they run, and of the playbooks."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ansible.module_utils.common.yaml import yaml_load
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.known_profiles import known_profiles
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.service_catalogue import (
    catalogue,
    definitions,
    lives,
)

_FOLDER = Path(__file__).parent


def aws_facts() -> dict[str, Any]:
    """The content of every file in `aws_facts`, by its name without the suffix, and the lives of all services."""
    facts = _files("aws_facts")
    return {**facts, "services": {**lives(), **facts["platforms"]}}


def audit_facts() -> dict[str, Any]:
    """The same with every file in `audit_facts`, the traces of all services, and their profiles. It is large."""
    facts = dict(_files("audit_facts"))
    paths = facts.pop("aws_policy_paths")
    arns = {name: f"arn:<partition>:iam::aws:policy{path}{name}" for name, path in paths.items()}
    profiles = [profile for service in catalogue().values() for profile in known_profiles(service, arns)]
    traces = {name: files["traces"] for name, files in definitions().items() if "traces" in files}
    return {**aws_facts(), **facts, "profiles": profiles, "traces": traces}


def playbook_facts() -> dict[str, Any]:
    """The content of the file in `playbook_facts`, which only the controller needs."""
    return _files("playbook_facts")


@cache
def _files(folder: str) -> dict[str, Any]:
    paths = sorted((_FOLDER / folder).glob("*.yml"))
    return {path.stem: yaml_load(path.read_text(encoding="utf-8")) for path in paths}
