# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of the checkout in the form in which mutmut finds what Ansible imports."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

COLLECTION = Path("ansible_collections/aws_ml/permissions")
ENGINE = COLLECTION / "plugins/module_utils"
_COPIED = ("galaxy.yml", "local_aws", "meta", "playbooks", "plugins", "roles", "services", "tests")
_TESTS = "tests/unit/plugins/module_utils"


class CopiedCheckout:
    """The collection under its own name, and its tests beside it, where pytest takes them for no part of it."""

    def __init__(self, folder: Path, checkout: Path) -> None:
        self.folder = folder.resolve()
        self._checkout = checkout

    def make(self, modules: Sequence[str], tests: Sequence[str], left_out: Sequence[str]) -> None:
        """Copy, and configure mutmut."""
        forgotten = shutil.ignore_patterns("__pycache__", "output")
        for name in _COPIED:
            source, copy = self._checkout / name, self.folder / COLLECTION / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, copy, ignore=forgotten, dirs_exist_ok=True)
            else:
                shutil.copy2(source, copy)
        (self.folder / "mutants").mkdir(parents=True, exist_ok=True)
        (self.folder / "tests").unlink(missing_ok=True)
        (self.folder / "tests").symlink_to(COLLECTION / "tests")
        deselected = [part for test in left_out for part in ("--deselect", f"{_TESTS}/{test}")]
        mutmut = {
            "source_paths": [str(COLLECTION / "plugins")],
            "only_mutate": [f"{ENGINE}/{module}.py" for module in modules],
            "also_copy": [str(COLLECTION)],
            "pytest_add_cli_args": ["-p", "mutation.empty_caches", "--hypothesis-profile=mutation", *deselected],
            "pytest_add_cli_args_test_selection": [f"{_TESTS}/{test}" for test in tests],
            "timeout_multiplier": 6.0,
            "use_git_change_detection": False,
        }
        # A list, a text, a number and a boolean of JSON are those of TOML.
        lines = ["[tool.mutmut]", *(f"{key} = {json.dumps(value)}" for key, value in mutmut.items())]
        lines += ["[tool.pytest.ini_options]", 'addopts = "--import-mode=importlib -p no:cacheprovider"']
        (self.folder / "pyproject.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def mutate(self, processes: int, examples: int) -> None:
        """Run every mutant. Ends the program where the tests fail without one."""
        mutants, original = self.folder / "mutants", self.folder / COLLECTION
        environment = {
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(mutants),
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "MUTATION_EXAMPLES": str(examples),
            "PYTHONDONTWRITEBYTECODE": "1",
            # Only what is mutated comes from the mutants. The rest must be there when Python starts.
            "PYTHONPATH": os.pathsep.join(map(str, (mutants, original / "tests", original))),
        }
        command = [str(Path(sys.executable).with_name("mutmut")), "run", "--max-children", str(processes)]
        done = subprocess.run(command, cwd=self.folder, env=environment, check=False)
        print()
        if done.returncode:
            sys.exit(f"mutmut ended with {done.returncode}; what it says above is the reason")
