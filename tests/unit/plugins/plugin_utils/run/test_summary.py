# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The summary of a run: its lines for few and for many accounts, and its bounds for any results."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.layout import WIDTH, columns, shortened
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.next_commands import Started, next_commands
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.results import RunAccount, read_result
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.summary import LINES, Summary
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.totals import totals_of
from hypothesis import given
from hypothesis import strategies as st
from property_examples import examples

pytestmark = pytest.mark.both_generations

Accounts = dict[str, RunAccount]


def told(result: dict[str, Any], **how: bool) -> RunAccount:
    account = read_result(result, **how)
    assert account is not None
    return account


def finding(severity: str, code: str, resource: str, **more: Any) -> dict[str, Any]:
    return {"severity": severity, "code": code, "resource": resource, "message": "m", "remedy": "r", **more}


def left(name: str, **more: Any) -> dict[str, Any]:
    return {"kind": "role", "name": name, "service": "deeplens", "service_state": "ended", "status": "drifted", **more}


def audited(number: int) -> Accounts:
    """A dangerous role in all accounts, one of its own in each seventh, and an account that cannot be entered."""
    accounts = {}
    for place in range(number):
        found = [finding("critical", "service_administers_iam", "role/l4e-role"), finding("low", "unused", "role/x")]
        found += [finding("critical", "passes_any_role", f"role/own-{place}")] if place % 7 == 0 else []
        found += [finding("high", "trusts_everyone", f"role/{'long-' * 11}{place % 3}")] if place % 2 else []
        result = {"account_id": f"{place:012}", "objects": [left("l4e-role")], "findings": found, "api_calls": {"a": 3}}
        accounts[f"workloads-{'production' if place % 2 else 'dev'}-{place:04}"] = told(result)
    refused = f"AssumeRole for arn:aws:iam::{number:012}:role/Entrance failed: AccessDenied: {'no ' * 200}"
    return {**accounts, "broken": told({"msg": refused}, failed=True)}


@pytest.mark.parametrize("number", [3, 60, 1000])
def test_any_number_of_accounts_fits(number: int) -> None:
    accounts = audited(number)
    started = Started("audit", "aws_ml.permissions.audit", inventory=("/srv/inventory",))
    lines = Summary(accounts, " in 9 s", None, next_commands(started, accounts)).lines()
    assert len(lines) <= LINES
    assert max(map(len, lines)) <= WIDTH
    text = "\n".join(lines)
    assert lines[0] == f"aws_ml.permissions: {number + 1} accounts in 9 s: {number} looked at, 1 failed"
    assert "service_administers_iam role/l4e-role:" in text
    assert "failed: 1 account\n  AssumeRole for" in text
    assert "aws_ml.permissions.retire --check" in text
    own = [f"role/own-{place}" for place in range(0, number, 7)]
    assert all(f"passes_any_role {name}: " in text for name in own) or (
        f"passes_any_role, {len(own)} objects: " in text and "-v shows each" in text
    )


def test_with_v_every_finding_is_there() -> None:
    lines = "\n".join(Summary(audited(1000)).lines(None))
    assert all(f"role/own-{place}:" in lines for place in range(0, 1000, 7))


def test_what_is_new_comes_first_and_what_is_gone_is_listed() -> None:
    known = [finding("critical", "passes_any_role", "role/old", change="known")]
    accounts = {f"a{place}": told({"account_id": "1", "findings": known}) for place in range(3)}
    new = finding("critical", "passes_any_role", "role/new", change="new")
    ended = finding("high", "unused", "role/x", expired_waiver={"until": "2026-11-01", "reason": "r", "owner": "o"})
    accepted = finding("critical", "unused", "role/y", waiver={"until": "2027-11-01"})
    accounts["b"] = told({"account_id": "2", "findings": [new, ended, accepted]})
    gone = [{"host": "a0", **finding("critical", "trusts_everyone", "role/gone")}]
    comparison = {"with": {"began": "2026-11-29T08:00:00Z"}, "new": [new], "worse": [], "better": [], "gone": gone}
    assert Summary(accounts, "", comparison).lines() == [
        "aws_ml.permissions: 4 accounts: 4 looked at",
        "  5 findings: 4 critical, 1 high; 1 finding accepted by waivers",
        "  since the run of 2026-11-29T08:00:00Z: 1 new, 0 worse, 0 better, 1 gone",
        "critical: 4 findings in 4 accounts",
        "  NEW passes_any_role role/new: b",
        "  passes_any_role role/old: a0, a1, a2",
        "high: 1 finding in 1 account",
        "  unused role/x (its waiver ended on 2026-11-01): b",
        "gone since then: 1 finding",
        "  critical trusts_everyone role/gone: a0",
    ]
    assert totals_of(accounts, comparison)["gone"] == 1


def test_a_retirement() -> None:
    step = {"action": "AttachRolePolicy", "resource": "role/one", "reason": "r"}
    retired = {
        "resource": "role/one",
        "step": "quarantined",
        "until": "2026-12-30T10:00:00Z",
        "reason": "r",
        "note": "",
    }
    refusal = {"resource": "role/two", "code": "used", "reason": "was used", "override": "allow: [used]"}
    backup = "/srv/back ups/{}-20261130T124205Z-459ffb1caa06.json"
    accounts = {
        name: told({"changed": True, "account_id": id, "plan": [step], "retired": [retired], "backup": {"path": path}})
        for name, id, path in (("a", "1" * 12, backup.format("1" * 12)), ("b", "2" * 12, backup.format("2" * 12)))
    }
    accounts["c"] = told({"msg": "1 refusal", "refusals": [refusal]}, failed=True)
    started = Started(
        "retire", "aws_ml.permissions.retire", inventory=("inv",), variables={"aws_ml_retire_allow": ["x"]}
    )
    assert Summary(accounts, "", None, next_commands(started, accounts)).lines() == [
        "aws_ml.permissions: 3 accounts: 2 changed, 1 failed",
        "  2 writes: AttachRolePolicy 2",
        "refused, nothing was written: 1 account",
        "  role/two used: was used. allow: [used]: c",
        "put into quarantine: 2 objects",
        "  role/one: a, b",
        "in quarantine: 2 roles, deleted by retire from that day on",
        "  2026-12-30 2 roles: a, b",
        "To undo this:",
        "  ansible-playbook -i inv aws_ml.permissions.restore \\",
        '    -e \'{"aws_ml_restore_src": "/srv/back ups/*Z-459ffb1caa06.json"}\' \\',
        "    --limit a,b",
        "To delete what is still in quarantine, from 2026-12-30 on:",
        "  ansible-playbook -i inv aws_ml.permissions.retire \\",
        '    -e \'{"aws_ml_retire_allow": ["x"]}\' --limit a,b',
    ]


def test_the_same_failure_of_different_accounts_is_one() -> None:
    accounts = {
        name: told({"msg": f"AssumeRole for arn:aws:iam::{number * 12}:role/r failed"}, failed=True)
        for name, number in (("a", "1"), ("b", "2"))
    }
    assert Summary(accounts).lines()[1:] == [
        "failed: 2 accounts",
        "  AssumeRole for arn:aws:iam::<account_id>:role/r failed: a, b",
    ]


def test_an_id_is_never_cut() -> None:
    text = f"arn:aws:iam::123456789012:role/{'x' * 60}/210987654321-tail"
    for width in range(20, len(text)):
        short = shortened(text, width)
        assert len(short) <= width
        assert all(len(digits) == 12 for digits in re.findall(r"\d+", short))


TEXTS = st.text(max_size=200) | st.text("ab /:*\u202e\x1b\n字é-", min_size=30, max_size=120)
FINDINGS = st.builds(
    finding,
    st.sampled_from(["critical", "high", "low"]),
    st.sampled_from(["passes_any_role", "escalation_chain"]),
    TEXTS,
    change=st.sampled_from(["new", "worse", "known", ""]),
)
RESULTS = st.fixed_dictionaries(
    {"account_id": st.just("123456789012"), "findings": st.lists(FINDINGS, max_size=6)},
    optional={
        "plan": st.lists(st.fixed_dictionaries({"action": TEXTS, "resource": TEXTS}), max_size=4),
        "msg": TEXTS,
        "access_diff": st.fixed_dictionaries({"summary": st.lists(TEXTS, max_size=4)}),
        "refusals": st.lists(
            st.fixed_dictionaries({"resource": TEXTS, "code": TEXTS, "reason": TEXTS, "override": TEXTS}), max_size=3
        ),
        "retired": st.lists(
            st.fixed_dictionaries(
                {"resource": TEXTS, "until": TEXTS, "step": st.sampled_from(["quarantined", "removed", "kept", "x"])}
            ),
            max_size=3,
        ),
        "objects": st.lists(st.fixed_dictionaries({"kind": TEXTS, "name": TEXTS, "service_state": TEXTS}), max_size=3),
        "not_restored": st.lists(st.fixed_dictionaries({"resource": TEXTS, "reason": TEXTS}), max_size=2),
        "backup": st.fixed_dictionaries({"path": TEXTS}),
    },
)


@examples(0.5)
@given(
    st.dictionaries(st.text(min_size=1, max_size=60), st.tuples(RESULTS, st.booleans(), st.booleans()), max_size=20),
    st.sampled_from(["audit", "site", "retire", "restore"]),
    st.booleans(),
    st.lists(TEXTS, max_size=3),
)
def test_whatever_the_results_are(
    given_results: dict[str, tuple[dict[str, Any], bool, bool]], playbook: str, check_mode: bool, words: list[str]
) -> None:
    accounts = {
        name: told(result, failed=failed, check_mode=check_mode)
        for name, (result, failed, _unused) in given_results.items()
    }
    started = Started(playbook, "p.yml", check_mode, tuple(words), "", variables={"aws_ml_accounts": "".join(words)})
    summary = Summary(accounts, " in 9 s", None, next_commands(started, accounts))
    lines = summary.lines()
    assert len(lines) <= LINES
    assert all(columns(line) <= WIDTH and printable(line, None) == line for line in lines)
    text = "\n".join(lines)
    critical = {one for account in accounts.values() for one in account.findings if one.severity == "critical"}
    assert not critical or "critical: " in text
    if critical and "-v shows each" not in text:
        assert text.count("passes_any_role") + text.count("escalation_chain") >= len(critical)
    assert all(columns(line) <= WIDTH for line in summary.lines(None))
