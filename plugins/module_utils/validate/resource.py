# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What IAM refuses as the Resource of a statement.

Sources: the IAM JSON policy element reference, Resource; FACTS C11 for ARNs that are too short: IAM completes them,
unless two colons follow each other.
"""

from __future__ import annotations

import re
from typing import Any

from ..declare.placeholders import unfilled_role
from ..policy.account_ids import arn_account_refusal, arn_fields

_PARTITIONS = re.compile(r"\*|aws(-[a-z]+)*")
_SERVICE = re.compile(r"[a-z0-9-]+")
_IAM_KINDS = (
    "*", "access-report/", "federated-user/", "group/", "instance-profile/", "mfa/", "oidc-provider/", "policy/",
    "report/", "role-template/", "role/", "root", "saml-provider/", "server-certificate/", "sms-mfa/", "user/",
)  # fmt: skip
_REGIONAL_S3_KINDS = ("accesspoint/", "access-grants/", "async-request/", "job/", "storage-lens", "*")


def resource_problem(resource: Any) -> str | None:
    """Why IAM would refuse a resource, None if it would not. The text follows the resource in a message."""
    if resource == "*" or (isinstance(resource, str) and unfilled_role(resource)):
        return None
    if not isinstance(resource, str) or not resource.startswith("arn:"):
        return 'is not an ARN; write arn:… or "*"'
    # IAM completes an ARN that is too short.
    fields = [*arn_fields(resource), "*", "*", "*", "*"]
    partition, service, region, name = fields[1], fields[2], fields[3], fields[5]
    refusals = (
        (
            resource.count(":") < 5 and "::" in resource,
            f"has {resource.count(':')} colons, but an ARN has five; write arn:…:service:region:account:resource,"
            " such as arn:aws:s3:::bucket",
        ),
        (not _PARTITIONS.fullmatch(partition), f'is of partition "{partition}", which does not exist; write "aws"'),
        (not _SERVICE.fullmatch(service), "does not have a full service name in its third field"),
        (
            service == "s3" and region not in ("", "*") and not name.startswith(_REGIONAL_S3_KINDS),
            "is an ARN of S3 and cannot have a Region; write arn:…:s3:::bucket",
        ),
        (
            service == "iam" and region not in ("", "*"),
            "is an ARN of IAM and cannot have a Region; write arn:…:iam::account:…",
        ),
        (
            service == "iam" and not name.startswith(_IAM_KINDS),
            "is an ARN of IAM without a type of object; write arn:…:iam::account:role/name, user/name or policy/name",
        ),
    )
    return next((text for refused, text in refusals if refused), None) or arn_account_refusal(resource)
