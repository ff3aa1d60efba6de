# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds a Chromium for the tests. `python -m browser.chromium` installs one if it is missing.

PyPI has Playwright, which controls a browser, but no browser. An installed Chromium is used if there is one. Otherwise
Playwright downloads its own, and if it cannot, Debian's package is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = (
    "No Chromium was found, and none could be installed: the page of the report is NOT tested. Install one (sudo"
    " apt-get install chromium, or python -m playwright install chromium) or set CHROMIUM to the path of one."
)


def find() -> str | None:
    """The path of a Chromium: what the variable CHROMIUM names, one on the PATH, or Playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    if on_path:
        return on_path
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def install() -> str | None:
    """Try every method to get a Chromium and return its path. Their output goes to stderr."""
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    ways = [[[sys.executable, "-m", "playwright", "install", "chromium"]]]
    if shutil.which("apt-get"):
        apt = [*as_root, "apt-get", "-qq"]
        ways.append([[*apt, "update"], [*apt, "install", "-y", "chromium"]])
    for way in ways:
        if all(_succeeds(command) for command in way) and find():
            return find()
    return None


def _succeeds(command: list[str]) -> bool:
    print("Trying", " ".join(command), file=sys.stderr)
    try:
        return (
            subprocess.run(command, stdout=sys.stderr, stdin=subprocess.DEVNULL, timeout=600, check=False).returncode
            == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    found = find() or install()
    sys.exit(0 if found else MISSING)
