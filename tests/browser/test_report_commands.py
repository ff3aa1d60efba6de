# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that a report proposes: complete, quoted for a shell, and none for names that could mean more."""

from __future__ import annotations

import json
import shlex
from urllib.parse import urlencode

from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.html import as_page
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.statuses import Statuses
from browser.conftest import Open
from browser.report_page import MATRIX, of_service, opened, unfold
from playwright.sync_api import Page


def commands(page: Page, holder: str = "#details") -> list[list[str]]:
    return [shlex.split(text) for text in page.locator(f"{holder} .command code").all_inner_texts()]


def test_proposals_are_commands_to_copy(open_page: Open) -> None:
    shown = of_service("deeplens", name="AWS=1,2@x+y.z-a")
    shown["run"]["inventory"] = ["in ventory/my's.yml"]
    shown["accounts"][0]["host"] = "vision-prod"
    page = open_page(as_page(shown, Statuses.load()), MATRIX)
    opened(page)
    check, retire, audit = commands(page)
    begin = ["ansible-playbook", "-i", "in ventory/my's.yml"]
    assert audit == [*begin, "aws_ml.permissions.audit", "--limit", "vision-prod"]
    assert retire[:-1] == [*begin, "aws_ml.permissions.retire", "--limit", "vision-prod", "-e"]
    assert json.loads(retire[-1]) == {
        "aws_ml_retire_services": ["deeplens"],
        "aws_ml_retire_roles": ["AWS=1,2@x+y.z-a"],
    }
    assert check == [*retire, "--check"]
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy: Audit its account again").click()
    assert shlex.split(page.evaluate("navigator.clipboard.readText()")) == audit


HOSTILE_NAMES = ("x{{ lookup('pipe', 'id') }}", "$(id)", "AWS*", "a b", "`id`", "a'b", "@{x}")
HOSTILE_HOSTS = ("a;reboot", "all", "!prod", "@/etc/passwd", "-vvv", "x,y", "a:b", "web[0]", "~x.*", "a b")


def test_many_accounts_get_a_command_for_all(open_page: Open) -> None:
    shown = of_service("deeplens", name="AWSDeepLensServiceRole")
    [first] = shown["accounts"]
    [role] = first["objects"]
    finding = {
        "severity": "critical",
        "code": "trusts_anyone",
        "message": "Anyone may assume it.",
        "remedy": "Narrow it.",
    }
    other = {**finding, "message": "Anyone may assume it too."}
    shown["accounts"] = [
        {**first, "host": f"account-{number}", "objects": [{**role, "findings": [finding if number else other]}]}
        for number in range(45)
    ]
    page = open_page(as_page(shown, Statuses.load()))
    unfold(page)
    [words] = commands(page, ".grave article:first-child")
    assert words[:4] == ["ansible-playbook", "-i", "INVENTORY", "aws_ml.permissions.retire"]
    assert json.loads(words[5]) == {
        "aws_ml_retire_services": ["deeplens"],
        "aws_ml_retire_roles": ["AWSDeepLensServiceRole"],
    }
    assert words[6:] == ["--check"]
    text = page.locator(".grave article").first.inner_text()
    assert "See what retiring these in every account would do" in text
    assert "For example: Anyone may assume it" in text


def test_hostile_names_get_no_command(open_page: Open) -> None:
    shown = of_service("deeplens")
    [first] = shown["accounts"]
    [role] = first["objects"]
    first.pop("escalation_paths", None)
    named = [
        {**first, "host": f"plain-{place}", "objects": [{**role, "name": name}]}
        for place, name in enumerate(HOSTILE_NAMES)
    ]
    shown["accounts"] = [*named, *({**first, "host": host} for host in HOSTILE_HOSTS)]
    page = open_page(as_page(shown, Statuses.load()))
    for account in shown["accounts"]:
        [role] = account["objects"]
        key, resource = f"{account['host']} {account['account_id']}", f"role/{role['name']}"
        page.evaluate("(address) => { location.hash = address; }", f"#{urlencode({'host': key, 'object': resource})}")
        page.locator("#details h2").filter(has_text=role["name"]).wait_for()
        page.locator("#details header").filter(has_text=account["host"]).wait_for()
        expected = ["aws_ml.permissions.audit"] if account["host"].startswith("plain-") else []
        assert [words[3] for words in commands(page)] == expected, key
