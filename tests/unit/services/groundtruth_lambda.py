# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of groundtruth_lambda_iam that several tests start from."""

from __future__ import annotations

from typing import Any

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
