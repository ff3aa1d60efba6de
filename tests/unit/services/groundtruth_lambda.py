# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of groundtruth_lambda_iam that several tests start from, and parts of what it declares for them."""

from __future__ import annotations

from typing import Any

from .declarations import declared

ROLE = "groundtruth_lambda_iam"
MANAGED = "AmazonSageMakerGroundTruthExecution"
FUNCTION = "arn:<partition>:lambda:us-east-1:<account_id>:function:"
KEY = "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555"
GIVEN: dict[str, Any] = {
    "region": "us-east-1",
    "pre_function": "before-annotation",
    "post_function": "after-annotation",
    "input_bucket": "parcels",
    "output_bucket": "parcel-labels",
}
EXISTING: dict[str, Any] = {
    "existing_execution_role": "sm-execution-role",
    "existing_pre_role": "my-lambda-role",
    "existing_post_role": "my-lambda-role",
}
EXTRAS = {"streaming_topics": ["t"], "automated_labeling": True, "output_key": KEY, "volume_key": KEY}
PEOPLE = {"users": ["ana"], "groups": ["labelers"], "roles": ["build"]}


def made(name: str, **variables: Any) -> dict[str, Any]:
    """One of the roles that are made here."""
    found: dict[str, Any] = next(role for role in declared(ROLE, **GIVEN | variables)["roles"] if role["name"] == name)
    return found


def statements(role: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every inline statement of a role or an attachment, by Sid."""
    documents = role["inline_policies"].values()
    return {statement["Sid"]: statement for document in documents for statement in document["Statement"]}


def attached(name: str, state: str = "present", **variables: Any) -> dict[str, list[str]]:
    """Names of the policies that an identity of another owner gets, or with state absent loses."""
    items = declared(ROLE, **GIVEN | variables)["attachments"]
    mine = [item for item in items if item["iam_name"] == name and item.get("state", "present") == state]
    return {
        kind: sorted(policy for item in mine for policy in item.get(kind, ()))
        for kind in ("managed_policies", "inline_policies")
    }
