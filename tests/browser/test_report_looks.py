# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a report looks: with hostile text, on paper, in narrow windows, with hardly any data."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.html import as_page
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.statuses import Statuses
from browser.conftest import Open
from browser.report_page import MATRIX, VIEWS, example, hosts, opened, put_on_paper, show, unfold
from unit.plugins.plugin_utils.report import generated_decisions
from unit.plugins.plugin_utils.report.generated_fleet import report


def hostile(evil: str) -> dict[str, Any]:
    """A report that has the text wherever an account, an inventory or an earlier report can have it."""
    finding = {"severity": "critical", "code": evil, "message": evil, "remedy": evil}
    waiver = {"reason": evil, "owner": evil, "until": evil, "place": evil}
    record = {**finding, "account_id": evil, "host": evil, "ou": evil, "owner": evil, "resource": evil, "service": evil}
    path = {"from": evil, "to": f"{evil}2", "severity": "high", "steps": [evil, f"{evil} can {evil}"]}
    shown = example(
        "drifted",
        name=evil,
        arn=evil,
        drift=[{"place": evil, "expected": {evil: evil}}],
        diff={"before": evil, "after": evil * 2},
        findings=[finding, {**finding, "expired_waiver": waiver}, {**finding, "waiver": waiver}],
        content={"inline_policies": {evil: {evil: evil}}, "tags": {evil: evil}, "description": evil},
    )
    shown["accounts"][0].update(
        {"host": evil, "ou": evil, "owner": evil, "tags": {evil: evil}, "access": [evil], "backups": [evil]},
        failures=[{"task": evil, "message": evil, "problems": [evil]}],
        escalation_paths=[path],
        assertions=[{"principal": evil, "expected": evil, "action": evil, "resource": evil, "result": evil}],
    )
    shown["comparison"] = {
        "with": {"began": evil, "file": evil},
        "new": [],
        "gone": [record],
        "better": [{**record, "was": evil}],
    }
    shown["quarantine"] = [
        {"account_id": evil, "host": evil, "resource": evil, "since": evil, "until": evil, "reason": evil}
    ]
    shown["history"] = [{"began": evil, "accounts": 1, "findings": {}, "accepted": 0, "outcomes": {}}]
    shown["run"].update(playbook=evil, files=[evil, f"../{evil}"], inventory=[evil])
    return shown


@pytest.mark.parametrize(
    "evil",
    [
        "<img src=x onerror=alert(1)>",
        "</script><script>alert(1)</script>",
        "{{ 7*7 }}${7*7}'; rm -rf / #",
        "javascript:alert(1)",
    ],
)
def test_text_of_accounts_is_shown_as_it_is(open_page: Open, evil: str) -> None:
    page = open_page(as_page(hostile(evil), Statuses.load()))
    for view in VIEWS:
        show(page, view)
        unfold(page)
        assert evil in page.locator("#view").inner_text(), view
    show(page, "matrix")
    assert hosts(page) == [evil]
    page.get_by_label("Text").fill(evil)
    assert opened(page).locator("h2").inner_text() == evil
    page.keyboard.press("Escape")
    page.locator("#matrix tbody th button").click()
    assert evil in page.locator("#details").inner_text()
    put_on_paper(page)
    assert evil in page.locator("#print").inner_text()
    assert [page.locator(tag).count() for tag in ("img", "script", "noscript")] == [0, 2, 1]
    assert (
        page.evaluate("[...document.links].filter((link) => !/^#|^[\\w.-]+$/.test(link.getAttribute('href'))).length")
        == 0
    )


def test_signs_that_are_not_seen_are_shown_as_escapes(open_page: Open) -> None:
    """Otherwise they could reverse the text next to them, and make one name look like another."""
    moving = "x\u202ey\u200bz\x9b"
    named = {"arn": moving, "content": {"inline_policies": {"a": {moving: moving}}, "description": moving}}
    page = open_page(as_page(example("drifted", name="camera-turned", **named), Statuses.load()), MATRIX)
    page.get_by_label("Text").fill("camera-turned")
    text = opened(page).inner_text()
    assert r"x\u202ey\u200bz\u009b" in text
    assert not set("\u202e\u200b\x9b") & set(text)


def test_statuses_differ_without_colour() -> None:
    looks = [(status["glyph"], status["label"]) for status in Statuses.load().known.values()]
    assert len(set(looks)) == len(looks)


def test_summary_of_200_accounts_is_on_three_pages(open_page: Open) -> None:
    page = open_page(generated_decisions.page(200), "#view=findings")
    pdf = page.pdf(prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 3
    put_on_paper(page)
    assert re.match(r"\d+ critical and \d+ high findings in \d+ of 200 accounts; ", page.locator("#print").inner_text())
    assert not page.locator("#view").is_visible()
    assert page.locator("#print .paper").count() == 0


def test_paper_has_the_details_that_are_asked_for(open_page: Open, small_fleet: str) -> None:
    page = open_page(small_fleet, f"{MATRIX}&service=panorama")
    page.get_by_label("with details").check()
    put_on_paper(page)
    assert not page.locator("#matrix").is_visible()
    assert not page.locator("#filters").is_visible()
    assert page.locator("#print .paper").count() == 1
    assert "AWS Panorama ended 2026-05-31" in page.locator("#print h2").all_inner_texts()
    rows = [account for account in report(30)["accounts"] if account["objects"]]
    assert page.locator("#print .paper tbody tr").count() == len(rows)
    assert page.locator("#print .paper .badge").first.is_visible()
    assert "Filtered: " in page.locator("#print").inner_text()
    page.emulate_media(media="screen")
    page.wait_for_function("() => !document.querySelector('#print').childElementCount")
    assert page.locator("#matrix").is_visible()


@pytest.mark.parametrize("accounts", [0, 1])
def test_page_of_hardly_anything(open_page: Open, accounts: int) -> None:
    page = open_page(as_page(report(accounts), Statuses.load()))
    assert page.locator("#sentence").inner_text().endswith("account." if accounts else "0 accounts.")
    for view in VIEWS:
        show(page, view)
        assert page.locator("#view").inner_text()


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_no_window_is_too_narrow(open_page: Open, decided_fleet: str, width: int) -> None:
    page = open_page(decided_fleet, viewport={"width": width, "height": 800})
    for view in VIEWS:
        show(page, view)
        unfold(page, 3)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, view
    show(page, "matrix")
    box = opened(page).bounding_box()
    assert box["width"] <= width
