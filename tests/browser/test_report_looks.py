# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a report looks: its colours, on paper, in a narrow window, and with hostile text."""

from __future__ import annotations

import re

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.html import as_page
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.statuses import Statuses
from browser.conftest import Open
from browser.report_page import chip, example, hosts, opened, put_on_paper
from unit.plugins.plugin_utils.report.generated_fleet import report


@pytest.mark.parametrize(
    "evil", ["<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "{{ 7*7 }}${7*7}"]
)
def test_text_of_accounts_is_shown_as_it_is(open_page: Open, evil: str) -> None:
    shown = example(
        "drifted",
        name=evil,
        arn=evil,
        drift=[{"place": evil, "expected": {evil: evil}}],
        diff={"before": evil, "after": evil * 2},
        findings=[{"severity": "high", "code": evil, "message": evil, "remedy": evil}],
        content={"inline_policies": {evil: {evil: evil}}, "tags": {evil: evil}, "description": evil},
    )
    shown["accounts"][0].update(host=evil, failures=[{"task": evil, "message": evil, "problems": [evil]}])
    page = open_page(as_page(shown, Statuses.load()))
    assert hosts(page) == [evil]
    page.get_by_label("Role or policy").fill(evil)
    assert opened(page).locator("h2").inner_text() == evil
    page.keyboard.press("Escape")
    page.locator("#matrix tbody th button").click()
    assert evil in page.locator("#details").inner_text()
    put_on_paper(page)
    assert evil in page.locator("#print").inner_text()
    assert [page.locator(tag).count() for tag in ("img", "script", "noscript")] == [0, 2, 1]


def test_signs_that_are_not_seen_are_shown_as_escapes(open_page: Open) -> None:
    """Otherwise they could reverse the text next to them, and make one name look like another."""
    moving = "x\u202ey\u200bz\x9b"
    named = {"arn": moving, "content": {"inline_policies": {"a": {moving: moving}}, "description": moving}}
    page = open_page(as_page(example("drifted", name="camera-turned", **named), Statuses.load()))
    page.get_by_label("Role or policy").fill("camera-turned")
    text = opened(page).inner_text()
    assert r"x\u202ey\u200bz\u009b" in text
    assert not set("\u202e\u200b\x9b") & set(text)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_every_status(open_page: Open, scheme: str) -> None:
    """WCAG 2.2 AA: a ratio of 4.5 between text and ground."""
    shown = report(3)
    account = next(account for account in shown["accounts"] if account["objects"])
    for item, status in zip(account["objects"], Statuses.load().known, strict=False):
        item["status"] = status
    page = open_page(as_page({**shown, "accounts": [account]}, Statuses.load()), color_scheme=scheme)
    ratios = page.evaluate(
        """() => {
          const light = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number).map((part) => part / 255)
            .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
            .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
          const ground = (element) => {
            const colour = getComputedStyle(element).backgroundColor;
            return /, 0\\)$/.test(colour) ? ground(element.parentElement) : colour;
          };
          const looked = document.querySelectorAll('.cell, .mark, .severity, .count, .note, .id, #head p');
          return [...looked].map((element) => {
            const [a, b] = [light(getComputedStyle(element).color), light(ground(element))].sort((x, y) => y - x);
            return [`${element.className} ${Object.values(element.dataset)}`, (a + 0.05) / (b + 0.05)];
          });
        }"""
    )
    assert len(ratios) > 20
    assert [found for found in ratios if found[1] < 4.5] == []
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")


def test_statuses_differ_without_colour() -> None:
    looks = [(status["glyph"], status["label"]) for status in Statuses.load().known.values()]
    assert len(set(looks)) == len(looks)


def test_paper_has_all_that_is_filtered(open_page: Open, small_fleet: str) -> None:
    page = open_page(small_fleet)
    chip(page, "Service", "panorama").click()
    put_on_paper(page)
    assert not page.locator("#matrix").is_visible()
    assert not page.locator("#filters").is_visible()
    assert page.locator("#print h2").all_inner_texts()[0].startswith("AWS Panorama ended 2026-05-31")
    rows = [account for account in report(30)["accounts"] if account["objects"]]
    assert page.locator("#print .paper tbody tr").count() == len(rows)
    assert page.locator("#print .badge").first.is_visible()
    assert "Filtered: " in page.locator("#print").inner_text()
    page.emulate_media(media="screen")
    page.wait_for_function("() => !document.querySelector('#print').childElementCount")
    assert page.locator("#print").inner_html() == ""
    assert page.locator("#matrix").is_visible()


def test_pdf_of_the_whole_fleet(open_page: Open, small_fleet: str) -> None:
    pdf = open_page(small_fleet).pdf(prefer_css_page_size=True)
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    assert pages > 4


@pytest.mark.parametrize("accounts", [0, 1])
def test_page_of_hardly_anything(open_page: Open, accounts: int) -> None:
    page = open_page(as_page(report(accounts), Statuses.load()))
    assert page.locator("#totals h2").first.inner_text().split()[0] == str(accounts)


def test_narrow_window_scrolls(open_page: Open, small_fleet: str) -> None:
    page = open_page(small_fleet, viewport={"width": 420, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    assert opened(page).bounding_box()["width"] <= 420
