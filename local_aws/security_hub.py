# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS Security Hub: what moto lacks of GetFindings and BatchImportFindings, in front of moto's store of findings.

From the API reference: an account must have enabled Security Hub; filters; pages; 100 findings in one call; required
attributes and lengths; what belongs to the users of Security Hub and not to its products.
"""

from __future__ import annotations

import json
from typing import Any

from moto.securityhub.models import Finding, SecurityHubBackend, securityhub_backends

from .answer import Answer, AwsError
from .request import Call, HttpRequest

MOST = 100
_REQUIRED = (
    *("SchemaVersion", "Id", "ProductArn", "GeneratorId", "AwsAccountId", "CreatedAt", "UpdatedAt", "Title"),
    *("Description", "Resources"),
)
_LONGEST = {"Id": 512, "GeneratorId": 512, "Title": 256, "Description": 1024}
_OF_USERS = ("Note", "UserDefinedFields", "VerificationState", "Workflow")
_FROM_PROVIDER = ("Confidence", "Criticality", "RelatedFindings", "Severity", "Types")
_MOST_BYTES = 240 * 1024


def security_hub_answer(call: Call, request: HttpRequest) -> Answer | None:
    """The answer to a call about findings, None to leave the call to moto."""
    if call.action not in ("GetFindings", "BatchImportFindings"):
        return None
    hub = securityhub_backends[call.account][call.region]
    if not hub.enabled:
        raise AwsError("InvalidAccessException", f"Account {call.account} is not subscribed to AWS Security Hub", 401)
    sent = json.loads(request.body or b"{}")
    reply = _found(hub, sent) if call.action == "GetFindings" else _imported(hub, call, sent.get("Findings", []))
    return Answer(
        200, json.dumps(reply).encode(), {"Content-Type": "application/json", "x-amzn-RequestId": "local-aws"}
    )


def _found(hub: SecurityHubBackend, sent: dict[str, Any]) -> dict[str, Any]:
    size = int(sent.get("MaxResults", MOST))
    if not 1 <= size <= MOST:
        raise AwsError("InvalidInputException", f"MaxResults must be between 1 and {MOST}", 400)
    first = int(sent.get("NextToken") or 0)
    found = [one.data for one in hub.findings if _matches(one.data, sent.get("Filters") or {})]
    more = {"NextToken": str(first + size)} if len(found) > first + size else {}
    return {"Findings": found[first : first + size], **more}


def _matches(finding: dict[str, Any], filters: dict[str, Any]) -> bool:
    """Whether a finding matches one of the values of each filter. Raises AwsError for other comparisons."""
    for attribute, values in filters.items():
        own = str(finding.get(attribute, ""))
        for value in values:
            if value["Comparison"] not in ("EQUALS", "PREFIX"):
                raise AwsError("NotImplemented", f"The local AWS does not compare {value['Comparison']}.", 501)
        hits = (
            own == one["Value"] if one["Comparison"] == "EQUALS" else own.startswith(one["Value"]) for one in values
        )
        if not any(hits):
            return False
    return True


def _imported(hub: SecurityHubBackend, call: Call, findings: list[dict[str, Any]]) -> dict[str, Any]:
    if not 1 <= len(findings) <= MOST:
        raise AwsError("InvalidInputException", f"Findings must have 1 to {MOST} elements", 400)
    failed = []
    for finding in findings:
        problem = _problem(call, finding)
        if problem:
            failed.append({"Id": finding.get("Id", ""), "ErrorCode": "InvalidInput", "ErrorMessage": problem})
        else:
            _store(hub, finding)
    return {"FailedCount": len(failed), "SuccessCount": len(findings) - len(failed), "FailedFindings": failed}


def _problem(call: Call, finding: dict[str, Any]) -> str:
    missing = [name for name in _REQUIRED if not finding.get(name)]
    if missing:
        return f"Finding does not adhere to Amazon Finding Format. data should have required property {missing[0]}"
    for name, most in _LONGEST.items():
        if len(finding[name]) > most:
            return f"data.{name} should NOT be longer than {most} characters"
    own = f"arn:{call.partition}:securityhub:{call.region}:{call.account}:product/{call.account}/default"
    if finding["ProductArn"] != own or finding["AwsAccountId"] != call.account:
        return f"The product {finding['ProductArn']} cannot import findings of account {finding['AwsAccountId']}"
    size = len(json.dumps(finding).encode())
    return f"The finding has {size} bytes, more than {_MOST_BYTES}" if size > _MOST_BYTES else ""


def _store(hub: SecurityHubBackend, finding: dict[str, Any]) -> None:
    """Keep a finding. Of one that exists, users and `FindingProviderFields` decide about some attributes."""
    known = next((one for one in hub.findings if one.id == finding["Id"]), None)
    if known is None:
        hub.findings.append(Finding(finding["Id"], {"Workflow": {"Status": "NEW"}, "RecordState": "ACTIVE", **finding}))
    elif finding["UpdatedAt"] > known.data["UpdatedAt"]:
        known.data.update({key: value for key, value in finding.items() if key not in (*_OF_USERS, *_FROM_PROVIDER)})
        provided = finding.get("FindingProviderFields", {})
        known.data.update({key: value for key, value in provided.items() if key in _FROM_PROVIDER})
