# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's loader of collections takes over from Python's, whether tests of other folders ran before or will.

Python notes a folder twice that stands twice in sys.path; Ansible's loader takes one folder for each package.
"""

from __future__ import annotations

import sys

for name, module in list(sys.modules.items()):
    if name.startswith("ansible_collections.") and hasattr(module, "__path__"):
        module.__path__ = list(dict.fromkeys(module.__path__))

from . import declarations  # noqa: E402, F401  initializes the loader
