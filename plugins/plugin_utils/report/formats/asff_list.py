# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The findings of a report in the AWS Security Finding Format, as a list for BatchImportFindings. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.finding_formats.asff import Product, as_asff

from .report_records import report_records

REGIONS = {
    "aws": "us-east-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-eusc": "eusc-de-east-1",
}
"""The Region of IAM itself by partition, which AWS uses for findings about IAM."""


def as_asff_list(report: Mapping[str, Any], region: str | None = None) -> str:
    """The findings of all accounts with an id. `region` is that of Security Hub, by default that of IAM."""
    time = str(report["run"]["ended"]).replace("Z", ".000Z")
    findings = [
        as_asff(record, Product(record["account_id"], record["partition"], region or _region(record)), time)
        for record in report_records(report)
        if record["account_id"]
    ]
    return json.dumps(findings, ensure_ascii=False, separators=(",", ":")) + "\n"


def _region(record: Mapping[str, Any]) -> str:
    return REGIONS.get(str(record["partition"]), REGIONS["aws"])
