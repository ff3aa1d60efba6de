# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports for the tests, and what a test reads and does on their page."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page
from unit.plugins.plugin_utils.report.generated_fleet import report


def hosts(page: Page) -> list[str]:
    """The accounts in the matrix that are in the document."""
    return page.locator("#matrix tbody .host").all_inner_texts()


def words(page: Page) -> set[str]:
    """The statuses of the cells that fit the filters."""
    return set(page.locator("#matrix button.cell:not(.dim) .word").all_inner_texts())


def chip(page: Page, group: str, value: str) -> Any:
    return page.get_by_role("group", name=group).locator(f".chip[data-value='{value}']")


def example(status: str, **details: Any) -> dict[str, Any]:
    """A report of one account whose first role is like this."""
    shown = report(3)
    [account] = [account for account in shown["accounts"] if account["objects"]][:1]
    account["objects"][0].update(status=status, **details)
    return {**shown, "accounts": [account]}


def opened(page: Page, nth: int = 0) -> Any:
    page.locator("#matrix button.cell").nth(nth).click()
    return page.locator("#details")


def put_on_paper(page: Page) -> None:
    page.emulate_media(media="print")
    page.wait_for_function("() => document.querySelector('#print').childElementCount")
