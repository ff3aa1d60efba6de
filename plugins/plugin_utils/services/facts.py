# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The data files of modules, which cannot read them where they run, and of the playbooks."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.known_profiles import known_profiles
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.data.files import data_files
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import (
    NO_PATHS,
    Paths,
    catalogue,
    definitions,
    lives,
)


def aws_facts(paths: Paths = NO_PATHS) -> dict[str, Any]:
    """The content of every file in `aws_facts`, by its name without the suffix, and the lives of all services."""
    return {**data_files("aws_facts"), "services": service_lives(paths)}


def audit_facts(paths: Paths = NO_PATHS) -> dict[str, Any]:
    """The same with the data of `audit_facts`, the traces of all services, and their profiles. It is large."""
    facts = {name: content for name, content in data_files("audit_facts").items() if name != "aws_policy_paths"}
    return {**aws_facts(paths), **facts, **service_traces(paths)}


def export_facts(paths: Paths = NO_PATHS) -> dict[str, Any]:
    """The data of audits, and the content of the files of all services."""
    return {**audit_facts(paths), "definitions": dict(definitions(paths))}


def service_lives(paths: Paths = NO_PATHS) -> dict[str, Any]:
    """The lives of all services and of the services that they need, with those of the user in the folders `paths`."""
    return {**lives(paths), **data_files("aws_facts")["platforms"]}


def service_traces(paths: Paths = NO_PATHS) -> dict[str, Any]:
    """The `traces` and `profiles` of all services. A service of the user may have no traces."""
    of_aws = data_files("audit_facts")["aws_policy_paths"]
    arns = {name: f"arn:<partition>:iam::aws:policy{path}{name}" for name, path in of_aws.items()}
    return {
        "profiles": [profile for service in catalogue(paths).values() for profile in known_profiles(service, arns)],
        "traces": {name: files.get("traces") or {} for name, files in definitions(paths).items()},
    }


def playbook_facts() -> dict[str, Any]:
    """The content of the file in `playbook_facts`, which only the controller needs."""
    return data_files("playbook_facts")
