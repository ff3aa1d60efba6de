# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Brings the findings of an audit into AWS Security Hub, in one Region of the audited account.

Source: AWS Security Hub API reference, GetFindings and BatchImportFindings (100 findings in one call).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..aws.connection import Connection
from ..aws.error_advice import error_code
from ..aws.service import Service, as_aws_error
from ..converge.result import reading_failed
from ..converge.task import Task
from ..errors import EngineError, InputError, Problem, shown
from ..finding_formats.asff import GENERATORS, Finding, Product, as_asff
from ..finding_formats.records import evidence_records
from ..model import CurrentState
from ..read.reader import require_account
from ..sdk import CallFailed
from ..validate.connection import connection_problems
from .changes import FindingChange, changes, difference, time_text

MOST = 100
"""Findings in one call, of GetFindings and of BatchImportFindings."""

_NOT_ENABLED = {"InvalidAccessException", "SubscriptionRequiredException"}
_LISTS = ("findings", "escalation_paths", "objects")


class SecurityHubFindings:
    """The work of `security_hub_findings`."""

    def __init__(self, task: Task) -> None:
        task.module = task.module or "security_hub_findings"
        self.task = task
        self._audit: Mapping[str, Any] = task.options.get("audit") or {}
        self._services: Sequence[str] = task.options.get("services") or ()
        self._sent = 0

    def result(self) -> dict[str, Any]:
        """Import what is new or changed, and archive what is gone. Raises EngineError."""
        found = [
            *connection_problems(self.task.options, self.task.context.account_from),
            *_audit_problems(self._audit),
            *_service_problems(self._services, self.task.context.facts.services),
        ]
        if found:
            raise InputError(found)
        connection = self.task.connect(check_mode=self.task.check_mode)
        try:
            account = connection.caller_account()
            require_account(CurrentState(account), self.task.options.get("account_id"))
        except CallFailed as error:
            raise reading_failed(error, "") from None
        if self._audit["account_id"] != account.id:
            other = self._audit["account_id"]
            problem = Problem(
                "audit",
                f"is the audit of account {other}, and the task works in account {account.id}; give the audit of this"
                " account",
            )
            raise InputError([problem])
        return self._imported(connection)

    def reported(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return values

    def _imported(self, connection: Connection) -> dict[str, Any]:
        hub = connection.service("securityhub")
        account, now = connection.caller_account(), self.task.now
        product = Product(account.id, account.partition, hub.region)
        records = evidence_records(
            self._audit["findings"],
            self._audit["escalation_paths"],
            self._audit["objects"],
            {"account_id": account.id},
        )
        current = [as_asff(record, product, time_text(now)) for record in records]
        try:
            found = changes(current, list(_active(hub, product)), self._services, now)
            refused = [] if self.task.check_mode else list(self._refused(hub, found))
        except CallFailed as error:
            raise self._failed(error, product) from None
        imported = [one.shown() for one in found if not one.archives]
        values = {
            "changed": len(found) > len(refused),
            "account_id": account.id,
            "region": product.region,
            "imported": imported,
            "archived": [one.shown() for one in found if one.archives],
            "unchanged": sum(one["RecordState"] == "ACTIVE" for one in current) - len(imported),
            "api_calls": connection.counter.counts(),
            **({"diff": difference(found)} if self.task.diff_mode else {}),
        }
        if refused:
            raise EngineError(
                f"Security Hub in account {account.id}, Region {product.region}, refused {len(refused)} of {len(found)}"
                " findings:",
                refused,
                **values,
                failed_call="BatchImportFindings",
            )
        return values

    def _refused(self, hub: Service, found: Sequence[FindingChange]) -> Iterator[str]:
        """Import the findings; a line for each that Security Hub does not accept."""
        for first in range(0, len(found), MOST):
            batch = [one.finding for one in found[first : first + MOST]]
            # An import that is sent again after a lost reply changes nothing more.
            reply = hub.read("BatchImportFindings", Findings=batch)
            self._sent += reply["SuccessCount"]
            for failed in reply.get("FailedFindings") or ():
                yield f"{failed.get('Id')}: {failed.get('ErrorCode')}: {failed.get('ErrorMessage')}"

    def _failed(self, error: Exception, product: Product) -> EngineError:
        action = getattr(error, "operation_name", "The call")
        if error_code(error) not in _NOT_ENABLED:
            return as_aws_error(error, action, "", product.account_id, changed=self._sent > 0)
        return EngineError(
            f"AWS Security Hub is not enabled in account {product.account_id}, Region {product.region}. To fix: enable"
            f" it there (aws securityhub enable-security-hub --no-enable-default-standards --region {product.region}),"
            " choose another Region, or leave this account out.",
            error_code=error_code(error),
            failed_call=action,
        )


def _audit_problems(audit: Mapping[str, Any]) -> Iterator[Problem]:
    missing = [key for key in ("account_id", *_LISTS) if key not in audit]
    if missing:
        yield Problem(
            "audit",
            f"does not have {', '.join(missing)}, so it is not the result of an audit; give what iam_audit returned, as"
            " register saved it",
        )
        return
    for key in _LISTS:
        if not isinstance(audit[key], list) or not all(isinstance(one, Mapping) for one in audit[key]):
            yield Problem(f"audit.{key}", "is not a list of dictionaries; give what iam_audit returned")


def _service_problems(services: Sequence[str], known: Iterable[str]) -> Iterator[Problem]:
    names = sorted(known)
    for index, service in enumerate(services):
        if service not in names:
            yield Problem(f"services[{index}]", f"{shown(service)} is not known; it is one of {', '.join(names)}")


def _active(hub: Service, product: Product) -> Iterator[Finding]:
    """The active findings of this collection in the account and Region."""

    def filtered(value: str, comparison: str = "EQUALS") -> list[dict[str, str]]:
        return [{"Value": value, "Comparison": comparison}]

    filters = {
        "ProductArn": filtered(product.arn),
        "AwsAccountId": filtered(product.account_id),
        "GeneratorId": filtered(GENERATORS, "PREFIX"),
        "RecordState": filtered("ACTIVE"),
    }
    more: dict[str, str] = {}
    while True:
        page = hub.read("GetFindings", Filters=filters, MaxResults=MOST, **more)
        yield from page["Findings"]
        if not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}
