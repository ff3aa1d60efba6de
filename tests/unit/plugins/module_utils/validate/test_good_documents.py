# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The other side of the table: the rules refuse no document that AWS itself publishes."""

from __future__ import annotations

import json

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.validate.policy_document import (
    identity_policy_problems,
)
from moto.iam.aws_managed_policies import aws_managed_policies_data

CATALOGUE = json.loads(aws_managed_policies_data)


def test_no_document_of_aws_is_refused() -> None:
    assert len(CATALOGUE) > 1500
    refused = [
        str(problem)
        for name, policy in CATALOGUE.items()
        for problem in identity_policy_problems(PolicyDocument.parse(policy["Document"]), name)
    ]
    assert refused == []


@pytest.mark.parametrize("name", sorted(CATALOGUE)[::100])
def test_a_document_of_aws_is_refused_once_it_is_spoilt(name: str) -> None:
    document = json.loads(json.dumps(CATALOGUE[name]["Document"]))
    document["Statement"] = [*PolicyDocument.parse(document).statements, {"Effect": "Permit"}]
    assert [problem.message for problem in identity_policy_problems(PolicyDocument.parse(document), name)]
