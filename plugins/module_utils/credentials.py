# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From connection options to AWS: amazon.aws's options, plus `assume_role`. No secret leaves this room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Protocol

from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info

from .call_pace import CallPace
from .calls import CallCounter, Service, as_aws_error
from .clients import Clients, Keys
from .errors import EngineError
from .model import Account
from .redaction import hide_secrets
from .sdk import CallFailed

DEFAULT_SESSION_NAME = "aws_ml.permissions"


class SessionKeeper(Protocol):
    """Keeps sessions of assumed roles for later tasks of the same run of Ansible."""

    def recall(self, identity: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """What AssumeRole answered for this identity, where it is good for some minutes yet."""

    def keep(self, identity: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Keep an answer of AssumeRole."""


@dataclass
class Connection:
    """AWS as one caller. `account` is known at once where a role was assumed."""

    clients: Clients
    pace: CallPace
    counter: CallCounter
    keys: Keys | None = None
    account: Account | None = None
    external_id: str = ""

    @cached_property
    def iam(self) -> Service:
        return self.service("iam")

    def service(self, name: str) -> Service:
        """A service of AWS. Raises EngineError where the options do not lead to a client."""
        try:
            client = self.clients.client(name, self.keys)
        except (ValueError, *CallFailed) as error:
            raise EngineError(f"Cannot connect to AWS: {error}") from error
        account_id = self.account.id if self.account else ""
        self.pace.hold(client, name, account_id)
        hide_secrets(client, self.external_id)
        return Service(client, self.counter, account_id)

    def caller_account(self) -> Account:
        """The account that the credentials belong to; one call to STS where nothing else told."""
        if self.account is None:
            try:
                arn = self.service("sts").read("GetCallerIdentity")["Arn"]
            except CallFailed as error:
                raise as_aws_error(error, "GetCallerIdentity", "", "") from error
            self.account = Account.owning(arn)
        self.iam.account_id = self.account.id
        return self.account


def connect(
    options: Mapping[str, Any],
    sessions: SessionKeeper | None = None,
    *,
    agent: str = DEFAULT_SESSION_NAME,
    warn: Callable[[str], None] = lambda warning: None,
) -> Connection:
    """Open a connection with a module's options. Raises EngineError where they do not lead to credentials.

    `agent` stands in the user agent of every call, see `user_agent`. `warn` hears of what does not end the task.
    """
    region, endpoint, parameters = get_aws_connection_info(SimpleNamespace(params=options, fail_json=_refuse))
    try:
        clients = Clients(region, endpoint, parameters, agent)
    except (ValueError, *CallFailed) as error:
        raise EngineError(f"Cannot connect to AWS: {error}") from error
    assume_role = options.get("assume_role")
    external_id = (assume_role or {}).get("external_id") or ""
    connection = Connection(clients, CallPace.of(options, warn), CallCounter(), external_id=external_id)
    return _entered(connection, assume_role, sessions) if assume_role else connection


def _entered(connection: Connection, assume_role: Mapping[str, Any], sessions: SessionKeeper | None) -> Connection:
    """The connection as the role of `assume_role`; its calls are counted and paced with those before."""
    parameters = {
        "RoleArn": assume_role["role_arn"],
        "RoleSessionName": assume_role.get("session_name") or DEFAULT_SESSION_NAME,
        "ExternalId": assume_role.get("external_id"),
        "DurationSeconds": assume_role.get("duration_seconds"),
        "Policy": assume_role.get("policy"),
    }
    identity = {"caller": _caller(connection), **parameters} if sessions else {}
    answer = sessions.recall(identity) if sessions else None
    if answer is None:
        given = {key: value for key, value in parameters.items() if value is not None}
        try:
            answer = connection.service("sts").read("AssumeRole", **given)
        except CallFailed as error:
            raise as_aws_error(error, "AssumeRole", assume_role["role_arn"], "") from None
        if sessions:
            sessions.keep(identity, answer)
    issued = answer["Credentials"]
    return Connection(
        connection.clients,
        connection.pace,
        connection.counter,
        keys={
            "aws_access_key_id": issued["AccessKeyId"],
            "aws_secret_access_key": issued["SecretAccessKey"],
            "aws_session_token": issued["SessionToken"],
        },
        account=Account.owning(answer["AssumedRoleUser"]["Arn"]),
    )


def _caller(connection: Connection) -> list[str | None]:
    try:
        return connection.clients.caller()
    except CallFailed as error:
        raise as_aws_error(error, "AssumeRole", "", "") from None


def _refuse(msg: str, **dummy: Any) -> None:
    raise EngineError(msg)
