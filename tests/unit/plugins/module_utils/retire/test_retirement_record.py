# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record for auditors has what was known before, what was done and what the account showed afterwards."""

from __future__ import annotations

import hashlib
import json
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.apply.executor import Execution, Executor
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.serialization import checksum
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError

from .deeplens_leftovers import SERVICE
from .ground import Ground, trusting
from .test_records import NAME

SCHEMA = Path(__file__).parents[5] / "docs" / "retirement_record.schema.json"
ASSUME = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
MONTH = timedelta(days=31)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


def record_in(folder: Path) -> dict[str, Any]:
    """The newest record, which must be valid and readable only by its owner."""
    files = sorted(folder.glob("*.json"))
    record: dict[str, Any] = json.loads(files[-1].read_text(encoding="utf-8"))
    jsonschema.validate(record, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert record["checksum"] == checksum(record)
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert len(list(folder.glob("*.md"))) == len(files)
    return record


def test_both_steps_of_a_role(ground: Ground, folder: Path) -> None:
    users = [{"name": "operator", "inline": {"assume": [ASSUME]}}, {"name": "reader"}]
    ground.give({"roles": [SERVICE | {"trusts": ["deeplens"], "trusted_roles": []}], "users": users})
    role_id = ground.role_id(NAME)
    assert "evidence" not in ground.retire(check_mode=True, evidence_dir=str(folder))
    assert not folder.exists()
    made = ground.retire(evidence_dir=str(folder), quarantine_reason="ticket 17")
    record = record_in(folder)
    assert made["evidence"]["checksum"] == record["checksum"]
    assert record["plan_id"] == made["plan_id"]
    backup = Path(record["backup"]["path"])
    assert backup == Path(made["backup"]["path"])
    (one,) = record["objects"]
    assert (one["resource"], one["unique_id"], one["step"], one["complete"]) == (
        f"role/{NAME}", role_id, "quarantined", True,
    )  # fmt: skip
    assert one["quarantined"] == {
        "since": "2026-11-22T10:00:00Z", "until": "2026-12-22T10:00:00Z", "reason": "ticket 17",
    }  # fmt: skip
    assert [each["principal"] for each in one["trusted"]] == ["deeplens.amazonaws.com"]
    assert [(proof["claim"], proof["proven"]) for proof in one["proofs"]] == [("denied", True)]

    approved = ground.retire(check_mode=True, later=MONTH)["approval"]
    ground.retire(later=MONTH, evidence_dir=str(folder), approved_plan=approved)
    last = record_in(folder)
    (gone,) = last["objects"]
    assert (gone["step"], gone["deleted"]) == ("removed", "2026-12-23T10:00:00Z")
    assert [(proof["claim"], proof["proven"]) for proof in gone["proofs"]] == [
        ("absent", True), ("not_assumable", True),
    ]  # fmt: skip
    assert last["approval"]["plan_id"] == approved.partition("@")[0]
    earlier = gone["earlier"]
    assert (earlier["checksum"], earlier["plan_id"]) == (record["checksum"], record["plan_id"])
    assert earlier["quarantined"] == one["quarantined"]
    assert last["backup"]["sha256"] == hashlib.sha256(Path(last["backup"]["path"]).read_bytes()).hexdigest()


def test_who_could_assume_it(ground: Ground, folder: Path) -> None:
    users = [{"name": "operator", "inline": {"assume": [ASSUME]}}, {"name": "reader"}]
    ground.give({"roles": [SERVICE], "users": users})
    trust = {
        "Version": "2012-10-17",
        "Statement": [trusting("deeplens"), trusting(account=f"arn:aws:iam::{ground.account}:root")],
    }
    ground.iam.update_assume_role_policy(RoleName=NAME, PolicyDocument=json.dumps(trust))
    ground.retire(evidence_dir=str(folder), roles=[NAME], allow=["depended_on"])
    (one,) = record_in(folder)["objects"]
    assert one["assumable_by"] == [{"identity": "user/operator", "conditions": []}]


def test_a_run_that_fails_is_recorded_as_such(ground: Ground, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ground.give({"roles": [SERVICE, SERVICE | {"name": "AWSDeepLensLambdaRole"}]})
    run = Executor.run

    def stops(self: Executor, plan: Any) -> Execution:
        done = run(self, replace(plan, steps=plan.steps[:1]))
        return Execution(done.done, list(plan.steps[1:]), failed=plan.steps[1], error=RuntimeError("x"))

    monkeypatch.setattr(Executor, "run", stops)
    with pytest.raises(EngineError) as failure:
        ground.retire(evidence_dir=str(folder))
    record = record_in(folder)
    assert (record["outcome"], failure.value.fields["evidence"]["checksum"]) == ("failed", record["checksum"])
    assert record["failure"]
    assert not all(one["complete"] for one in record["objects"])
    assert all(one["proofs"] == [] for one in record["objects"])


def test_text_of_the_account_is_only_text(ground: Ground, folder: Path) -> None:
    ground.give({"roles": [SERVICE | {"quarantined": "2026-01-01T00:00:00Z", "managed": ["AWSDenyAll"]}]})
    ground.tag(NAME, **{"aws_ml_permissions:quarantine_reason": "see __https://example.com__ /b - c"})
    ground.retire(evidence_dir=str(folder))
    (text,) = [file.read_text(encoding="utf-8") for file in folder.glob("*.md")]
    assert f"## role/{NAME}: removed" in text
    assert r"see \_\_https://example.com\_\_ /b \- c" in text


@pytest.mark.parametrize("content", ["{}", "[]", "nonsense", '{"format": "aws_ml.permissions/retirement_record/1"}'])
def test_an_earlier_record_that_cannot_be_read(ground: Ground, folder: Path, content: str) -> None:
    ground.give({"roles": [SERVICE]})
    folder.mkdir(mode=0o700)
    bad = folder / f"retirement-{ground.account}-20260101T000000Z-0123456789ab.json"
    bad.write_text(content, encoding="utf-8")
    bad.chmod(0o600)
    made = ground.retire(evidence_dir=str(folder))
    assert made["evidence"]
    assert [warning for warning in made["warnings"] if f"the earlier record {bad} is left out" in warning]


def test_a_folder_that_others_can_write_to_is_refused(ground: Ground, folder: Path) -> None:
    ground.give({"roles": [SERVICE]})
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(EngineError) as refused:
        ground.retire(evidence_dir=str(folder))
    assert refused.value.message.splitlines()[1].startswith(f"- evidence_dir: {folder} can be written by others")
    assert ground.aws.calls() == []
