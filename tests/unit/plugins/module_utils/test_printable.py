# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever text an account holds, no output for users can contain a forged line or move the text next to it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.filter.audit_summary import audit_summary
from ansible_collections.aws_ml.permissions.plugins.filter.restore_summary import restore_summary
from ansible_collections.aws_ml.permissions.plugins.filter.retirement_summary import retirement_summary
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import Finding, Severity, evidence
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.calls import Permit
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.dependants import Dependant
from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.escalation import EscalationStep
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.serialization import BadBackup
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.variables import Variable
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.converge import Converge
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import DeclaredObjects
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.result import as_yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import (
    LONGEST_LINE,
    LONGEST_VALUE,
    AwsError,
    EngineError,
    InputError,
    Problem,
    brief,
    character,
    printable,
    shown,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules import registry as module_shapes
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Step
from ansible_collections.aws_ml.permissions.plugins.module_utils.restore.notes import Notes
from ansible_collections.aws_ml.permissions.plugins.module_utils.retire.blocking_checks import Refusal, Refused
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.sheet import as_sheet
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.progress import ExpectedTask, RunProgress
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.results import read_result
from hypothesis import example, given
from hypothesis import strategies as st
from property_examples import examples

pytestmark = pytest.mark.both_generations

FORGED = (
    "\r\nok: [vision-dev]\x1b[2K\x9b2K\x85\x7f\t\u202e\u2066\u200b\u2060\ufeff\u2028\u2029\ud800\u3164\ufe0f\U000e0041"
)
WIDE = "\uff1d\uff0b\uff0d\uff20"
"""The signs that begin a formula, as wide as a Chinese letter."""

SIGNS = st.characters(exclude_categories=[])
texts = st.text(SIGNS | st.sampled_from(FORGED), max_size=30)


def raised(error: EngineError) -> Iterator[str]:
    yield from error.message.split("\n")
    yield from error.fields.get("problems", ())
    yield from error.fields.get("refusals", [{}])[0].values()
    yield from (value for value in error.fields.values() if isinstance(value, str))


def found(text: str) -> Iterator[str]:
    shown = Finding(Severity.HIGH, "code", text, text, text, evidence=(text,)).shown()
    yield from shown.pop("evidence")
    yield from evidence([text], account=[text])
    yield from shown.values()


def noted(text: str) -> Iterator[str]:
    notes = Notes()
    notes.leave("role/x", text, text)
    notes.lose("role/x", text)
    for note in (*notes.not_restored, *notes.cannot_come_back):
        yield from note.values()


def warned(text: str) -> Iterator[str]:
    class Warns(Converge):
        def result(self) -> dict[str, Any]:
            self.task.warnings.append(text)
            return {}

    def warning(task: Task) -> Converge:
        return Warns(task, DeclaredObjects(task, {}))

    return iter(module_shapes.run("iam_role", {}, begin=warning, check_mode=False, diff_mode=False).warnings)


def summed_up(text: str) -> Iterator[str]:
    note = {"resource": text, "reason": text, "remedy": text, "what": text}
    step = {"action": "PutRolePolicy", "resource": text, "reason": text}
    restored = {"plan": [step], "restored_as": [{"policy_arn": text, "restored_as": text}], "sources": [text]}
    restored["lifted_quarantines"] = [{"name": text, "since": text, "reason": text}]
    yield from restore_summary({**restored, "account_id": "1", "not_restored": [note], "cannot_come_back": [note]})
    item = {"step": "kept", "resource": text, "until": text, "reason": text, "note": text}
    yield from retirement_summary({"account_id": text, "retired": [item], "backup": {"path": text}})
    yield from retirement_summary({"refusals": [{**note, "code": text, "override": text}]})
    yield from retirement_summary({"msg": text})
    named = {"resource": text, "by_name": True}
    one = {"kind": "role", "name": text, "service": text, "service_state": "ended", "service_since": text}
    one["left_over"] = [{"value": text}]
    one |= {"status": text, "quarantined": None, "last_used": {"date": text}, "drift": [{"place": text}]}
    one |= {"profile": text, "dangling": [], "depended_on_by": [named], "service_linked": False}
    yield from audit_summary({"account_id": text, "objects": [one], "findings": [], "escalation_paths": []})


def ran(text: str) -> Iterator[str]:
    progress = RunProgress(0.0)
    progress.play([text, "b"])
    for host, name in ((text, text), ("b", "task")):
        progress.started(ExpectedTask(host, name), host, 0.0)
    yield from progress.lines(9.0, 1.0)
    found = {"severity": "critical", "code": text, "resource": text}
    plan = [{"action": text}]
    for result, failed in (({"msg": text}, True), ({"findings": [found], "plan": plan, "changed": True}, False)):
        progress.finished(text, text, read_result({**result, "account_id": "1"}, failed=failed), 1.0)
    yield from progress.summary()


def variable(text: str) -> Iterator[str]:
    found: list[Problem] = []
    Variable("a", kind="account").value(f"{text}!", text, found)
    Variable("a", "list", "dict", options={"b": Variable("b")}).value([{text: text}], "a", found)
    yield from map(str, found)


TELLS: dict[str, Callable[[str], Iterator[str]]] = {
    "problem": lambda text: iter((str(Problem(text, text)), Problem(text, text).place)),
    "engine error": lambda text: raised(EngineError(text, account_id=text)),
    "AWS's error": lambda text: raised(AwsError(text, error_code=text, failed_call=text)),
    "input error": lambda text: raised(InputError([Problem(text, text)])),
    "bad backup": lambda text: raised(BadBackup(text, [text])),
    "bad backup with one problem": lambda text: raised(BadBackup(text)),
    "refused": lambda text: raised(Refused([Refusal("role/x", "used", text, text)], "123456789012")),
    "finding": found,
    "write": lambda text: iter(Step("PutRolePolicy", "role/x", text, "role/x", {}).shown().values()),
    "note": noted,
    "warning": warned,
    "difference": lambda text: iter(as_yaml({"role/x": {text: [text, {"a": text}]}}).split("\n")),
    "dependant": lambda text: iter((Dependant("role/x", "policy", text).shown()["detail"],)),
    "step of escalation": lambda text: iter((EscalationStep(text).text,)),
    "permit": lambda text: iter((Permit(("p",), frozenset({text})).told(),)),
    "value": lambda text: iter((shown(text), shown({text: [text]}), brief(text), character(text[:1] or "\n"))),
    "variable": variable,
    "summary": summed_up,
    "progress": ran,
}


@pytest.mark.parametrize("tells", TELLS)
@examples(0.3)
@given(text=texts)
@example(text=FORGED)
@example(text="x" * 100_000)
def test_everything_that_is_reported_is_printable_lines(tells: str, text: str) -> None:
    for line in TELLS[tells](text):
        assert printable(line, None) == line
        is_bounded = len(line) <= 3 * LONGEST_LINE
        assert is_bounded or tells == "difference"


@given(texts)
@example(FORGED)
def test_what_is_printable_stays_and_the_rest_becomes_ascii(text: str) -> None:
    told = printable(text)
    assert told.isprintable() and "\u3164" not in told and "\ufe0f" not in told
    assert printable(told) == told
    assert "\n" not in told
    assert len(brief(text * 10)) <= LONGEST_VALUE
    assert printable("Größe: a\\nb «c» 日本") == "Größe: a\\nb «c» 日本"


def test_what_becomes_of_what_cannot_be_seen() -> None:
    assert printable("a\nok: [b]\x1b[0m\x9b\u202e\u200b\ud800") == r"a\nok: [b]\x1b[0m\x9b\u202e\u200b\ud800"
    assert printable("x" * 5000) == "x" * 3999 + "…"


def test_a_difference_stays_yaml_where_nothing_has_to_be_escaped() -> None:
    content = {"role/x": {"description": "Größe\n\nzwei", "tags": {"a": "b: c"}}}
    assert yaml.safe_load(as_yaml(content)) == content


@given(texts, st.sampled_from(["", " ", "\t", "\r", "\n", "\u200b", "\u2028"]), st.sampled_from("=+-@" + WIDE))
def test_no_cell_of_the_sheet_is_a_formula_or_holds_what_cannot_be_seen(text: str, white: str, sign: str) -> None:
    value = f"{white}{sign}{text}"
    account = {"account_id": "1", "host": value, "outcome": value, "severity": None, "objects": []}
    report = {"accounts": [{**account, "failures": [{"message": value}]}], "services": {}}
    row = list(csv.reader(io.StringIO(as_sheet(report))))[1]
    for cell in row:
        assert cell == "" or cell.lstrip()[0] not in "=+-@" + WIDE
        assert all(printable(line, None) == line for line in cell.split("\n"))
