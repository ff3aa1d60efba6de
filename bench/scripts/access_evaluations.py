# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints how many requests a second the evaluator of access decides on one core, of CPU time.

Documents are read once, as for an account. Beside it, in the same run: what it takes to read these documents with
json.loads each time, which does not depend on how fast the machine is.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.access.context import Context
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.evaluator import Policies, evaluate
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.policies import Policy
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.principals import Principal
from ansible_collections.aws_ml.permissions.plugins.module_utils.access.request import Request
from moto.iam.aws_managed_policies import aws_managed_policies_data

SECONDS = 2.0
NAMES = ("AmazonSageMakerFullAccess", "AmazonS3ReadOnlyAccess", "CloudWatchLogsFullAccess")
ACTIONS = (
    ("s3:GetObject", "arn:aws:s3:::labels/1"),
    ("s3:PutObject", "arn:aws:s3:::sagemaker-labels/1"),
    ("iam:PassRole", "arn:aws:iam::123456789012:role/worker"),
    ("sagemaker:CreateTrainingJob", "arn:aws:sagemaker:us-east-1:123456789012:training-job/one"),
    ("logs:PutLogEvents", "arn:aws:logs:us-east-1:123456789012:log-group:a:log-stream:b"),
    ("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:123456789012:table/stock"),
    ("kms:Decrypt", "arn:aws:kms:us-east-1:123456789012:key/1"),
    ("ec2:DescribeVpcs", "*"),
)


def main() -> None:
    """Policies of AWS as moto has them."""
    documents = [json.dumps(one) for one in _documents()]
    policies = Policies(identity=[Policy.of(str(number), json.loads(one)) for number, one in enumerate(documents)])
    caller = Principal.parse("arn:aws:iam::123456789012:role/worker")
    contexts = [Context({"iam:PassedToService": "sagemaker.amazonaws.com"}), Context(), Context(complete=True)]

    def decide() -> int:
        for action, resource in ACTIONS:
            for context in contexts:
                evaluate(Request(caller, action, resource, context, owner="123456789012"), policies)
        return len(ACTIONS) * len(contexts)

    def read() -> int:
        for one in documents:
            json.loads(one)
        return 1

    decided, read_again = a_second(decide), a_second(read)
    print(f"{decided:,.0f} evaluations a second with {len(documents)} policies, {sum(map(len, documents))} characters")
    print(f"{decided / read_again:.1f} evaluations in the time in which json.loads reads them once")


def _documents() -> list[Any]:
    found = json.loads(aws_managed_policies_data)
    return [found[name]["Document"] for name in NAMES]


def a_second(call: Callable[[], int]) -> float:
    """How often a second something is done, of CPU time."""
    call()
    began, done = time.process_time(), 0
    while time.process_time() - began < SECONDS:
        done += call()
    return done / (time.process_time() - began)


if __name__ == "__main__":
    main()
