# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data files beside this one: of modules, which cannot read them where they run, and of the playbooks."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ansible.module_utils.common.yaml import yaml_load
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.service_catalogue import lives

_FOLDER = Path(__file__).parent


def aws_facts() -> dict[str, Any]:
    """The content of every file in `aws_facts`, by its name without the suffix, and the lives of all services."""
    facts = _files("aws_facts")
    return {**facts, "services": {**lives(), **facts["platforms"]}}


def audit_facts() -> dict[str, Any]:
    """The content of every file in `aws_facts` and in `audit_facts`, which is large and for audits only."""
    return {**aws_facts(), **_files("audit_facts")}


def playbook_facts() -> dict[str, Any]:
    """The content of the file in `playbook_facts`, which only the controller needs."""
    return _files("playbook_facts")


@cache
def _files(folder: str) -> dict[str, Any]:
    paths = sorted((_FOLDER / folder).glob("*.yml"))
    return {path.stem: yaml_load(path.read_text(encoding="utf-8")) for path in paths}
