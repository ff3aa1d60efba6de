# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A preloaded Python for the programs of Ansible, and for modules in an interpreter of their own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from local_aws.preloaded_python import PreloadedPython

ANSIBLE = PreloadedPython(
    # Of Ansible only this: the rest looks at settings while it is imported, or at whether it is there, as what tells a
    # controller from a module.
    "ansible.module_utils.basic",
    "ansible_settings",
    "boto3.session",
    "botocore.args",
    "botocore.httpsession",
    "botocore.retries.standard",
    "cryptography.hazmat.backends.openssl.backend",
    "cryptography.hazmat.primitives.ciphers",
    "cryptography.hazmat.primitives.hmac",
    "cryptography.hazmat.primitives.kdf.pbkdf2",
    "cryptography.hazmat.primitives.padding",
    "cryptography.hazmat.primitives.serialization",
    "curses",
    "difflib",
    "glob",
    "jinja2.nativetypes",
    "jinja2.sandbox",
    "multiprocessing.popen_fork",
    "multiprocessing.queues",
    "packaging.requirements",
    "pty",
    "tarfile",
    "tomllib",
    "xml.dom.minidom",
    "xmltodict",
    "yaml",
)
"""Spares each run the import of what is not Ansible's own, and of Ansible where its settings were used before."""


def path_with_preloaded_ansible(folder: Path, path: str) -> str:
    """This PATH with programs of Ansible before it as forks of that Python. Their executables go to the folder."""
    folder.mkdir(exist_ok=True)
    for name in ("ansible-doc", "ansible-playbook"):
        ANSIBLE.executable(folder / name, str(Path(sys.executable).with_name(name)))
    return f"{folder}{os.pathsep}{path}"
