# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTML file: small, whole, and safe whatever accounts hold. What it shows is tested in a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.yaml import yaml_load
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report import html
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.encoding import OWN_ACCOUNT, Pool
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.html import as_page
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.statuses import Statuses
from hypothesis import given
from hypothesis import strategies as st
from unit.plugins.plugin_utils.report.generated_decisions import decided
from unit.plugins.plugin_utils.report.generated_fleet import page, report

pytestmark = pytest.mark.both_generations

ACCOUNT = "123456789012"
TEXTS = st.text(max_size=30) | st.sampled_from(["", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/x", "__proto__", "\ue000"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(int(ACCOUNT)) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


class Page(HTMLParser):
    """The tags with their attributes, and the content of script and style."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, str] = {}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = dict(attrs).get("id") or tag if tag in ("script", "style") else ""

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.inside[self._open] = self.inside.get(self._open, "") + data

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.inside["data"])
        return found


def whole(value: Any, pool: list[Any], account_id: str | None) -> Any:
    """What report_page/data.js does."""
    if isinstance(value, str):
        return value.replace(OWN_ACCOUNT, account_id) if account_id else value
    if isinstance(value, list):
        return [whole(entry, pool, account_id) for entry in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get(""), int):
        return whole(pool[value[""]], pool, account_id)
    pairs = value[""] if "" in value else value.items()
    return {whole(key, pool, account_id): whole(entry, pool, account_id) for key, entry in pairs}


def test_what_an_earlier_report_had_is_in_the_page() -> None:
    shown = decided(30)
    data = Page(as_page(shown, Statuses.load())).data
    assert data["quarantine"] == shown["quarantine"]
    assert data["history"] == shown["history"]
    compared = shown["comparison"]
    assert data["comparison"]["with"] == compared["with"]
    assert data["comparison"]["counts"]["new"] == len(compared["new"])
    for key in ("worse", "gone", "better", "not_compared"):
        assert compared[key]
        found = []
        for whose, what in data["comparison"][key]:
            whole_whose = whole(whose, data["pool"], None)
            found.append({**whole_whose, **whole(what, data["pool"], whole_whose.get("account_id"))})
        assert found == compared[key]


def test_accepted_findings_have_no_mark() -> None:
    shown = report(3)
    [account] = [account for account in shown["accounts"] if account["objects"]][:1]
    finding = {"severity": "critical", "code": "x", "message": "m", "waiver": {"reason": "r"}}
    low = {**finding, "severity": "low", "waiver": None}
    account["objects"] = [{**account["objects"][0], "findings": [finding, low], "escalation_paths": []}]
    shown["accounts"] = [account]
    [row] = Page(as_page(shown, Statuses.load())).data["rows"]
    assert [cell[2] for cell in row[5]] == [1]


def test_statuses_and_looks_fit_together() -> None:
    looks = yaml_load((Path(html.__file__).parent / "page" / "looks.yml").read_text(encoding="utf-8"))
    for status in Statuses.load().known.values():
        assert status.get("presence") in (None, *looks["presence"])
        assert status.get("drift") in (None, *looks["drift"])
    assert [look["tone"] for look in looks["drift"].values()].count("good") == 0, "drift alone is never good"
    assert "good" not in [status["tone"] for status in Statuses.load().known.values()]


def test_everything_of_the_report_is_in_the_page() -> None:
    shown = report(30)
    data = Page(as_page(shown, Statuses.load())).data
    statuses = list(Statuses.load().known)
    assert len(data["rows"]) == len(shown["accounts"])
    for account, (host, account_id, outcome, _marks, rest, cells) in zip(shown["accounts"], data["rows"], strict=True):
        assert (host, account_id, outcome) == (account["host"], account["account_id"], account["outcome"])
        own = {"host", "account_id", "outcome", "severity", "objects"}
        assert whole(rest, data["pool"], account_id) == {key: account[key] for key in account.keys() - own}
        found = []
        for column, status, _marks, details, varying, *name in cells:
            service, kind, spelt, _shared = data["columns"][column]
            assert service
            kind, spelt = name or (kind, spelt)
            item = {**whole(details, data["pool"], account_id), **varying, "kind": kind, "name": spelt}
            found.append({**item, "status": statuses[status]})
        without = {"service", "severity"}
        assert found == [
            {key: value for key, value in item.items() if key not in without} for item in account["objects"]
        ]


@given(value=VALUES, other=VALUES)
def test_any_value_comes_back_from_the_pool(value: Any, other: Any) -> None:
    plain = json.loads(json.dumps([value, other]).replace("\\ue000", "\\ufffd"))
    pool = Pool()
    stored = [json.loads(pool.put(entry, ACCOUNT)) for entry in [value, other, value]]
    values = [json.loads(entry) for entry in pool.values]
    assert [whole(entry, values, ACCOUNT) for entry in stored] == [*plain, plain[0]]


def test_pool_keeps_once_what_accounts_share_but_for_their_ids() -> None:
    pool = Pool()
    first = pool.put({"Resource": "arn:aws:iam::111111111111:role/x"}, "111111111111")
    assert pool.put({"Resource": "arn:aws:iam::222222222222:role/x"}, "222222222222") == first
    assert pool.put({"Resource": "arn:aws:iam::111111111111:role/x"}, "222222222222") != first


@pytest.mark.parametrize(
    "evil", ["</script><script>alert(1)</script>", "</script x", "<!--<script x", "]]>&lt;img src=x onerror=1>"]
)
def test_text_of_accounts_is_never_markup(evil: str) -> None:
    shown = report(6)
    account = next(account for account in shown["accounts"] if account["objects"])
    account["host"] = evil
    account["objects"][0].update(name=evil, arn=evil, content={"policy": {evil: evil}, "description": evil})
    account["failures"] = [{"task": evil, "message": evil}]
    made = Page(as_page(shown, Statuses.load()))
    plain = Page(page(6))
    assert [tag for tag, dummy in made.tags] == [tag for tag, dummy in plain.tags]
    assert evil in [row[0] for row in made.data["rows"]]
    assert made.inside["script"] == plain.inside["script"]


def test_page_loads_nothing_and_runs_only_its_own_script() -> None:
    text = page(3)
    made = Page(text)
    policy = next(
        attributes["content"] for tag, attributes in made.tags if tag == "meta" and "http-equiv" in attributes
    )
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    for kind in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(made.inside[kind].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert not [
        attributes for dummy, attributes in made.tags if attributes.keys() & {"src", "srcset", "style", "onclick"}
    ]
    assert not re.search(r"(?i:https?://|@import)|\burl\((?!#)", made.inside["script"] + made.inside["style"])


def test_roles_that_few_accounts_have_share_a_column() -> None:
    columns = Page(page(200)).data["columns"]
    shared = [column for column in columns if column[3]]
    assert [column[0] for column in shared] == ["deeplens"]
    assert not [column for column in columns if "device" in column[2]]
