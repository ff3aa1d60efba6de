# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM refuses as the Resource of a statement. Source: the IAM JSON policy element reference, Resource."""

from __future__ import annotations

import re
from typing import Any

from .placeholders import unfilled_role

_PARTITIONS = re.compile(r"\*|aws(-[a-z]+)*")
_SERVICE = re.compile(r"[a-z0-9-]+")
_IAM_KINDS = (
    "access-report/", "federated-user/", "group/", "instance-profile/", "mfa/", "oidc-provider/", "policy/", "report/",
    "role/", "saml-provider/", "server-certificate/", "sms-mfa/", "user/",
)  # fmt: skip


def resource_problem(resource: Any) -> str | None:
    """Why IAM would refuse a resource, None if it would not. The text follows the resource in a message."""
    if resource == "*":
        return None
    fields = resource.split(":", 5) if isinstance(resource, str) else []
    if fields and unfilled_role(resource):
        return None
    if len(fields) < 6 or fields[0] != "arn" or not fields[5]:
        return 'is not an ARN; write arn:… or "*"'
    partition, service, region, name = fields[1], fields[2], fields[3], fields[5]
    refusals = (
        (not _PARTITIONS.fullmatch(partition), f'is of partition "{partition}", which does not exist; write "aws"'),
        (not _SERVICE.fullmatch(service), "has no full name of a service in its third field"),
        (
            service == "s3" and region and not name.startswith("accesspoint/"),
            "is of S3 and has no Region; write arn:…:s3:::bucket",
        ),
        (service == "iam" and region, "is of IAM and has no Region; write arn:…:iam::account:…"),
        (
            service == "iam" and not name.startswith((*_IAM_KINDS, "*")),
            "is of IAM and says no kind of object; write arn:…:iam::account:role/name, user/name or policy/name",
        ),
    )
    return next((text for refused, text in refusals if refused), None)
