# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user does with the matrix of a report: filter, navigate, open."""

from __future__ import annotations

import statistics
from collections.abc import Callable

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.html import as_page
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.statuses import Statuses
from browser.conftest import Open
from browser.report_page import MATRIX, chip, example, hosts, opened, words
from playwright.sync_api import Page
from unit.plugins.plugin_utils.report.generated_fleet import report

AT_ONCE = 100
"""Milliseconds until the page shows a change of a filter."""

Act = Callable[[Page, int], None]

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


ACTS: dict[str, Act] = {
    "account": lambda page, turn: choose(page, "#filter-account", ("prod", "")[turn % 2], "input"),
    "text": lambda page, turn: choose(page, "#filter-text", ("sage", "")[turn % 2], "input"),
    "unit": lambda page, turn: choose(page, "#filter-ou", ("=Root/ml/prod", "all")[turn % 2], "change"),
    "drift": lambda page, turn: press(page, ".chip[data-value=differs]"),
    "severity": lambda page, turn: press(page, ".chip[data-value=critical]"),
    "service": lambda page, turn: press(page, ".chip[data-value=deeplens]"),
    "outcome": lambda page, turn: press(page, ".chip[data-value=failed]"),
}
IN_MATRIX: dict[str, Act] = {
    **ACTS,
    "order": lambda page, turn: choose(page, "#order", ("name", "worst")[turn % 2], "change"),
    "words": lambda page, turn: press(page, "#words"),
}
IN_FINDINGS: dict[str, Act] = {
    **ACTS,
    "group": lambda page, turn: choose(page, "#group", ("owner", "finding")[turn % 2], "change"),
}


@pytest.mark.parametrize(("view", "acts"), [("matrix", IN_MATRIX), ("findings", IN_FINDINGS)])
def test_1000_accounts_are_filtered_at_once(open_page: Open, large_fleet: str, view: str, acts: dict[str, Act]) -> None:
    """Script, style and layout until it can be painted, in time of the processor: others may be using the machine."""
    page = open_page(large_fleet, f"#view={view}")
    browser = page.context.new_cdp_session(page)
    browser.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent() -> float:
        found = {one["name"]: one["value"] for one in browser.send("Performance.getMetrics")["metrics"]}
        return 1000 * sum(found[name] for name in ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration"))

    for name, act in acts.items():
        taken = []
        for turn in range(4):
            before = spent()
            act(page, turn)
            taken.append(spent() - before)
        assert min(taken) > 0, "something was measured"
        assert statistics.median(taken) < AT_ONCE, f"{name}, milliseconds: {taken}"


def test_1000_accounts_stay_under_5_mb(large_fleet: str) -> None:
    assert len(large_fleet.encode()) < 5_000_000


def test_only_the_rows_in_sight_are_in_the_document(open_page: Open, large_fleet: str) -> None:
    page = open_page(large_fleet, MATRIX)
    assert page.locator("#matrix tbody tr:not(.gap)").count() < 60
    page.evaluate("() => { document.getElementById('matrix').scrollTop = 1e9; }")
    page.wait_for_function("() => document.querySelector('#matrix tbody tr:nth-last-child(2)').ariaRowIndex === '1002'")
    assert page.locator("#matrix tbody tr:not(.gap)").count() < 60


def test_accounts_are_filtered_by_name_or_id(open_page: Open, small_fleet: str) -> None:
    page = open_page(small_fleet, MATRIX)
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
    page = open_page(small_fleet, MATRIX)
    chip(page, "Drift", "differs").click()
    assert words(page) == {"drifted", "left over"}, "drift is apart from presence"
    chip(page, "Drift", "unmatched").click()
    chip(page, "Presence", "present").click()
    assert words(page) == {"drifted", "no profile"}
    chip(page, "Presence", "present").click()
    chip(page, "Service", "lookout_vision").click()
    assert page.locator("#matrix th.service").all_inner_texts() == ["Lookout for Vision\nended 2025-10-31"]
    page.get_by_label("Text").fill("inspector")
    fitting = [
        (account["host"], item["name"])
        for account in report(30)["accounts"]
        for item in account["objects"]
        if item["name"] == "LookoutVisionInspector" and item.get("audit_status") in ("drifted", "unknown")
    ]
    assert sorted(hosts(page)) == sorted(host for host, dummy in fitting)
    assert page.locator("#shown").inner_text().startswith(f"{len(fitting)} of 30 accounts, {len(fitting)} of ")
    assert page.locator("#shown").get_attribute("aria-live") == "polite"


def test_severity_finds_roles_and_accounts(open_page: Open, small_fleet: str) -> None:
    page = open_page(small_fleet, MATRIX)
    chip(page, "Risk", "high").click()
    high = {
        account["host"]
        for account in report(30)["accounts"]
        for item in (account, *account["objects"])
        if any(finding["severity"] == "high" for finding in item.get("findings", ()))
    }
    assert high
    assert set(hosts(page)) == high
    assert chip(page, "Risk", "high").get_attribute("aria-pressed") == "true"


FOUND = {
    "audit_status": "in_sync",
    "profile": "documented",
    "findings": [],
    "quarantined": None,
    "escalation_paths": [],
}
CRITICAL = {
    "findings": [{"severity": "critical", "code": "x", "message": "It administers IAM.", "remedy": "Narrow it."}]
}
ENDED, OPEN_SERVICE = "deeplens", "groundtruth_lambda"


LOOKS: list[tuple[str, str, dict[str, object], str, str, str]] = [
    (ENDED, "in_sync", {}, "left over", "left_over", "attention"),
    (ENDED, "in_sync", CRITICAL, "left over", "left_over", "attention"),
    (ENDED, "drifted", {"audit_status": "drifted"}, "left over", "left_over", "attention"),
    (ENDED, "in_sync", {"profile": "declared"}, "in sync", "quiet", "good"),
    (OPEN_SERVICE, "in_sync", {}, "in sync", "good", "good"),
    (OPEN_SERVICE, "in_sync", CRITICAL, "in sync", "quiet", "attention"),
    (OPEN_SERVICE, "drifted", {"audit_status": "drifted"}, "drifted", "attention", "attention"),
    (OPEN_SERVICE, "unknown", {"audit_status": "unknown"}, "no profile", "attention", "attention"),
]
"""The service and status of a role, what else is known of it, and the word, the look and the look of its account."""


def test_nothing_dangerous_or_left_over_looks_good(open_page: Open) -> None:
    shown = example("in_sync", **FOUND)
    [first] = shown["accounts"]
    roles = {
        service: next(one for one in first["objects"] if one["service"] == service) for service in (ENDED, OPEN_SERVICE)
    }
    shown["accounts"] = [
        {
            **first,
            "host": f"account-{place}",
            "objects": [{**roles[service], **FOUND, "status": status, **details}],
            "outcome": "in_sync" if status == "in_sync" else "attention",
            **{"escalation_paths": [], "findings": [], "severity": None},
        }
        for place, (service, status, details, *_looks) in enumerate(LOOKS)
    ]
    page = open_page(as_page(shown, Statuses.load()), f"{MATRIX}&order=name")
    rows = page.locator("#matrix tbody tr:not(.gap)").all()
    cells = [row.locator("button.cell") for row in rows]
    assert [
        (
            cell.locator(".word").inner_text(),
            cell.get_attribute("data-tone"),
            row.locator("th button").get_attribute("data-tone"),
        )
        for row, cell in zip(rows, cells, strict=True)
    ] == [tuple(looks) for _service, _status, _details, *looks in LOOKS]


def test_failed_accounts_come_first_and_say_why(open_page: Open, small_fleet: str) -> None:
    page = open_page(small_fleet, MATRIX)
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
    page = open_page(large_fleet, MATRIX)
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


def test_rare_roles_open_from_the_column_that_they_share(open_page: Open) -> None:
    shown = report(60)
    page = open_page(as_page(shown, Statuses.load()), MATRIX)
    rare = [
        (account["host"], item["name"])
        for account in shown["accounts"]
        for item in account["objects"]
        if "device" in item["name"]
    ]
    assert len(rare) > 1
    page.get_by_label("Text").fill(rare[0][1])
    assert hosts(page) == [rare[0][0]]
    panel = opened(page)
    assert panel.locator("h2").inner_text() == rare[0][1]
