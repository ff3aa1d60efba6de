# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the service role deeplens_iam: what is refused, and what is written about them."""

from __future__ import annotations

from pathlib import Path

import yaml
from integration.playbook_runs import Playbook, play_of

from local_aws import LocalAws

ROLE = Path(__file__).resolve().parents[2] / "roles" / "deeplens_iam"
PLAY = play_of("deeplens_iam")
BAD = {
    "state": ({"deeplens_iam_state": "gone"}, "must be one of: present, absent, got: gone"),
    "profile": ({"deeplens_iam_profile": "open"}, "must be one of: documented, least_privilege, got: open"),
    "tags": ({"deeplens_iam_tags": [1]}, "'deeplens_iam_tags' is of type"),
    "session": ({"deeplens_iam_max_session_duration": "an hour"}, "'deeplens_iam_max_session_duration' is of type"),
    "short": ({"deeplens_iam_max_session_duration": 60}, "60 is outside 3600 to 43200 seconds"),
    "pathless": ({"deeplens_iam_path": ""}, "deeplens_iam_path: missing"),
    "path": ({"deeplens_iam_path": "vision"}, 'deeplens_iam_path: "vision" is not a path'),
    "description": (
        {"deeplens_iam_group_roles": [{"name": "AWSDeepLensOffice", "description": "a \u2014 b"}]},
        "deeplens: role/AWSDeepLensOffice.description: contains",
    ),
    "unnamed": ({"deeplens_iam_group_roles": [{"statements": []}]}, "missing required arguments: name"),
    "unknown": ({"deeplens_iam_group_roles": [{"name": "X", "actions": []}]}, "deeplens_iam_group_roles.actions"),
    "taken": (
        {"deeplens_iam_group_roles": [{"name": "AWSDeepLensSagemakerRole"}]},
        '"AWSDeepLensSagemakerRole" is the name of another role of AWS DeepLens; give this one its own',
    ),
    "twice": (
        {"deeplens_iam_group_roles": [{"name": "AWSDeepLensOffice"}, {"name": "awsdeeplensoffice"}]},
        '"awsdeeplensoffice" is the name of more than one role of this service',
    ),
    "denied": (
        {"deeplens_iam_profile": "least_privilege", "deeplens_iam_group_roles": [{"name": "Warehouse"}]},
        "the name Warehouse must start with AWSDeepLens",
    ),
    "statement": (
        {"deeplens_iam_group_statements": [{"Effect": "Allow", "Action": "dynamodb", "Resource": "*"}]},
        "inline_policies.deeplens-group-extra.Statement[0].Action",
    ),
    "region": ({"deeplens_iam_region": "Frankfurt"}, 'deeplens_iam_region: "Frankfurt" is not a Region'),
    "bucket": ({"deeplens_iam_bucket": ""}, "deeplens_iam_bucket: missing"),
    "training": ({"deeplens_iam_training_bucket": "a/b"}, 'deeplens_iam_training_bucket: "a/b" is not a bucket name'),
    "owner": ({"deeplens_iam_bucket_account": "12"}, 'deeplens_iam_bucket_account: "12" is not an account id'),
    "function": ({"deeplens_iam_function": "a b"}, 'deeplens_iam_function: "a b" is not a function name'),
    "stream": ({"deeplens_iam_stream": "a/b"}, 'deeplens_iam_stream: "a/b" is not a stream name'),
    "job": ({"deeplens_iam_training_job": "a_b"}, 'deeplens_iam_training_job: "a_b" is not a job name'),
    "model": ({"deeplens_iam_model_job": ""}, "deeplens_iam_model_job: missing"),
    "account": ({"aws_account_id": 12345}, 'aws_account_id of host account: "12345" is not an account id'),
    "external": ({"aws_external_id": "x", "aws_assume_role_arn": ""}, "aws_external_id: needs aws_assume_role_arn"),
}


def test_bad_variables_are_reported_before_any_call(playbook: Playbook, aws: LocalAws) -> None:
    entrance = {"aws_assume_role_arn": aws.members[0]["role_arn"]}
    run = playbook(PLAY, {"all": {"hosts": {name: {**entrance, **given} for name, (given, _unused) in BAD.items()}}})
    told = run.failures()
    assert {name: part for name, (_unused, part) in BAD.items() if part not in told.get(name, "")} == {}, told
    assert aws.calls() == []


def test_variables_defaults_specification_and_readme_agree() -> None:
    specification = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    options = specification["argument_specs"]["main"]["options"]
    defaults = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text(encoding="utf-8"))
    assert {name: option["default"] for name, option in options.items() if "default" in option} == defaults
    readme = (ROLE / "README.md").read_text(encoding="utf-8")
    assert [name for name in options if f"| `{name}` |" not in readme] == []
