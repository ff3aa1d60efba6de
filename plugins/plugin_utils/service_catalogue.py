# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of services: the folders in `services`, read and checked once, before the workers are forked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.module_utils.common.yaml import yaml_load
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.expressions import HAS_JMESPATH
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.parser import Parser
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.service import Service

SERVICES = Path(__file__).parents[2] / "services"


@cache
def definitions() -> Mapping[str, Mapping[str, Any]]:
    """The content of the files of each service, by its name, in alphabetical order."""
    return {
        folder.name: {path.stem: yaml_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yml"))}
        for folder in sorted(SERVICES.iterdir())
        if folder.is_dir()
    }


@cache
def catalogue() -> Mapping[str, Service]:
    """The services by name. Raises AnsibleError where a definition is wrong, or JMESPath is missing."""
    if not HAS_JMESPATH:
        raise AnsibleError(
            "jmespath is missing, which comes with boto3. To fix: pip install boto3, for ansible-playbook"
        )
    services = {}
    for name, files in definitions().items():
        parser = Parser(name, files)
        services[name] = parser.service()
        if parser.problems:
            lines = "".join(f"\n- {'.'.join(one.path)}: {one.message}" for one in parser.problems)
            raise AnsibleError(f"The definition of service {name} has mistakes:{lines}")
    return services


def declarable_services() -> list[str]:
    """The names of the services that have profiles, in alphabetical order."""
    return [name for name, service in catalogue().items() if service.profiles]


def lives() -> dict[str, dict[str, str]]:
    """The state of each service, and its own principal where it has one, as in `aws_facts/platforms.yml`."""
    found = {}
    for name, files in definitions().items():
        content = files["service"]
        life = {"name": content["title"], **{key: content["lifecycle"][key] for key in ("state", "since")}}
        own = (content.get("principals") or {}).get("own") or ()
        found[name] = {**life, **({"principal": own[0]} if own else {})}
    return found
