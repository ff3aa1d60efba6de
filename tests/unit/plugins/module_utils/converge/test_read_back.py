# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run ends well only where the account shows what it wrote: not in a mixture with another run."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.apply import read_back
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Step

from local_aws import LocalAws

from .calls_of_others import made
from .conftest import Converge
from .test_approval import arguments
from .test_calls import BASELINE, reading, worker

CONTENT = yaml.safe_load(Path(__file__).with_name("meddling.yml").read_text(encoding="utf-8"))
LATE = 1.2
ABOUT = (
    "After the last write, account {account} does not match its declaration. Another run or person changed it"
    " in the meantime. To fix: run again,"
    " one run at a time."
)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Differences are final after one second reading."""
    monkeypatch.setattr(read_back, "PATIENCE_SECONDS", 0.6)


@pytest.fixture
def late(aws: LocalAws) -> Iterator[LocalAws]:
    """An account that shows everything seconds late."""
    aws.set(consistency_delay=LATE)
    yield aws
    aws.set(consistency_delay=0)


class Run:
    """One task, with what happens after its writes."""

    def __init__(self, aws: LocalAws, section: str | None, options: Mapping[str, Any]) -> None:
        access = {"assume_role": {"role_arn": aws.members[0]["role_arn"]}}
        self.section, self.options = section, {**access, **options}

    def __call__(self, on_step: Any = None) -> dict[str, Any]:
        """The result, or the fields and the message of a failure."""
        try:
            return converging(Task(self.options, self.section, on_step=on_step)).result()
        except EngineError as error:
            return {**error.fields, "msg": error.message}


@pytest.mark.parametrize("whole", [False, True], ids=["module", "baseline"])
@pytest.mark.parametrize("case", CONTENT["cases"], ids=lambda case: case["case"])
@pytest.mark.usefixtures("impatient")
def test_what_others_change_meanwhile_is_reported(
    aws: LocalAws, iam: Any, tmp_path: Path, case: Mapping[str, Any], whole: bool
) -> None:
    account = aws.members[0]["id"]
    made(iam, CONTENT["before"], account)
    section, options = arguments(case["task"], whole)
    planned = converging(Task(Run(aws, section, options).options, section, check_mode=True)).result()["plan"]
    steps: list[Step] = []

    def then(step: Step) -> None:
        steps.append(step)
        if len(steps) == len(planned):
            made(iam, case["meanwhile"], account)

    result = Run(aws, section, {**options, "backup_dir": str(tmp_path / "backups")})(then)
    if not case["differences"]:
        assert result.get("msg") is None
        again = [step for step in planned if step["resource"] in case.get("written_again", ())]
        assert result["plan"] == planned + again
        return
    assert result["msg"].splitlines() == [
        ABOUT.format(account=account), *(f"- {difference}" for difference in case["differences"])
    ]  # fmt: skip
    assert (result["changed"], result["plan"]) == (True, {"done": planned, "not_done": [], "unknown": []})
    assert [f"{item['resource']}, {item['what']}".removesuffix(", ") for item in result["differences"]] == [
        line.partition(": found ")[0] for line in case["differences"]
    ]
    assert "backup" in result or not result["deleted"]


@pytest.mark.usefixtures("impatient")
def test_of_two_runs_that_end_in_a_mixture_one_fails(aws: LocalAws, iam: Any, converge: Converge) -> None:
    """The other run does all it has to between two writes of the first."""
    converge("roles", **worker())
    first = Run(aws, None, {"roles": [worker(inline_policies={"p": reading("a"), "q": reading("a")})]})
    other = Run(aws, None, {"roles": [worker(inline_policies={"p": reading("b"), "q": reading("b")})]})
    of_other: list[dict[str, Any]] = []

    def meanwhile(dummy: Step) -> None:
        if not of_other:
            with ThreadPoolExecutor(1) as pool:
                of_other.append(pool.submit(other).result())

    result = first(meanwhile)
    assert buckets(iam) == {"p": "b", "q": "a"}
    assert "msg" not in of_other[0]
    [difference] = result["differences"]
    assert (difference["resource"], difference["what"]) == ("role/worker", "inline policy p")
    resources = [difference[side]["Statement"][0]["Resource"] for side in ("found", "expected")]
    assert resources == ["arn:aws:s3:::b/*", "arn:aws:s3:::a/*"]


@pytest.mark.parametrize("section", ["roles", None])
@pytest.mark.usefixtures("impatient")
def test_of_two_runs_side_by_side_one_fails(aws: LocalAws, iam: Any, converge: Converge, section: str | None) -> None:
    """Both make their first write before either makes its second."""
    converge("roles", **worker())
    runs = []
    for bucket in ("a", "b"):
        role = worker(inline_policies={"p": reading(bucket), "q": reading(bucket)})
        runs.append(Run(aws, section, role if section else {"roles": [role]}))
    both = threading.Barrier(2, timeout=30)
    with ThreadPoolExecutor(2) as pool:
        results = [run.result() for run in [pool.submit(run, lambda dummy: both.wait()) for run in runs]]
    there = buckets(iam)
    for bucket, result in zip(("a", "b"), results, strict=True):
        wrong = [name for name in ("p", "q") if there[name] != bucket]
        told = [item["what"] for item in result.get("differences", ())]
        assert set(told) >= {f"inline policy {name}" for name in wrong}
    assert any("differences" in result for result in results)


def buckets(iam: Any) -> dict[str, str]:
    documents = {name: iam.get_role_policy(RoleName="worker", PolicyName=name)["PolicyDocument"] for name in ("p", "q")}
    return {name: document["Statement"][0]["Resource"][13:14] for name, document in documents.items()}


LIVES = [
    ("roles", worker(managed_policies=["AmazonS3ReadOnlyAccess"], inline_policies={"read": reading("b")})),
    ("roles", worker(description="Works", tags={"team": "vision"}, purge_policies=True, managed_policies=[])),
    ("managed_policies", {"name": "Frames", "policy": reading("b")}),
    ("managed_policies", {"name": "Frames", "policy": reading("c"), "tags": {"team": "vision"}}),
    ("attachments", {"iam_type": "role", "iam_name": "worker", "managed_policies": ["Frames"]}),
    ("attachments", {"iam_type": "role", "iam_name": "worker", "managed_policies": ["Frames"], "state": "absent"}),
    ("trust_statements", {"name": "worker", "statements": [{"Sid": "Me", "Effect": "Allow", "Action": "sts:AssumeRole",
                                                           "Principal": {"Service": "sagemaker.amazonaws.com"}}]}),
    ("roles", {"name": "worker", "state": "quarantined"}),
    ("roles", {"name": "worker", "managed_policies": []}),
    ("roles", {"name": "worker", "state": "absent"}),
    ("managed_policies", {"name": "Frames", "state": "absent"}),
]  # fmt: skip


@pytest.mark.parametrize("whole", [False, True], ids=["modules", "baselines"])
def test_each_task_ends_when_the_account_shows_what_it_wrote(late: LocalAws, whole: bool) -> None:
    """One task after the other, none of which sees anything but what the one before it has left."""
    for section, item in LIVES:
        run = Run(late, *arguments({section: item}, whole))
        begun = time.monotonic()
        first = run()
        assert first.get("msg") is None
        assert first["changed"]
        assert time.monotonic() - begun > LATE
        assert run()["plan"] == []


def test_seconds_of_old_state_are_waited_out(aws: LocalAws, iam: Any, converge: Converge) -> None:
    converge(roles=[worker(inline_policies={"read": reading("a")})])
    aws.set(consistency_delay=5)
    try:
        result = converge(roles=[worker(inline_policies={"read": reading("b")})])
        shown = iam.get_role_policy(RoleName="worker", PolicyName="read")["PolicyDocument"]
    finally:
        aws.set(consistency_delay=0)
    assert result["changed"]
    assert shown["Statement"][0]["Resource"] == "arn:aws:s3:::b/*"


def test_reading_back_takes_what_reading_took(aws: LocalAws, converge: Converge) -> None:
    converge(**BASELINE)
    sweep = {"GetAccountAuthorizationDetails": 2, "ListRoles": 2, "GetAccountSummary": 1, "AssumeRole": 1}
    policies = [{**policy, "policy": reading("x")} for policy in BASELINE["managed_policies"]]
    changed = converge(roles=BASELINE["roles"], managed_policies=policies)
    assert changed["api_calls"] == {**sweep, "ListPolicyTags": 2 * 4, "CreatePolicyVersion": 4}
    role = worker(inline_policies={"read": reading("b")})
    looks = {"ListAttachedRolePolicies": 1, "ListRolePolicies": 1, "GetRolePolicy": 1}
    made = converge("roles", **role)
    before = {"AssumeRole": 1, "GetRole": 2, "ListRoles": 1, "GetAccountSummary": 1}
    assert made["api_calls"] == {**before, **looks, "CreateRole": 1, "PutRolePolicy": 1}
