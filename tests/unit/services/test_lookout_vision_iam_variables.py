# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Problems with the variables of lookout_vision_iam are reported, each by its name."""

from __future__ import annotations

from typing import Any

import pytest

from .declarations import problems

ROLE = "lookout_vision_iam"

BAD: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nobody": (
        {},
        [
            "lookout_vision_iam_users: there are no users, groups or roles to give permissions to; name some here, in "
            "lookout_vision_iam_groups or in lookout_vision_iam_roles, or, to create the policies alone, give "
            "lookout_vision_iam_buckets"
        ],
    ),
    "no tasks either": (
        {"profile": "least_privilege", "region": "us-east-1"},
        ["or, to create the policies alone, give lookout_vision_iam_tasks"],
    ),
    "a grant of nobody": (
        {"users": ["a"], "grants": [{"tasks": ["detect"]}]},
        ["lookout_vision_iam_grants: entry [0] names no users, groups or roles; add some"],
    ),
    "twice in all": (
        {"roles": ["a"], "grants": [{"users": ["a"]}, {"roles": ["a"]}]},
        ["lookout_vision_iam_grants[1].roles: role a is in lookout_vision_iam_roles too"],
    ),
    "names": (
        {"users": ["a b"], "grants": [{"groups": ["a", ""], "roles": ["arn:aws:iam::123456789012:role/x"]}]},
        [
            'lookout_vision_iam_users[0]: "a b" is not a user name',
            'lookout_vision_iam_grants[0].roles[0]: "arn:aws:iam::123456789012:role/x" is not a role name',
            "lookout_vision_iam_grants[0].groups[1]: empty",
        ],
    ),
    "all that is missing": (
        {
            "profile": "least_privilege",
            "users": ["a"],
            "project": "",
            "grants": [{"users": ["b"], "tasks": ["host", "create_model"]}],
        },
        [
            "lookout_vision_iam_region: missing; profile least_privilege needs it",
            "lookout_vision_iam_project: missing",
            "lookout_vision_iam_buckets: missing",
            "lookout_vision_iam_tasks: missing",
        ],
    ),
    "values": (
        {
            "users": ["a"],
            "path": "vision",
            "region": "*",
            "buckets": ["a/b"],
            "project": "a b",
            "manifest_prefix": "/a",
            "image_prefix": "a*",
            "output_prefix": "*",
            "component_prefix": "/",
            "component": "a b",
            "kms_keys": ["alias/a"],
            "bucket_kms_keys": ["*"],
            "policy_prefix": "lookout vision ",
        },
        [
            'lookout_vision_iam_path: "vision" is not a path',
            'lookout_vision_iam_region: "*" is not a Region',
            'lookout_vision_iam_buckets[0]: "a/b" is not a bucket name',
            'lookout_vision_iam_project: "a b" is not a project name',
            'lookout_vision_iam_manifest_prefix: "/a" is not a prefix',
            'lookout_vision_iam_image_prefix: "a*" is not a prefix',
            'lookout_vision_iam_output_prefix: "*" is not a prefix',
            'lookout_vision_iam_component_prefix: "/" is not a prefix',
            'lookout_vision_iam_component: "a b" is not a component name',
            'lookout_vision_iam_kms_keys[0]: "alias/a" is not an ARN of a KMS key',
            'lookout_vision_iam_bucket_kms_keys[0]: "*" is not an ARN of a KMS key',
            'lookout_vision_iam_policy_prefix: "lookout vision " is not a policy name',
        ],
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_every_problem_is_reported(case: str) -> None:
    given, wanted = BAD[case]
    told = problems(ROLE, **given)
    assert [part for part in wanted if part not in " ".join(told)] == [], told
    assert len(told) == len(wanted), told


@pytest.mark.parametrize("task", ["detect", "host"])
def test_no_bucket_is_needed_without_a_task_that_uses_one(task: str) -> None:
    assert problems(ROLE, profile="least_privilege", users=["a"], tasks=[task], region="us-east-1") == []
