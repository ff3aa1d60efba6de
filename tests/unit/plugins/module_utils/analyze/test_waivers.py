# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which findings a waiver accepts, and what is wrong with waivers."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.aws_facts import AwsFacts
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import SEVERITIES, Finding, Severity
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.waiver_parser import parse_waivers
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.waivers import Waivers
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import aws_facts
from hypothesis import given
from hypothesis import strategies as st

FACTS = AwsFacts.parse(aws_facts())
TODAY = date(2026, 11, 30)
ACCOUNT = "111122223333"
EVIDENCE = ["account:444455556666", "account:777788889999"]
WAIVER = {
    "code": "trusts_anyone",
    "accounts": [ACCOUNT],
    "resources": ["role/l4e-*"],
    "severity": "high",
    "evidence": EVIDENCE,
    "reason": "the partner runs our lines",
    "owner": "ml-platform",
    "until": "2027-01-31",
}
WRONG = yaml.safe_load(Path(__file__).with_name("wrong_waivers.yml").read_text(encoding="utf-8"))


def waivers(*entries: dict[str, Any], today: date = TODAY) -> Waivers:
    found, problems = parse_waivers(entries, FACTS, today)
    assert problems == []
    return found


def finding(severity: str = "high", resource: str = "role/l4e-role", evidence: Any = EVIDENCE[:1]) -> Finding:
    return Finding(Severity.parse(severity), "trusts_anyone", resource, "m", "r", evidence=tuple(evidence))


def told(change: dict[str, Any], one: Finding, account: str = ACCOUNT) -> tuple[str, str]:
    """Under which key the finding has the waiver, "" if under none, and why it does not accept the finding."""
    [judged] = waivers({**WAIVER, **change}).judged(account, [one])
    assert judged.is_accepted == ("waiver" in judged.shown())
    key = next(iter(judged.accepted), "")
    return key, judged.accepted.get(key, {}).get("why", "")


@pytest.mark.parametrize(
    ("change", "one", "expected"),
    [
        pytest.param({}, finding(), "waiver", id="as it was accepted"),
        pytest.param({}, finding(evidence=EVIDENCE), "waiver", id="all of the evidence"),
        pytest.param({}, finding(evidence=[]), "waiver", id="less evidence"),
        pytest.param({}, finding("low"), "waiver", id="less severe"),
        pytest.param({}, finding(resource="ROLE/L4E-ROLE"), "waiver", id="the case of a name"),
        pytest.param({"until": date(2027, 1, 31)}, finding(), "waiver", id="a date of YAML"),
        pytest.param({"accounts": 111122223333, "resources": "*"}, finding(), "waiver", id="single values"),
        pytest.param({"accounts": ["1111*"]}, finding(), "waiver", id="a pattern of accounts"),
        pytest.param({"evidence": "*"}, finding(evidence=["account:1"]), "waiver", id="any evidence"),
        pytest.param({"until": "2026-11-30"}, finding(), "waiver", id="the last day"),
        pytest.param({"until": "2026-11-29"}, finding(), "expired_waiver", id="the day after"),
        pytest.param({"code": "dangling_principal"}, finding(), "", id="another code"),
        pytest.param({"accounts": ["9*"]}, finding(), "", id="another account"),
        pytest.param({}, finding(resource="role/other"), "", id="another role"),
        pytest.param({"resources": ["role/l4e"]}, finding(), "", id="the beginning of a name"),
    ],
)
def test_which_findings_a_waiver_accepts(change: dict[str, Any], one: Finding, expected: str) -> None:
    assert told(change, one) == (expected, "")


@pytest.mark.parametrize(
    ("change", "one", "why"),
    [
        pytest.param({}, finding("critical"), "it is critical, and high was accepted", id="more severe"),
        pytest.param(
            {}, finding(evidence=["account:1"]), "its evidence has account:1, which was not accepted", id="an account"
        ),
        pytest.param(
            {"evidence": []},
            finding(evidence=["a:1", "a:2", "a:3", "a:4"]),
            "its evidence has a:1, a:2, a:3 and 1 more, which was not accepted",
            id="any evidence",
        ),
        pytest.param(
            {"until": "2026-11-01"}, finding("critical"), "it is critical, and high was accepted", id="expired as well"
        ),
    ],
)
def test_what_became_worse_is_not_accepted(change: dict[str, Any], one: Finding, why: str) -> None:
    assert told(change, one) == ("outgrown_waiver", why)


def test_of_several_waivers_one_that_accepts_counts() -> None:
    expired, narrow = {**WAIVER, "until": "2026-11-29", "owner": "old"}, {**WAIVER, "severity": "low"}
    one = finding()
    for entries, key, owner in (
        ((narrow, expired, WAIVER), "waiver", "ml-platform"),
        ((narrow, expired), "expired_waiver", "old"),
        ((narrow,), "outgrown_waiver", "ml-platform"),
    ):
        [judged] = waivers(*entries).judged(ACCOUNT, [one])
        assert (list(judged.accepted), judged.accepted[key]["owner"]) == ([key], owner)


def test_escalation_path_is_accepted_with_its_steps() -> None:
    path = {"from": "account/9", "to": "role/l4e-role", "severity": "high", "evidence": ["step:lambda-001"]}
    given = {**WAIVER, "code": "escalation_path", "resources": ["account/9"], "evidence": ["step:lambda-001"]}
    longer = {**path, "evidence": ["step:lambda-001", "step:ec2-001"]}
    other = {**path, "from": "role/l4e-role"}
    judged = waivers(given).judged_paths(ACCOUNT, [path, longer, other])
    assert [[key for key in one if "waiver" in key] for one in judged] == [["waiver"], ["outgrown_waiver"], []]


def test_how_many_findings_each_waiver_concerns() -> None:
    unused = {**WAIVER, "resources": ["role/gone"]}
    elsewhere = {**WAIVER, "accounts": ["999999999999"]}
    expired = {**WAIVER, "until": "2026-11-01"}
    own = waivers(WAIVER, unused, elsewhere, expired)
    shown = own.shown(ACCOUNT, [finding(), finding(resource="role/l4e-b")], complete=True)
    assert [(one["matched"], one["of_account"], one["expired"]) for one in shown] == [
        (2, True, False),
        (0, True, False),
        (0, False, False),
        (2, True, True),
    ]
    assert [one["place"] for one in own.shown(ACCOUNT, [finding()], complete=False)] == ["waivers[0]", "waivers[3]"]


@pytest.mark.parametrize("case", WRONG, ids=lambda case: next(iter(case["change"])))
def test_problems_of_a_waiver(case: dict[str, Any]) -> None:
    changed = {**WAIVER, **case["change"]}
    entry = {key: value for key, value in changed.items() if value is not None}
    entry = {key: str(value) if isinstance(value, date) else value for key, value in entry.items()}
    found, problems = parse_waivers([entry, WAIVER], FACTS, TODAY)
    assert sorted(map(str, problems)) == case["problems"]
    assert len(found.waivers) == 1


def test_what_is_not_a_waiver() -> None:
    moment = {**WAIVER, "until": datetime(2027, 1, 31, 12)}
    _none, problems = parse_waivers(["trusts_anyone", moment], FACTS, TODAY)
    assert [problem.place for problem in problems] == ["waivers[0]", "waivers[1].until"]


@given(
    st.sampled_from(SEVERITIES),
    st.sampled_from(SEVERITIES),
    st.sets(st.sampled_from("abc")),
    st.sets(st.sampled_from("abc")),
)
def test_never_more_than_what_was_accepted(accepted: str, severity: str, known: set[str], now: set[str]) -> None:
    change = {"severity": accepted, "evidence": sorted(known)}
    [judged] = waivers({**WAIVER, **change}).judged(ACCOUNT, [finding(severity, evidence=sorted(now))])
    assert judged.is_accepted == (SEVERITIES.index(severity) >= SEVERITIES.index(accepted) and now <= known)
