# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The catalogue of services: those of this collection in `services`, and those of the user in folders of their own.

Each set of folders is read and checked once in a process. Workers inherit what the parent has read before they are
forked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.module_utils.common.yaml import yaml_load
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.findings import OUTLIVED
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.expressions import HAS_JMESPATH
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.meaning import definition_problems
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.parser import Parser
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.parts import PROFILES
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.service import ServiceDefinition
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.data.files import data_files
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.checked_definitions import CheckedDefinitions
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.folders import (
    DefinitionsError,
    PlacedProblem,
    ServiceFolder,
    folders_of,
    read_folder,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.schema import form_problems

SERVICES = Path(__file__).parents[3] / "services"

Paths = tuple[str, ...]
"""Absolute paths of folders with a user's own services."""

NO_PATHS: Paths = ()


def definitions(paths: Paths = NO_PATHS) -> Mapping[str, Mapping[str, Any]]:
    """The content of the files of each service by its name: this collection's in alphabetical order, then the user's.

    Raises DefinitionsError.
    """
    own = own_services(paths)
    return {**_shipped_definitions(), **{name: folder.files for name, (folder, _service) in own.items()}}


def catalogue(paths: Paths = NO_PATHS) -> Mapping[str, ServiceDefinition]:
    """The services that an account can be converged to, as in `definitions`. The others are known only to audits.

    Raises DefinitionsError, or AnsibleError without JMESPath.
    """
    own = own_services(paths)
    return {**_shipped_services(), **{name: service for name, (_folder, service) in own.items()}}


def lives(paths: Paths = NO_PATHS) -> dict[str, dict[str, Any]]:
    """The state of each service and its own principals, as in `aws_facts/platforms.yml`."""
    found = {}
    for name, files in definitions(paths).items():
        content = files["service"]
        lifecycle = content["lifecycle"]
        life = {"name": content["title"], **{key: lifecycle[key] for key in ("state", "since") if key in lifecycle}}
        found[name] = {**life, "principals": list((content.get("principals") or {}).get("own") or ())}
    return found


@cache
def own_services(paths: Paths) -> Mapping[str, tuple[ServiceFolder, ServiceDefinition]]:
    """The services of the user at these paths, by name. Raises DefinitionsError with every problem of all of them."""
    problems: list[PlacedProblem] = []
    folders: dict[str, ServiceFolder] = {}
    for folder in [folder for path in paths for folder in folders_of(path, problems)]:
        one = read_folder(folder, problems)
        if one is not None:
            problems += _name_problems(one, folders)
            folders.setdefault(one.name, one)
    if folders:
        _require_jmespath()
    checked = CheckedDefinitions(folders.values())
    if not checked.are_known():
        for one in folders.values():
            problems += definition_problems_of(one)
    if problems:
        raise DefinitionsError(problems)
    checked.remember()
    return {name: (one, Parser(name, one.files).service()) for name, one in folders.items()}


def definition_problems_of(folder: ServiceFolder) -> list[PlacedProblem]:
    """The problems with the form of a definition, or else with its meaning."""
    found = [*form_problems(folder.files)]
    if not found:
        found = definition_problems(folder.name, folder.files, _finding_codes())
    return [placed for problem in found for placed in folder.placed(problem)]


def _name_problems(folder: ServiceFolder, found: Mapping[str, ServiceFolder]) -> Iterator[PlacedProblem]:
    if folder.name in _shipped_definitions():
        message = f"{folder.name} is a service of this collection; give yours another name"
        yield PlacedProblem(folder.shown, 0, message)
    elif folder.name in found:
        message = f"{folder.name} is in {found[folder.name].shown} too; give each service its own name"
        yield PlacedProblem(folder.shown, 0, message)


def _finding_codes() -> frozenset[str]:
    return frozenset({OUTLIVED, *(rule["code"] for rule in data_files("aws_facts")["finding_rules"]["findings"])})


def is_convergeable(files: Mapping[str, Any]) -> bool:
    """Whether the files of a service have a profile. If not, the service is only audited and retired."""
    return any(profile in files for profile in PROFILES)


@cache
def _shipped_definitions() -> Mapping[str, Mapping[str, Any]]:
    return {
        folder.name: {path.stem: yaml_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yml"))}
        for folder in sorted(SERVICES.iterdir())
        if folder.is_dir()
    }


@cache
def _shipped_services() -> Mapping[str, ServiceDefinition]:
    """This collection's own services that have profiles. Form and meaning are checked before they are shipped."""
    _require_jmespath()
    services = {}
    for name, files in _shipped_definitions().items():
        if not is_convergeable(files):
            continue
        parser = Parser(name, files)
        services[name] = parser.service()
        if parser.problems:
            texts = {path.stem: path.read_text(encoding="utf-8") for path in (SERVICES / name).glob("*.yml")}
            folder = ServiceFolder(name, f"services/{name}", files, texts)
            raise DefinitionsError([placed for problem in parser.problems for placed in folder.placed(problem)])
    return services


def _require_jmespath() -> None:
    if not HAS_JMESPATH:
        raise AnsibleError(
            "jmespath is missing, which comes with boto3. To fix: pip install boto3, for ansible-playbook"
        )
