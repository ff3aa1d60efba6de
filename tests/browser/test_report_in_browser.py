# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user does with a report: filter, navigate, open."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable

import pytest
from browser.conftest import Open
from browser.report_page import chip, hosts, opened, words
from playwright.sync_api import Page
from unit.plugins.plugin_utils.report.generated_fleet import report

AT_ONCE = 100
"""Milliseconds until the page shows a change of a filter."""

FOCUSED = "document.activeElement.closest('[data-row]') ? {...document.activeElement.dataset} : null"


def choose(page: Page, control: str, value: str, event: str) -> None:
    """Select an option as a user does, without Playwright's waiting."""
    page.evaluate(
        """([control, value, event]) => {
          const element = document.querySelector(control);
          element.value = value;
          element.dispatchEvent(new Event(event));
          document.body.offsetHeight;
        }""",
        [control, value, event],
    )


def press(page: Page, control: str) -> None:
    page.evaluate("(control) => { document.querySelector(control).click(); document.body.offsetHeight; }", control)


@pytest.mark.parametrize(
    "act",
    [
        lambda page, turn: choose(page, "#filter-account", ("prod", "")[turn % 2], "input"),
        lambda page, turn: choose(page, "#filter-object", ("sage", "")[turn % 2], "input"),
        lambda page, turn: choose(page, "#order", ("name", "worst")[turn % 2], "change"),
        lambda page, turn: press(page, ".chip[data-value=drifted]"),
        lambda page, turn: press(page, ".chip[data-value=critical]"),
        lambda page, turn: press(page, ".chip[data-value=deeplens]"),
        lambda page, turn: press(page, ".chip[data-value=failed]"),
        lambda page, turn: press(page, "#words"),
    ],
    ids=["account", "object", "order", "status", "severity", "service", "outcome", "words"],
)
def test_500_accounts_are_filtered_at_once(open_page: Open, large_fleet: str, act: Callable[[Page, int], None]) -> None:
    """Script, style and layout until it can be painted, in time of the processor: others may be using the machine."""
    page = open_page(large_fleet)
    browser = page.context.new_cdp_session(page)
    browser.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent() -> float:
        found = {one["name"]: one["value"] for one in browser.send("Performance.getMetrics")["metrics"]}
        return 1000 * sum(found[name] for name in ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration"))

    taken = []
    for turn in range(8):
        before = spent()
        act(page, turn)
        taken.append(spent() - before)
    assert min(taken) > 0, "something was measured"
    assert statistics.median(taken) < AT_ONCE, f"milliseconds: {taken}"


def test_only_the_rows_in_sight_are_in_the_document(open_page: Open, large_fleet: str) -> None:
    page = open_page(large_fleet)
    assert page.locator("#matrix tbody tr:not(.gap)").count() < 60
    page.evaluate("() => { document.getElementById('matrix').scrollTop = 1e9; }")
    page.wait_for_function("() => document.querySelector('#matrix tbody tr:nth-last-child(2)').ariaRowIndex === '502'")
    assert page.locator("#matrix tbody tr:not(.gap)").count() < 60


def test_totals_stand_at_the_top(open_page: Open, small_fleet: str) -> None:
    page = open_page(small_fleet)
    totals = report(30)["totals"]
    shown = page.locator("#totals").inner_text().replace(",", "")
    assert f"{totals['accounts']} accounts" in shown
    assert f"{totals['objects']} roles and policies" in shown
    assert f"{sum(totals['findings'].values())} findings" in shown
    for status, count in totals["statuses"].items():
        assert re.sub(r"\s+", " ", chip(page, "roles and policies", status).inner_text()).endswith(f" {count}")


def test_accounts_are_filtered_by_name_or_id(open_page: Open, small_fleet: str) -> None:
    page = open_page(small_fleet)
    account = next(account for account in report(30)["accounts"] if account["objects"])
    for text in (account["host"].upper(), account["account_id"]):
        page.get_by_label("Account", exact=True).fill(text)
        assert hosts(page) == [account["host"]]
        assert page.locator("#shown").inner_text().startswith("1 of 30 accounts, ")
    page.get_by_role("button", name="Clear filters").click()
    assert page.locator("#shown").inner_text() == "all 30 accounts shown"
    assert page.get_by_label("Account", exact=True).input_value() == ""
    page.get_by_label("Account", exact=True).fill("nobody")
    assert page.locator("#matrix").inner_text() == "Nothing matches the filters."


def test_filters_of_roles_come_together(open_page: Open, small_fleet: str) -> None:
    page = open_page(small_fleet)
    chip(page, "roles and policies", "drifted").click()
    assert words(page) == {"drifted"}
    chip(page, "roles and policies", "unknown").click()
    assert words(page) == {"drifted", "unknown"}
    chip(page, "Service", "lookout_vision").click()
    assert page.locator("#matrix th.service").all_inner_texts() == ["Lookout for Vision\nended 2025-10-31"]
    page.get_by_label("Role or policy").fill("inspector")
    fitting = [
        (account["host"], item["name"])
        for account in report(30)["accounts"]
        for item in account["objects"]
        if item["name"] == "LookoutVisionInspector" and item["status"] in ("drifted", "unknown")
    ]
    assert sorted(hosts(page)) == sorted(host for host, dummy in fitting)
    assert page.locator("#shown").inner_text().startswith(f"{len(fitting)} of 30 accounts, {len(fitting)} of ")
    assert page.locator("#shown").get_attribute("aria-live") == "polite"


def test_severity_finds_roles_and_accounts(open_page: Open, small_fleet: str) -> None:
    page = open_page(small_fleet)
    chip(page, "findings", "high").click()
    high = {
        account["host"]
        for account in report(30)["accounts"]
        for item in (account, *account["objects"])
        if any(finding["severity"] == "high" for finding in item.get("findings", ()))
    }
    assert high
    assert set(hosts(page)) == high
    assert chip(page, "findings", "high").get_attribute("aria-pressed") == "true"


def test_failed_accounts_come_first_and_say_why(open_page: Open, small_fleet: str) -> None:
    page = open_page(small_fleet)
    accounts = report(30)["accounts"]
    [far] = [account["host"] for account in accounts if account["outcome"] == "unreachable"]
    [failed] = [account for account in accounts if account["outcome"] == "failed"]
    assert hosts(page)[:2] == [far, failed["host"]]
    assert page.locator("td.failure").nth(1).inner_text() == f"failed: {failed['failures'][0]['message']}"
    page.locator("#matrix tbody th button").nth(1).click()
    assert "AssumeRole AccessDenied" in page.locator("#details").inner_text()
    page.keyboard.press("Escape")
    page.get_by_label("Order").select_option("by name")
    assert hosts(page) == sorted(account["host"] for account in accounts)[: len(hosts(page))]


def test_keyboard_reaches_everything(open_page: Open, large_fleet: str) -> None:
    page = open_page(large_fleet)
    page.get_by_label("Account", exact=True).fill("prod")
    page.locator("#words").focus()
    for _stop in range(12):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED):
            break
    focused = page.evaluate(FOCUSED)
    assert (focused["row"], focused["place"]) == ("0", "-1"), "the matrix is one stop of the tabulator"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"

    page.keyboard.press("Control+End")
    last = page.evaluate(FOCUSED)
    assert int(last["row"]) > 100, "far below what was in the document"
    page.keyboard.press("Home")
    assert page.evaluate(FOCUSED)["place"] == "-1"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(FOCUSED)["place"] == "1"
    page.keyboard.press("ArrowUp")
    place = page.evaluate(FOCUSED)
    assert (int(place["row"]), place["place"]) == (int(last["row"]) - 1, "1")
    page.keyboard.press("PageUp")
    assert int(page.evaluate(FOCUSED)["row"]) <= int(last["row"]) - 11

    place = page.evaluate(FOCUSED)
    page.keyboard.press("Enter")
    assert page.locator("#details").is_visible()
    assert page.evaluate("document.activeElement.closest('#details') !== null")
    page.keyboard.press("Escape")
    assert not page.locator("#details").is_visible()
    assert page.evaluate(FOCUSED) == place, "the focus is where it was"


def test_every_control_has_a_name(open_page: Open, small_fleet: str) -> None:
    page = open_page(small_fleet)
    opened(page)
    nameless = """() => [...document.querySelectorAll('button, input, select')].filter((control) => {
      const labels = [...(control.labels || [])].map((label) => label.innerText.trim());
      return !(control.ariaLabel || control.innerText.trim() || labels.join(''));
    }).map((control) => control.outerHTML)"""
    assert page.evaluate(nameless) == []
