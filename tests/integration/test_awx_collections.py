# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an update of an inventory finds collections that AWX has installed from the project.

AWX 24.6.1 (awx/main/tasks/jobs.py, RunInventoryUpdate.build_env) gives ansible-inventory the folder by
ANSIBLE_COLLECTIONS_PATHS alone, and runs it in the folder of the project.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from integration.documented_blocks import block

COLLECTION = Path(__file__).resolve().parents[2]
SHOWN = block("awx-ansible-cfg")
PLUGIN = "aws_ml.permissions.aws_accounts"


def found(folder: Path, *, with_config: bool) -> bool:
    """Whether the inventory plugin is found in the folder of requirements, which is /runner in AWX's containers."""
    requirements = folder / "requirements_collections"
    namespace = requirements / "ansible_collections" / "aws_ml"
    namespace.mkdir(parents=True)
    (namespace / "permissions").symlink_to(COLLECTION)
    project = folder / "project"
    project.mkdir()
    if with_config:
        (project / SHOWN.file).write_text(SHOWN.text.replace("/runner", str(folder)), encoding="utf-8")
    # Ansible also finds collections by the import path of Python.
    own = {"ANSIBLE_COLLECTIONS_PATH", "PYTHONPATH"}
    environment = {name: value for name, value in os.environ.items() if name not in own}
    environment |= {"HOME": str(folder), "ANSIBLE_HOME": str(folder), "ANSIBLE_COLLECTIONS_PATHS": str(requirements)}
    program = str(Path(sys.executable).with_name("ansible-doc"))
    done = subprocess.run(
        [program, "--type", "inventory", "--list", "aws_ml.permissions"],
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return PLUGIN in done.stdout


@pytest.mark.parametrize("with_config", [True, False])
def test_inventory_plugin_is_found_by_the_configuration_of_the_page(tmp_path: Path, with_config: bool) -> None:
    assert found(tmp_path, with_config=with_config) == with_config
