# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints how large the page of a report is, how long Chromium takes to open it, and how soon it answers a filter.

usage: PYTHONPATH=tests:.venv/collections python bench/scripts/report_page.py [ACCOUNTS ...]

The accounts have 25 roles each, with findings, escalation paths, a comparison and a quarantine (tests/unit). Opening
is from the start of the navigation until the first screen is drawn and can be used. An answer is script, style and
layout after a filter of the findings and of the matrix. Each figure is the median of five, in seconds of wall clock.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from browser.chromium import MISSING, find
from browser.conftest import SWITCHES
from playwright.sync_api import Browser, Page, sync_playwright
from unit.plugins.plugin_utils.report.generated_decisions import page

ACCOUNTS = (10, 200, 1000)
TURNS = 5
OPENED = """() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(() =>
  resolve(document.documentElement.dataset.ready === "true" ? performance.now() : NaN))))"""
FILTERED = """([control, text]) => {
  const before = performance.now();
  const element = document.querySelector(control);
  element.value = text;
  element.dispatchEvent(new Event("input"));
  document.body.offsetHeight;
  return performance.now() - before;
}"""


def opening(browser: Browser, path: Path) -> float:
    """Seconds until the page can be used."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    shown = context.new_page()
    shown.goto(path.as_uri(), wait_until="commit")
    shown.wait_for_function("() => document.documentElement?.dataset.ready === 'true'", polling=5)
    taken = float(shown.evaluate(OPENED))
    context.close()
    return taken / 1000


def answers(shown: Page, address: str) -> float:
    """Seconds until a filter is answered in the view of an address."""
    shown.goto("about:blank")
    shown.goto(address)
    texts = ["prod", "", "dev", "", "test"][:TURNS]
    return statistics.median(float(shown.evaluate(FILTERED, ["#filter-account", text])) for text in texts) / 1000


def main() -> None:
    path = find()
    if path is None:
        raise SystemExit(MISSING)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        print("accounts  MB     opens    findings filter  matrix filter")
        for accounts in map(int, sys.argv[1:] or ACCOUNTS):
            file = Path(folder) / f"{accounts}.html"
            file.write_text(page(accounts), encoding="utf-8")
            opened = statistics.median(opening(browser, file) for _turn in range(TURNS))
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            shown = context.new_page()
            filtered = [answers(shown, f"{file.as_uri()}#view={view}") for view in ("findings", "matrix")]
            context.close()
            size = file.stat().st_size / 1e6
            print(f"{accounts:8}  {size:5.2f}  {opened:5.2f} s  {filtered[0]:13.3f} s  {filtered[1]:11.3f} s")
        browser.close()


if __name__ == "__main__":
    main()
