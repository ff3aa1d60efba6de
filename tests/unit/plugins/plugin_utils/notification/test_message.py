# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a message contains, and on which occasions it is sent."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.notification.delivery import (
    deliver,
    problems_of,
    targets_of,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.notification.occasions import is_occasion, level_of
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.notification.text import message, plain_line


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ("critical  vision-prod (123456789012)  role/worker", "critical  vision-prod (123456789012)  role/worker"),
        ("role <!channel> <!everyone> <@U0123>", "role (!channel) (!everyone) ((at)U0123)"),
        ("@channel, @here and x@everyone, (@all)", "(at)channel, (at)here and x(at)everyone, ((at)all)"),
        ("ask @jane, jane@example.com", "ask (at)jane, jane@example.com"),
        ("[sign in](https://evil.example)", "[sign in] (https://evil.example)"),
        ("<b>x</b><script>", "(b)x(/b)(script)"),
        ("one\nBcc: all@example.com\x1b[31m\u202e", "one\\nBcc: all@example.com\\x1b[31m\\u202e"),
        ("AWSDeepLens* `*_iam_*` #1", "AWSDeepLens* `*_iam_*` #1"),
        ("{{ 7 * 7 }} %s {0}", "{{ 7 * 7 }} %s {0}"),
    ],
)
def test_text_of_an_account_is_only_text(line: str, plain: str) -> None:
    assert plain_line(line) == plain


def test_a_message_is_a_line_and_lines() -> None:
    assert message("Audit\nX: y" + "z" * 300, ["a", "b\nc"]) == ("Audit\\nX: y" + "z" * 188 + "…", "a\nb\\nc")


@pytest.mark.parametrize(
    ("totals", "occasions", "level"),
    [
        ({}, {"always"}, "info"),
        ({"statuses": {"looked at": 3}, "new": 0, "writes": {}}, {"always"}, "info"),
        ({"statuses": {"changed": 1}}, {"always", "changes"}, "info"),
        ({"planned": {"CreateRole": 1}}, {"always", "changes"}, "info"),
        ({"statuses": {"drifted": 1}}, {"always", "changes"}, "info"),
        ({"new": 1}, {"always", "new"}, "warning"),
        ({"worse": 1}, {"always", "new"}, "warning"),
        ({"statuses": {"failed": 1, "changed": 2}, "new": 1}, {"always", "changes", "new", "failed"}, "failure"),
    ],
)
def test_occasions_follow_from_the_totals(totals: dict[str, Any], occasions: set[str], level: str) -> None:
    assert {name for name in ("always", "changes", "new", "failed") if is_occasion([name], totals)} == occasions
    assert level_of(totals) == level


def test_text_is_one_target_even_with_commas() -> None:
    assert targets_of(" mailto://localhost?to=a@example.com,b@example.com ") == [
        "mailto://localhost?to=a@example.com,b@example.com"
    ]


@pytest.mark.parametrize(
    "value", [{"url": "json://localhost"}, 1, None, ["json://localhost", 1], ["json://localhost", " "]]
)
def test_other_types_are_refused_without_their_value(value: Any) -> None:
    with pytest.raises(ValueError, match="must be a list of apprise URLs") as refused:
        targets_of(value)
    assert "localhost" not in str(refused.value)


def test_no_log_contains_a_url(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    targets = ["json://127.0.0.1:9/T0123-s3cret"]
    assert problems_of([*targets, "json://"], "to") != []
    assert [one.number for one in deliver(targets, "Audit", "T0123-s3cret", "info")] == [1]
    assert "s3cret" not in caplog.text
    logging.getLogger("apprise").warning("heard again")
    assert "heard again" in caplog.text
