# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report tells the person who decides: the first screen, the findings, what is saved, links and commands."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.html import as_page
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.statuses import Statuses
from browser.conftest import Open
from browser.report_page import MATRIX, chip, example, hosts, of_service, opened, unfold
from playwright.sync_api import Page
from unit.plugins.plugin_utils.report.generated_decisions import decided

FLEET = decided(60)


def records() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each finding with its account."""
    for account in FLEET["accounts"]:
        for holder in (account, *account["objects"]):
            for finding in holder.get("findings", ()):
                yield account, finding


OPEN = [(account, finding) for account, finding in records() if "waiver" not in finding]
GRAVE = [(account, finding) for account, finding in OPEN if finding["severity"] in ("critical", "high")]


def count(severity: str) -> int:
    return sum(finding["severity"] == severity for _account, finding in OPEN)


def test_first_screen_says_what_there_is_and_what_to_do(open_page: Open, decided_fleet: str) -> None:
    page = open_page(decided_fleet)
    accounts = len({account["host"] for account, _finding in GRAVE})
    new = sum(finding.get("change") == "new" for _account, finding in GRAVE)
    assert page.locator("#sentence").inner_text() == (
        f"{count('critical')} critical and {count('high')} high findings in {accounts} of 60 accounts;"
        f" {new or 'none'} new since 2026-11-21."
    )
    first = page.locator(".grave article").first
    assert first.locator("b").first.inner_text() == "role/AWSDeepLensSageMakerRole"
    assert "To fix: state: absent, or profile: least_privilege" in first.inner_text()
    unfold(page)
    concerned = [account["host"] for account, finding in GRAVE if finding["severity"] == "critical"]
    assert sorted(first.locator("tbody tr td:first-child").all_inner_texts()) == sorted(concerned)
    for part in ("Since", "Quarantine: what is deleted when", "Trend over 14 runs", "Files of this run"):
        assert page.get_by_role("heading", name=part).last.is_visible()
    due = FLEET["quarantine"][0]
    day = page.locator(".calendar details").first
    assert day.locator("time").inner_text() == due["until"][:10]
    assert due["resource"] in day.inner_text()


def test_without_comparison_history_and_units_the_page_is_whole(open_page: Open, small_fleet: str) -> None:
    page = open_page(small_fleet)
    assert page.locator("#sentence").inner_text().endswith(" of 30 accounts.")
    assert "This run was not compared with an earlier one." in page.locator("#view").inner_text()
    assert page.locator(".switch [aria-current]").inner_text() == "Service"


@pytest.mark.parametrize(
    ("status", "check", "sentence", "heading"),
    [
        ("deleted", False, "1 deleted in 1 of 1 account.", "What was done"),
        ("would_quarantine", True, "1 to quarantine in 1 of 1 account.", "What would be done"),
        ("quarantined", False, "1 quarantined in 1 of 1 account.", "What was done"),
    ],
)
def test_run_that_only_writes_says_what_it_wrote(
    open_page: Open, status: str, check: bool, sentence: str, heading: str
) -> None:
    step = {"action": "AttachRolePolicy", "resource": "role/x", "state": "planned" if check else "done"}
    shown = of_service("deeplens")
    [account] = shown["accounts"]
    account["objects"] = [
        {"kind": "role", "name": "x", "service": "deeplens", "status": status, "severity": None, "plan": [step]}
    ]
    account.update(findings=[], escalation_paths=[])
    shown["run"]["check_mode"] = check
    page = open_page(as_page(shown, Statuses.load()))
    assert page.locator("#sentence").inner_text() == sentence
    assert page.get_by_role("heading", name=heading).is_visible()
    assert page.get_by_role("heading", name="Critical and high findings").count() == 0


def test_heat_map_leads_to_its_findings(open_page: Open, decided_fleet: str) -> None:
    page = open_page(decided_fleet)
    page.get_by_role("link", name="Owner", exact=True).click()
    row = page.locator(".heat tbody tr").filter(has_text="vision@example.org")
    found = [
        finding
        for account, finding in OPEN
        if account["owner"] == "vision@example.org" and finding["severity"] == "low"
    ]
    assert row.locator("td[data-heat=low]").inner_text() == str(len(found))
    row.locator("td[data-heat=low] a").click()
    assert page.locator("#shown").inner_text().startswith(f"{len(found)} of ")
    assert page.locator("#filter-owner").input_value() == "=vision@example.org"


def test_findings_in_every_grouping_are_all_there(open_page: Open, decided_fleet: str) -> None:
    page = open_page(decided_fleet, "#view=findings&severity=critical")
    for group in ("account", "ou", "service", "owner", "finding"):
        page.get_by_label("Group by").select_option(group)
        unfold(page)
        assert page.locator(".groups tbody tr").count() == count("critical"), group


def test_accepted_findings_are_behind_a_filter_and_expired_waivers_are_marked(
    open_page: Open, decided_fleet: str
) -> None:
    page = open_page(decided_fleet, "#view=findings")
    all_records = list(records())
    assert page.locator("#shown").inner_text() == f"{len(OPEN)} of {len(all_records)} findings"
    assert page.get_by_text("accepted until").count() == 0
    page.get_by_label("Accepted").select_option("only these")
    assert page.locator("#shown").inner_text().startswith(f"{len(all_records) - len(OPEN)} of ")
    unfold(page)
    assert "accepted until 2027-02-01 by research@example.org: the lab needs it" in page.locator(".groups").inner_text()
    page.get_by_label("Accepted").select_option("only those not accepted any more")
    unfold(page)
    assert "waiver expired 2026-11-01" in page.locator(".groups").inner_text()
    assert "group_vars/all/waivers.yml: aws_ml_waivers[2]" in page.locator(".groups").inner_text()


def saved(page: Page, form: str, tmp_path: Path) -> str:
    with page.expect_download() as download:
        page.locator(".buttons").get_by_role("button", name=f"as {form}").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    return path.read_text(encoding="utf-8-sig")


def test_what_is_saved_is_what_the_filter_shows(open_page: Open, decided_fleet: str, tmp_path: Path) -> None:
    page = open_page(decided_fleet, "#view=findings&severity=high")
    rows = json.loads(saved(page, "JSON", tmp_path))
    assert len(rows) == count("high")
    assert {row["host"] for row in rows} == {
        account["host"] for account, finding in OPEN if finding["severity"] == "high"
    }
    lines = list(csv.DictReader(saved(page, "CSV", tmp_path).splitlines()))
    assert [line["message"] for line in lines] == [row["message"] for row in rows]
    page.get_by_role("link", name="Matrix").click()
    assert all(row["severity"] for row in json.loads(saved(page, "JSON", tmp_path)))


def test_saved_sheet_has_no_formulas(open_page: Open, tmp_path: Path) -> None:
    names = ["=1+1", "@SUM", "\uff1dcmd", ' +1,"x"', "-1"]
    shown = example("drifted")
    for item, name in zip(shown["accounts"][0]["objects"], names, strict=False):
        item["name"] = name
    page = open_page(as_page(shown, Statuses.load()), MATRIX)
    lines = list(csv.DictReader(saved(page, "CSV", tmp_path).splitlines()))
    assert {f"'{name}" for name in names} <= {line["name"] for line in lines}


def test_address_follows_and_a_link_shows_the_same(open_page: Open, decided_fleet: str) -> None:
    page = open_page(decided_fleet, "#view=findings")
    chip(page, "Risk", "critical").click()
    page.get_by_label("Group by").select_option("owner")
    page.get_by_label("Text").fill("iam")
    page.locator(".groups summary").first.click()
    page.locator(".groups table a").nth(1).click()
    name = page.locator("#details h2").inner_text()
    other = open_page(decided_fleet, page.evaluate("location.hash"))
    for one in (page, other):
        assert one.locator("#details h2").inner_text() == name
        assert one.locator("#group").input_value() == "owner"
        assert one.locator("#filter-text").input_value() == "iam"
        assert chip(one, "Risk", "critical").get_attribute("aria-pressed") == "true"
    assert other.locator("#shown").inner_text() == page.locator("#shown").inner_text()


def test_back_button_undoes_steps(open_page: Open, decided_fleet: str) -> None:
    page = open_page(decided_fleet)
    page.get_by_role("link", name="Matrix").click()
    chip(page, "Risk", "critical").click()
    before = hosts(page)
    opened(page)
    page.go_back()
    assert not page.locator("#details").is_visible()
    assert hosts(page) == before
    opened(page)
    page.locator("#details header a").click()
    page.keyboard.press("Escape")
    page.wait_for_function("() => !location.hash.includes('host=')")
    assert not page.locator("#details").is_visible(), "closed at once, however many panels were opened"
    page.go_back()
    assert chip(page, "Risk", "critical").get_attribute("aria-pressed") == "false"
    page.go_back()
    assert page.locator("#sentence").is_visible()


def test_escalation_is_a_graph_with_its_steps_as_text(open_page: Open, decided_fleet: str) -> None:
    page = open_page(decided_fleet, "#view=escalation")
    account = next(one for one in FLEET["accounts"] if len(one.get("escalation_paths", ())) > 1)
    page.get_by_role("link", name=account["host"], exact=True).first.click()
    steps = list(dict.fromkeys(step for path in account["escalation_paths"] for step in path["steps"]))
    assert page.locator(".steps li").all_inner_texts() == steps
    ends = {path[end] for path in account["escalation_paths"] for end in ("from", "to")}
    titles = page.locator(".graph .identity title").all_text_contents()
    assert ends <= {title.partition(",")[0] for title in titles}
    numbers = {
        number.strip() for text in page.locator(".graph .edge text").all_text_contents() for number in text.split(",")
    }
    assert numbers == {str(place + 1) for place in range(len(steps))}
    page.locator(".graph .goal a").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("#details h2").inner_text() == account["escalation_paths"][0]["to"].partition("/")[2]


def test_access_shows_what_changes_and_what_is_not_proved(open_page: Open, decided_fleet: str) -> None:
    page = open_page(decided_fleet, "#view=access")
    unfold(page)
    text = page.locator("#view").inner_text()
    lines = {line for account in FLEET["accounts"] for line in account.get("access", ())}
    assert lines
    assert all(line in text for line in lines)
    found = [one for account in FLEET["accounts"] for one in account.get("assertions", ())]
    held, wrong = (
        sum(one.get(key) == value for one in found) for key, value in (("proved", "current"), ("result", "allowed"))
    )
    undecided = len(found) - held - wrong
    assert min(held, wrong, undecided) > 0
    assert f"{len(found)} assertions: {wrong} not true, {undecided} not decided, {held} proved." in text
