# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no_new_access and not_granted refuse in an account: in check mode and before the first write."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError, InputError

from local_aws import LocalAws

from .conftest import Converge
from .test_calls import reading, worker, writes

NARROW, WIDE = worker(inline_policies={"read": reading("a")}), worker(inline_policies={"read": reading("b")})
DOCUMENTS = ("GetPolicy", "GetPolicyVersion")


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("whole", [True, False])
def test_new_access_is_refused_before_the_first_write(
    aws: LocalAws, converge: Converge, check_mode: bool, whole: bool
) -> None:
    section, options = ("roles", WIDE) if not whole else (None, {"roles": [WIDE]})
    converge("roles", **NARROW)
    with pytest.raises(EngineError, match="no_new_access is fail: role/worker gains") as refused:
        converge(section, **options, no_new_access="fail", check_mode=check_mode)
    assert writes(aws.call_counts()) == {}
    assert refused.value.fields["access_diff"]["wider"]
    warned = converge(section, **options, no_new_access="warn", check_mode=check_mode)
    assert [one for one in warned["warnings"] if one.startswith("The plan grants new access: ")]
    assert warned["access_diff"] == refused.value.fields["access_diff"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_less_access_and_no_change_are_not_refused(converge: Converge, check_mode: bool) -> None:
    converge("roles", **WIDE)
    gates = {"no_new_access": "fail", "not_granted": ["s3:GetObject"]}
    assert converge("roles", **WIDE, **gates, check_mode=check_mode)["changed"] is False
    less = converge("roles", **worker(inline_policies={}), **gates, check_mode=check_mode)
    assert less["changed"]
    assert not less["access_diff"]["wider"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_forbidden_action_is_refused_before_the_first_write(
    aws: LocalAws, converge: Converge, check_mode: bool
) -> None:
    with pytest.raises(EngineError, match=r"role/worker has s3:Get\* through inline policy read"):
        converge("roles", **WIDE, not_granted=["s3:Get*"], check_mode=check_mode)
    assert writes(aws.call_counts()) == {}


def test_documents_of_aws_are_read_only_where_an_action_is_forbidden(aws: LocalAws, converge: Converge) -> None:
    attached = worker(managed_policies=["AmazonS3ReadOnlyAccess"])
    converge("roles", **attached)
    described = {"roles": [{"name": "worker", "description": "Other"}, {**worker(), "name": "other"}]}
    plain = converge(**described, check_mode=True)
    gated = converge(**described, not_granted=["s3:PutObject"], check_mode=True)
    assert [plain["api_calls"].get(action, 0) for action in DOCUMENTS] == [0, 0]
    assert [gated["api_calls"].get(action, 0) for action in DOCUMENTS] == [1, 1]
    assert gated["plan_id"] == plain["plan_id"], "an approval holds with and without the option"
    with pytest.raises(EngineError, match="role/worker has s3:GetObject through managed policy AmazonS3ReadOnlyAccess"):
        converge(**described, not_granted=["s3:GetObject"])
    assert writes(aws.call_counts()) == {}


def test_wrong_entries_are_told_together_before_the_first_call(aws: LocalAws, converge: Converge) -> None:
    with pytest.raises(InputError) as refused:
        converge("roles", **WIDE, not_granted=["PassRole", "iam:PassRole", "*", ""])
    assert [str(one).partition(":")[0] for one in refused.value.problems] == [
        "not_granted[0]", "not_granted[2]", "not_granted[3]",
    ]  # fmt: skip
    assert aws.call_counts() == {}


def test_no_access_is_compared_where_nothing_changes(converge: Converge, monkeypatch: pytest.MonkeyPatch) -> None:
    converge("roles", **WIDE)
    monkeypatch.setattr(
        "ansible_collections.aws_ml.permissions.plugins.module_utils.converge.resolution.access_diff", None
    )
    same: dict[str, Any] = converge("roles", **WIDE)
    assert same["access_diff"] == {"wider": False, "summary": [], "principals": []}
