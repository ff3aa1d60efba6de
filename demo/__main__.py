# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m demo` runs the short demonstration, `python -m demo --long` every step with the output of Ansible."""

from __future__ import annotations

import argparse

from . import chapters, story


def main() -> None:
    parser = argparse.ArgumentParser(prog="demo", description="The collection at work in accounts of a local AWS.")
    parser.add_argument("--long", action="store_true", help="show every step, with the output of Ansible")
    if parser.parse_args().long:
        chapters.tell()
    else:
        story.tell()


if __name__ == "__main__":
    main()
