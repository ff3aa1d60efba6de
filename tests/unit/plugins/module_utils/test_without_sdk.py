# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plugins on a controller without boto3, and so without JMESPath: they load, and say what is missing where needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.both_generations

COLLECTION = Path(__file__).resolve().parents[4]
WITHOUT = """
import importlib, sys
sys.modules.update(dict.fromkeys(("boto3", "botocore", "jmespath")))
from ansible.errors import AnsibleError
for name in sys.argv[2:]:
    plugins = importlib.import_module("ansible_collections.aws_ml.permissions.plugins." + name)
try:
    exec(sys.argv[1])
except AnsibleError as error:
    print(error)
"""
PLUGINS = [
    f"{folder}.{path.stem}"
    for folder in ("action", "callback", "filter", "inventory", "lookup", "modules")
    for path in sorted((COLLECTION / "plugins" / folder).glob("*.py"))
]
NEEDS_IT = {
    "plugin_utils.variables.known_variables": "plugins.known_variables()",
    "action.iam_audit": "plugins.ActionModule.facts()",
}


def told(then: str, *modules: str) -> str:
    done = subprocess.run([sys.executable, "-c", WITHOUT, then, *modules], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_every_plugin_loads() -> None:
    assert len(PLUGINS) > 20
    assert told("", *PLUGINS) == ""


@pytest.mark.parametrize("module", NEEDS_IT)
def test_what_needs_it_says_so(module: str) -> None:
    assert told(NEEDS_IT[module], module) == (
        "jmespath is missing, which comes with boto3. To fix: pip install boto3, for ansible-playbook"
    )
