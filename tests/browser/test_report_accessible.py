# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether everybody can use a report: what axe-core finds, in both colour schemes, with everything open."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.html import as_page
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.statuses import Statuses
from axe_playwright_python.sync_playwright import Axe
from browser.conftest import Open
from browser.report_page import VIEWS, show, unfold
from playwright.sync_api import Page
from unit.plugins.plugin_utils.report import generated_decisions

COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""The rules of axe-core whose answer depends on the colour scheme."""


def violations(page: Page, context: str | None = None, options: dict[str, Any] | None = None) -> list[str]:
    found = Axe().run(page, context, options).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


@pytest.fixture(scope="module")
def html() -> str:
    """Few accounts with few roles, because axe-core looks at every element."""
    shown = generated_decisions.decided(60)
    with_paths = [account for account in shown["accounts"] if len(account.get("escalation_paths", ())) > 1]
    failed = [account for account in shown["accounts"] if account["outcome"] == "failed"]
    kept = [*with_paths[:2], *failed[:1], *(one for one in shown["accounts"] if one.get("access"))][:4]
    accounts = [{**account, "objects": account["objects"][:9]} for account in kept]
    return as_page({**shown, "accounts": accounts}, Statuses.load())


@pytest.mark.parametrize(("scheme", "rules"), [("light", None), ("dark", COLOURS)])
def test_axe_finds_nothing(open_page: Open, html: str, scheme: str, rules: dict[str, Any] | None) -> None:
    page = open_page(html, color_scheme=scheme)
    for view in VIEWS:
        show(page, view)
        unfold(page, 5)
        assert violations(page, None, rules) == [], view
    show(page, "escalation")
    page.locator(".paths h3 a").first.click()
    assert violations(page, "#details", rules) == [], "the panel of an account"
    page.locator("#details .several a").first.click()
    assert violations(page, "#details", rules) == [], "the panel of a role"


def test_axe_finds_nothing_in_a_narrow_window(open_page: Open, html: str) -> None:
    page = open_page(html, viewport={"width": 390, "height": 800})
    for view in ("overview", "findings"):
        show(page, view)
        assert violations(page) == [], view


def test_every_control_has_a_name(open_page: Open, html: str) -> None:
    page = open_page(html, "#view=findings&group=account")
    nameless = """() => [...document.querySelectorAll('button, input, select')].filter((control) => {
      const labels = [...(control.labels || [])].map((label) => label.innerText.trim());
      return !(control.ariaLabel || control.innerText.trim() || labels.join(''));
    }).map((control) => control.outerHTML)"""
    assert page.evaluate(nameless) == []


def test_keyboard_opens_a_finding_and_its_role_and_comes_back(open_page: Open, html: str) -> None:
    page = open_page(html, "#view=findings&group=finding")
    page.locator("#view summary").first.focus()
    page.keyboard.press("Enter")
    page.locator("#view table a").nth(1).focus()
    page.keyboard.press("Enter")
    assert page.locator("#details").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#details").is_visible()
    assert page.evaluate("document.activeElement.closest('#view table') !== null"), "the focus is where it was"
