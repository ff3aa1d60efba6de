#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from ansible_collections.aws_ml.permissions.plugins.module_utils.arguments import baseline_options
from ansible_collections.aws_ml.permissions.plugins.module_utils.module_runner import run_module


def main():
    run_module(baseline_options(), read_only=True)


if __name__ == "__main__":
    main()
