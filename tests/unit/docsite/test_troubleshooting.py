# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every message on the page for troubleshooting is one that a run can show, and no failure of a plugin is missing.

messages.yml has the file of each message, and the failures that the page omits.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from unit.docsite.message_templates import COLLECTION, failures, is_said, templates

MESSAGES = yaml.safe_load(Path(__file__).with_name("messages.yml").read_text(encoding="utf-8"))
EXPLAINED = {text: file for file, texts in MESSAGES["explained"].items() for text in texts}
PAGE = COLLECTION / "docs" / "docsite" / "rst" / "troubleshooting.rst"
SHOWN = re.findall(r"(?m)^``(.+)``\n    \S", PAGE.read_text(encoding="utf-8"))


def test_the_page_explains_the_messages_of_the_list() -> None:
    assert sorted(SHOWN) == sorted(EXPLAINED)
    assert len(SHOWN) > 100


@pytest.mark.parametrize("file", MESSAGES["explained"])
def test_the_code_says_what_the_page_shows(file: str) -> None:
    said = templates(file)
    unsaid = [text for text in MESSAGES["explained"][file] if not any(is_said(text, template) for template in said)]
    assert unsaid == []


def test_every_failure_is_on_the_page_or_explains_itself() -> None:
    left_out = MESSAGES["explains_itself"]
    unexplained = [
        f"{file}: {template}"
        for file, template in failures()
        if not any(is_said(text, template) or template in text for text in EXPLAINED)
        and template not in left_out.get(file, ())
    ]
    assert unexplained == []


def test_no_failure_is_left_out_that_the_code_has_no_more() -> None:
    said = set(failures())
    gone = [
        f"{file}: {template}"
        for file, texts in MESSAGES["explains_itself"].items()
        for template in texts
        if (file, template) not in said
    ]
    assert gone == []


@pytest.mark.parametrize(
    ("shown", "template", "said"),
    [
        ("is gone", "role … is gone", True),
        ("role … is gone", "role … is gone", True),
        ("it is gone", "… is gone", False),  # too few letters to be sure
        ("AssumeRole for … failed: AccessDenied: …", "… failed: …: …", True),
        ("… does not exist; create that first", "… does not exist; create it first", False),
    ],
)
def test_a_message_is_recognized_by_its_own_words(shown: str, template: str, said: bool) -> None:
    assert is_said(shown, template) is said
