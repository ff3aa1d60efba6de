# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of facts has every part that the code cites, and the same ends of services as the data."""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import aws_facts

COLLECTION = Path(__file__).resolve().parents[3]
PAGE = (COLLECTION / "docs" / "docsite" / "rst" / "facts.rst").read_text(encoding="utf-8")
CITING = ("plugins", "roles", "services", "tests", "scripts")


def test_services_ended_when_the_data_says() -> None:
    rows = dict(re.findall(r"(?m)^   \* - (.+)\n     - (.+)$", PAGE))
    told = {name.removeprefix("Amazon ").removeprefix("AWS "): text for name, text in rows.items()}
    for service in aws_facts()["services"].values():
        text = told[service["name"].removeprefix("Amazon ").removeprefix("AWS ")]
        assert service.get("since", "") in text, service["name"]
        assert ("no new customers" if service["state"] == "closed" else "ended") in text, service["name"]


def test_every_part_that_the_code_cites_is_on_the_page() -> None:
    parts = set(re.findall(r"(?m)^([A-D]\d*)\. ", PAGE))
    cited: dict[str, str] = {}
    for folder in CITING:
        for path in (COLLECTION / folder).rglob("*"):
            if path.suffix in (".py", ".yml", ".json") and path.is_file():
                for found in re.findall(r"FACTS ((?:[A-D]\d*(?:, | and )?)+)", path.read_text(encoding="utf-8")):
                    cited.update(dict.fromkeys(re.findall(r"[A-D]\d*", found), str(path.relative_to(COLLECTION))))
    assert {part: where for part, where in cited.items() if part not in parts} == {}
    assert len(cited) > 5
