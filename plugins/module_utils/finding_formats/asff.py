# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Records of findings in the AWS Security Finding Format, as BatchImportFindings takes them. Pure.

Source: AWS Security Hub user guide, "Required top-level ASFF attributes", "Optional top-level ASFF attributes", "Types
taxonomy for ASFF", and "BatchImportFindings"; lengths from the same pages.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import printable
from .records import WAIVERS, kind_of, title_of

SCHEMA = "2018-10-08"
NAME = "aws_ml.permissions"
DIGEST = f"{NAME}/digest"
"""The entry of ProductFields by which a later run sees that a finding has not changed."""

GENERATORS = f"{NAME}/"
"""What the GeneratorId of every finding of this collection begins with."""

LONGEST = {
    "Id": 512,
    "GeneratorId": 512,
    "Title": 256,
    "Description": 1024,
    "Recommendation": 512,
    "ProductField": 2048,
    "ResourceId": 512,
}
"""The most characters of each text."""

MOST_PRODUCT_FIELDS = 50

_CHECK = "Software and Configuration Checks/AWS Security Best Practices"
_ESCALATION = "TTPs/Privilege Escalation"
_TYPES = {"escalation_path": [_CHECK, _ESCALATION], "reached_by_escalation": [_CHECK, _ESCALATION]}
_RESOURCE_TYPES = {"role": "AwsIamRole", "policy": "AwsIamPolicy", "user": "AwsIamUser", "group": "AwsIamGroup"}
_WAIVER = ("reason", "owner", "until")

Finding = dict[str, Any]


@dataclass(frozen=True)
class Product:
    """The product of an account's own findings in one Region."""

    account_id: str
    partition: str
    region: str

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:securityhub:{self.region}:{self.account_id}:product/{self.account_id}/default"


def as_asff(record: Mapping[str, Any], product: Product, now: str) -> Finding:
    """One finding; `now` is a time in ISO 8601. An accepted finding is archived (decision 0053)."""
    severity = {"Label": str(record["severity"]).upper(), "Original": str(record["severity"])}
    types = _TYPES.get(str(record["code"]), [_CHECK])
    content: Finding = {
        "SchemaVersion": SCHEMA,
        "Id": _cut(f"{NAME}/{product.account_id}/{record['code']}/{record['id']}", "Id"),
        "ProductArn": product.arn,
        "GeneratorId": _cut(f"{GENERATORS}{record['code']}", "GeneratorId"),
        "AwsAccountId": product.account_id,
        "Types": types,
        "Severity": severity,
        # Of a finding that exists, an import changes severity and types only here.
        "FindingProviderFields": {"Severity": severity, "Types": types},
        "Title": _cut(title_of(record), "Title"),
        "Description": _cut(str(record["message"]).strip() or title_of(record), "Description"),
        "Resources": list(_resources(record, product)),
        "ProductFields": _product_fields(record),
        "RecordState": "ARCHIVED" if record.get("waiver") else "ACTIVE",
    }
    if str(record.get("remedy") or "").strip():
        content["Remediation"] = {"Recommendation": {"Text": _cut(record["remedy"], "Recommendation")}}
    content["ProductFields"][DIGEST] = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return {**content, "CreatedAt": now, "UpdatedAt": now}


def _resources(record: Mapping[str, Any], product: Product) -> Iterator[Finding]:
    """The objects of the account that the finding is about; the account itself if there are none."""
    named = False
    for resource, arn in record["arns"].items():
        if len(arn) <= LONGEST["ResourceId"]:
            named = True
            kind = _RESOURCE_TYPES.get(kind_of(resource), "Other")
            yield {"Type": kind, "Id": arn, "Partition": product.partition}
    if not named:
        yield {"Type": "AwsAccount", "Id": f"AWS::::Account:{product.account_id}", "Partition": product.partition}


def _product_fields(record: Mapping[str, Any]) -> dict[str, str]:
    values = {key: str(record.get(key) or "") for key in ("code", "resource", "service", "to")}
    for key in WAIVERS:
        given = record.get(key) or {}
        values |= {f"{key}/{part}": str(given.get(part) or "") for part in _WAIVER}
    values |= {f"steps/{number}": step for number, step in enumerate(record.get("steps", ()), 1)}
    told = {f"{NAME}/{key}": _cut(value, "ProductField") for key, value in values.items() if value.strip()}
    return dict(list(told.items())[: MOST_PRODUCT_FIELDS - 1])


def _cut(text: object, name: str) -> str:
    return printable(str(text), LONGEST[name])
