# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads and checks the catalogue of services, or only reads its files, and prints the CPU-seconds, without imports.

usage: catalogue_load.py load|read
"""

from __future__ import annotations

import sys
import time

from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import catalogue, definitions


def main() -> None:
    work = {"load": catalogue, "read": definitions}[sys.argv[1]]
    before = time.process_time()
    work()
    print(time.process_time() - before)


if __name__ == "__main__":
    main()
