# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A retirement ends well only where the account shows what it wrote; an approval of one is as strict as any other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.apply import read_back
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Step
from ansible_collections.aws_ml.permissions.plugins.module_utils.retire.work import retiring

from .deeplens_leftovers import SERVICE
from .ground import CONTEXT, DENY_ALL, NOW, Ground, document, trusting
from .test_retirement import MONTH

ANYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_back, "PATIENCE_SECONDS", 0.6)


def meddled(ground: Ground, last: str, meanwhile: Callable[[], Any], later: timedelta = timedelta()) -> EngineError:
    """The failure of a retirement if another writer acts after its last write, which is of that kind."""

    def then(step: Step) -> None:
        if step.action == last:
            meanwhile()

    work = retiring(Task(ground.defaults(), on_step=then, clock=lambda: NOW + later, context=CONTEXT))
    with pytest.raises(EngineError) as told:
        work.result()
    return told.value


def test_a_quarantine_that_someone_lifts_meanwhile(ground: Ground) -> None:
    ground.give({"roles": [SERVICE]})
    name = SERVICE["name"]
    told = meddled(ground, "TagRole", lambda: ground.iam.detach_role_policy(RoleName=name, PolicyArn=DENY_ALL))
    managed = [item for item in told.fields["differences"] if item["what"] == "managed policy AWSDenyAll"]
    assert managed == [
        {"resource": f"role/{name}", "what": "managed policy AWSDenyAll", "found": None, "expected": DENY_ALL}
    ]
    assert told.fields["plan"]["not_done"] == []
    assert told.fields["backup"]["objects"] == [f"role/{name}"]


def test_a_role_that_is_made_again_meanwhile(ground: Ground) -> None:
    ground.give({"roles": [SERVICE]})
    ground.retire()
    trust = document(trusting("deeplens"))
    again = {"RoleName": SERVICE["name"], "Path": SERVICE["path"], "AssumeRolePolicyDocument": trust}
    told = meddled(ground, "DeleteRole", lambda: ground.iam.create_role(**again), later=MONTH)
    assert f'\n- role/{SERVICE["name"]}: found "present", expected nothing' in told.message


@pytest.mark.parametrize(
    "attack",
    [
        {"put_role_policy": {"PolicyName": "all", "PolicyDocument": document(ANYTHING)}},
        {"update_assume_role_policy": {"PolicyDocument": document(trusting("deeplens", account="*"))}},
        {"tag_role": {"Tags": [{"Key": "keep", "Value": "yes"}]}},
    ],
    ids=lambda attack: next(iter(attack)),
)  # fmt: skip
def test_what_changes_a_role_changes_the_plan_to_retire_it(ground: Ground, attack: dict[str, Any]) -> None:
    ground.give({"roles": [SERVICE]})
    approved = ground.retire(check_mode=True)["approval"]
    for method, parameters in attack.items():
        getattr(ground.iam, method)(RoleName=SERVICE["name"], **parameters)
    with pytest.raises(EngineError, match="run in check mode again"):
        ground.retire(approved_plan=approved)
    assert ground.writes() == []


def test_an_approved_retirement_expires(ground: Ground) -> None:
    ground.give({"roles": [SERVICE]})
    approved = ground.retire(check_mode=True)["approval"]
    with pytest.raises(EngineError, match="more than 24 hours ago"):
        ground.retire(approved_plan=approved, later=timedelta(hours=25))
    assert ground.retire(approved_plan=approved, later=timedelta(hours=23))["changed"]
