# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What opens in a report: the panels of roles and accounts."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.html import as_page
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.statuses import Statuses
from browser.conftest import Open
from browser.report_page import MATRIX, example, opened
from playwright.sync_api import Locator

SAME = "path: /\ndescription: x\nboundary: y\nmax_session_duration: 1\n"
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
DETAILS: dict[str, Any] = {
    "arn": "arn:aws:iam::111111111111:role/x",
    "profile": "documented",
    "audit_status": "drifted",
    "quarantined": {"since": "2026-11-20T10:00:00Z", "reason": "unused for 90 days"},
    "last_used": {},
    "created": "2019-04-01T07:00:00+00:00",
    "dangling": ["AROAEXAMPLEGONE00001"],
    "refusals": [{"resource": "role/x", "code": "used", "reason": "It was used.", "override": "allow: [used]"}],
    "findings": [{"severity": "high", "code": "passes_any_role", "message": "It passes.", "remedy": "Narrow it"}],
    "escalation_paths": [
        {"from": "role/x", "to": "role/admin", "severity": "critical", "steps": ["it may assume role/admin"]}
    ],
    "drift": [{"place": "inline_policies.S3", "actual": POLICY}],
    "plan": [{"action": "DeleteRolePolicy", "resource": "role/x", "reason": "unwanted", "state": "planned"}],
    "diff": {"before": f"{SAME}tags:\n  a: b\n", "after": f"{SAME}tags: {{}}\n"},
    "trusted": [{"principal": "ec2.amazonaws.com", "kind": "service", "conditions": ["aws:SourceAccount"]}],
    "depended_on_by": [{"resource": "role/pipeline", "how": "pass_role", "detail": "by lambda", "by_name": False}],
    "content": {
        "managed_policies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        "inline_policies": {"S3": POLICY},
        "assume_role_policy_document": POLICY,
        "tags": {"team": "vision"},
    },
    "deleted": [{"action": "DeleteRolePolicy", "resource": "role/x", "policy_name": "S3", "policy": POLICY}],
    "found_by": [{"by": "trust_principal", "value": "deeplens.amazonaws.com"}],
}
DETAILS_AS_TEXT = (
    "arn:aws:iam::111111111111:role/x",
    "since 2026-11-20 10:00:00 UTC: unused for 90 days",
    "not in the last 400 days, which is not the same as never",
    "up to 4 hours late",
    "2019-04-01 07:00:00 UTC",
    "AROAEXAMPLEGONE00001 was deleted",
    "It was used.",
    "allow: [used]",
    "To fix: Narrow it",
    "it may assume role/admin",
    "inline_policies.S3",
    "not there",
    "DeleteRolePolicy",
    "ec2.amazonaws.com",
    "by lambda; by a pattern, not by its name",
    "arn:aws:iam::aws:policy/ReadOnlyAccess",
    "deeplens.amazonaws.com",
)


@pytest.fixture
def panel(open_page: Open) -> Locator:
    """The details of a role that has all that a report can have."""
    return opened(open_page(as_page(example("would_update", **DETAILS), Statuses.load()), MATRIX))


def test_what_opens_reports_all_there_is(panel: Locator) -> None:
    text = panel.inner_text()
    assert [expected for expected in DETAILS_AS_TEXT if expected not in text] == []


def test_what_opens_shows_differences_line_by_line(panel: Locator) -> None:
    boxes = [line.bounding_box() for line in panel.locator(".difference .line").all()]
    assert len({box["y"] for box in boxes}) == 7, "a line below the other"
    assert panel.locator(".difference .line").all_text_contents() == [
        "… ",
        "  description: x",
        "  boundary: y",
        "  max_session_duration: 1",
        "- tags:",
        "-   a: b",
        "+ tags: {}",
    ]


def test_what_opens_shows_documents_and_closes_by_a_click_beside_it(panel: Locator) -> None:
    panel.get_by_text("Trust policy").click()
    assert '"Action": "s3:*"' in panel.locator("details[open] pre").inner_text()
    panel.page.mouse.click(20, 400)
    assert not panel.is_visible(), "a click beside it closes it"


def test_account_shows_what_access_changes(open_page: Open) -> None:
    shown = example("would_update")
    lines = [
        "deeplens: role/label-writer gains s3:PutObject on labels-1/*",
        "<b>role/x</b> loses s3:* on every resource",
    ]
    shown["accounts"][0]["access"] = lines
    page = open_page(as_page(shown, Statuses.load()), MATRIX)
    page.locator("#matrix th.account button").first.click()
    section = page.locator("#details section").filter(has=page.get_by_role("heading", name="Access that changes"))
    assert section.locator("li").all_inner_texts() == lines
