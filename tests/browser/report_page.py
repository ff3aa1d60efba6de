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


MATRIX = "#view=matrix"
VIEWS = ("overview", "findings", "matrix", "escalation", "access")


def chip(page: Page, group: str, value: str) -> Any:
    return page.get_by_role("group", name=group).locator(f".chip[data-value='{value}']")


def example(status: str, **details: Any) -> dict[str, Any]:
    """A report of one account whose first role is like this."""
    shown = report(3)
    [account] = [account for account in shown["accounts"] if account["objects"]][:1]
    account["objects"][0].update(status=status, **details)
    return {**shown, "accounts": [account]}


def of_service(service: str, **details: Any) -> dict[str, Any]:
    """A report of one account with one found role."""
    shown = example("in_sync")
    [account] = shown["accounts"]
    item = next(one for one in account["objects"] if one["service"] == service)
    item.update({"status": "in_sync", "audit_status": "in_sync", **details})
    account.update(objects=[item], host=details.pop("host", account["host"]))
    return shown


def opened(page: Page, nth: int = 0) -> Any:
    page.locator("#matrix button.cell").nth(nth).click()
    return page.locator("#details")


def show(page: Page, view: str) -> None:
    """Go to a view by its link."""
    page.get_by_role("navigation", name="Views").get_by_role("link", name=view).click()


def unfold(page: Page, most: int = 1000) -> None:
    """Open what is folded in the view, and wait until it is filled."""
    page.evaluate(
        """async (most) => {
          const folded = [...document.querySelectorAll("#view details:not([open])")].slice(0, most);
          for (const one of folded) one.open = true;
          await new Promise((resolve) => setTimeout(resolve, 0));
          while (folded.some((one) => one.isConnected && one.childElementCount < 2)) {
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
        }""",
        most,
    )


def put_on_paper(page: Page) -> None:
    page.emulate_media(media="print")
    page.wait_for_function("() => document.querySelector('#print').childElementCount")
