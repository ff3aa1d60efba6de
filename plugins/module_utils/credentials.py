# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From connection options to clients: amazon.aws's options, plus `assume_role`. No secret leaves this room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import boto3_inventory_conn, get_aws_connection_info

from .calls import CallCounter, Service, as_aws_error
from .errors import EngineError
from .model import Account
from .sdk import CallFailed

RETRIES: Any = {"mode": "standard", "total_max_attempts": 10}
"""botocore's retries for throttling, 5xx and broken connections; `aws_config` of a task overrides them."""

DEFAULT_SESSION_NAME = "aws_ml.permissions"


@dataclass
class Connection:
    """IAM in one account. `account` is known at once where a role was assumed."""

    iam: Service
    counter: CallCounter
    account: Account | None
    _sts: Any

    def caller_account(self) -> Account:
        """The account that the credentials belong to; one call to STS where nothing else told."""
        if self.account is None:
            sts = Service(self._sts(), self.counter)
            try:
                arn = sts.read("GetCallerIdentity")["Arn"]
            except CallFailed as error:
                raise as_aws_error(error, "GetCallerIdentity", "", "") from error
            self.account = Account.owning(arn)
        self.iam.account_id = self.account.id
        return self.account


def connect(options: Mapping[str, Any]) -> Connection:
    """Open a connection with a module's options. Raises EngineError where they do not lead to credentials."""
    counter = CallCounter()
    client = _client_factory(options)
    assume_role = options.get("assume_role")
    if not assume_role:
        return Connection(Service(client("iam"), counter), counter, None, lambda: client("sts"))
    credentials, account = _assumed(Service(client("sts"), counter), assume_role)
    assumed = _client_factory(options, credentials)
    return Connection(Service(assumed("iam"), counter, account.id), counter, account, lambda: assumed("sts"))


def _client_factory(options: Mapping[str, Any], credentials: Mapping[str, str] | None = None) -> Any:
    region, endpoint, parameters = get_aws_connection_info(SimpleNamespace(params=options, fail_json=_refuse))
    if credentials:
        parameters.pop("profile_name", None)
        parameters.update(credentials)
    config = {"retries": RETRIES, "max_pool_connections": 20}

    def client(service: str) -> Any:
        try:
            return boto3_inventory_conn(
                conn_type="client", resource=service, region=region, endpoint=endpoint, config=config, **parameters
            )
        except (ValueError, *CallFailed) as error:
            raise EngineError(f"Cannot connect to AWS: {error}") from error

    return client


def _assumed(sts: Service, assume_role: Mapping[str, Any]) -> tuple[dict[str, str], Account]:
    parameters = {
        "RoleArn": assume_role["role_arn"],
        "RoleSessionName": assume_role.get("session_name") or DEFAULT_SESSION_NAME,
        "ExternalId": assume_role.get("external_id"),
        "DurationSeconds": assume_role.get("duration_seconds"),
        "Policy": assume_role.get("policy"),
    }
    try:
        answer = sts.read("AssumeRole", **{key: value for key, value in parameters.items() if value is not None})
    except CallFailed as error:
        raise as_aws_error(error, "AssumeRole", assume_role["role_arn"], "") from None
    issued = answer["Credentials"]
    credentials = {
        "aws_access_key_id": issued["AccessKeyId"],
        "aws_secret_access_key": issued["SecretAccessKey"],
        "aws_session_token": issued["SessionToken"],
    }
    return credentials, Account.owning(answer["AssumedRoleUser"]["Arn"])


def _refuse(msg: str, **dummy: Any) -> None:
    raise EngineError(msg)
