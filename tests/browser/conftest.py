# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports opened in headless Chromium. Without a Chromium these tests are skipped, and say how to get one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser.chromium import MISSING, find
from playwright.sync_api import Browser, Page, sync_playwright
from unit.plugins.plugin_utils.report import generated_decisions
from unit.plugins.plugin_utils.report.generated_fleet import page

SWITCHES = [
    "--no-sandbox",  # tests may run as root, where Chromium has no sandbox
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = find()
    if path is None:
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, tmp_path: Path) -> Iterator[Open]:
    """`open_page(html, address, **context options)`; network requests and console messages are failures."""
    contexts = []
    told: list[str] = []

    def opened(html: str, address: str = "", **options: object) -> Page:
        path = tmp_path / f"report-{len(contexts)}.html"
        path.write_text(html, encoding="utf-8")
        context = chromium.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        contexts.append(context)
        shown = context.new_page()
        shown.on("console", lambda message: told.append(f"console: {message.text}"))
        shown.on("pageerror", lambda error: told.append(f"error: {error}"))
        shown.on("dialog", lambda dialog: (told.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        shown.on("request", lambda request: is_own(request.url, path) or told.append(f"request: {request.url}"))
        shown.goto(path.as_uri() + address)
        return shown

    yield opened
    for context in contexts:
        context.close()
    assert told == []


def is_own(url: str, path: Path) -> bool:
    """Whether it is the page itself, or a file that the page made."""
    return url.partition("#")[0] == path.as_uri() or url.startswith("blob:")


@pytest.fixture(scope="session")
def large_fleet() -> str:
    """The page of 1,000 accounts with 25 roles each, with all that a report can have."""
    return generated_decisions.page(1000)


@pytest.fixture(scope="session")
def decided_fleet() -> str:
    """The same of 60 accounts."""
    return generated_decisions.page(60)


@pytest.fixture(scope="session")
def small_fleet() -> str:
    return page(30)
