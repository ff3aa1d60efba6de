# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports what programs of Ansible import, and this collection, in a process that becomes these programs by forks."""

from __future__ import annotations

import atexit
import importlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from ansible import constants
from ansible.cli import doc, inventory, playbook  # noqa: F401
from ansible.plugins.loader import init_plugin_loader
from ansible.utils import vars as variables
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder
from ansible.utils.path import cleanup_tmp_file

PLUGINS = Path(__file__).parents[1] / "plugins"
USED = ("module_utils", "modules", *(f"plugin_utils/{name}" for name in ("run", "services", "variables", "worker")))
"""Folders of what most playbooks import. The less memory a process has, the faster it forks."""

MODULES = [
    ".".join(("ansible_collections.aws_ml.permissions.plugins", *file.relative_to(PLUGINS).with_suffix("").parts))
    for folder in USED
    for file in sorted((PLUGINS / folder).rglob("*.py"))
]


def begin() -> None:
    """Make what is one for each process: the folder for temporary files, and the numbers in unique ids."""
    _TEMPORARY.mkdir(parents=True, exist_ok=True)
    constants.DEFAULT_LOCAL_TMP = tempfile.mkdtemp(prefix=f"ansible-local-{os.getpid()}", dir=_TEMPORARY)
    atexit.register(cleanup_tmp_file, constants.DEFAULT_LOCAL_TMP, warn=True)
    importlib.reload(variables)


def _import_collection() -> None:
    """Import it with Ansible's loader, which each program installs again with the folders of its playbooks."""
    init_plugin_loader([])
    for name in MODULES:
        with suppress(ImportError):  # this collection need not be among those of the settings
            importlib.import_module(name)
    _AnsibleCollectionFinder._remove()


_import_collection()
_TEMPORARY = Path(constants.DEFAULT_LOCAL_TMP).parent
cleanup_tmp_file(constants.DEFAULT_LOCAL_TMP)
atexit.unregister(cleanup_tmp_file)
# Ansible looks for results every millisecond, which takes processor time from the other tests.
constants.DEFAULT_INTERNAL_POLL_INTERVAL = 0.01
