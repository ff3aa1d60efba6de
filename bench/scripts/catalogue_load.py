# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads and checks the catalogue of services, and prints the CPU-seconds that this took, without imports."""

from __future__ import annotations

import time

from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import catalogue


def main() -> None:
    before = time.process_time()
    catalogue()
    print(time.process_time() - before)


if __name__ == "__main__":
    main()
