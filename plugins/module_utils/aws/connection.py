# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""From connection options to AWS: amazon.aws's options, plus `assume_role`. No secret leaves this module.

AWS's errors quote what was sent: a value that it refuses, or everything that was signed. The secrets that are sent are
an external id and a session token, never a secret key. They are removed before other code reads an error. No other part
of a message contains them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Protocol

from ..errors import AwsError, EngineError
from ..model import Account
from ..sdk import CallFailed, get_aws_connection_info
from .clients import Clients, Keys
from .error_advice import error_code, is_unexpected, next_step, sentences, words
from .rate_limit import CallPace
from .run_process import RunProcess
from .service import CallCounter, Service, as_aws_error, waited

HIDDEN = "********"

_UNMISTAKABLE = 16
"""A value of at least this many characters is replaced everywhere. A shorter one can be part of a name."""


def redacted(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets. A short one is replaced only where it is a separate word."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        pattern = re.escape(secret)
        if len(secret) < _UNMISTAKABLE:
            pattern = rf"(?<![\w/@+-])(?<!\w[.]){pattern}(?![\w/@+-]|[.]\w)"
        text = re.sub(pattern, HIDDEN, text)
    return text


def hide_secrets(client: Any, external_id: str) -> None:
    """Remove this external id and the session token of a client from its errors."""
    sent = {external_id}

    def remember(request: Any = None, **dummy: Any) -> None:
        token = request.headers.get("X-Amz-Security-Token", "")
        sent.add(token.decode() if isinstance(token, bytes) else token)

    def hide(parsed: Any = None, **dummy: Any) -> None:
        error = (parsed or {}).get("Error") or {}
        if error.get("Message"):
            error["Message"] = redacted(error["Message"], sent)

    client.meta.events.register("before-send.*.*", remember)
    client.meta.events.register("after-call.*.*", hide)


DEFAULT_SESSION_NAME = "aws_ml.permissions"
NO_RUN = RunProcess()
"""For a task that is not part of a run of Ansible, or may outlive it."""


class SessionKeeper(Protocol):
    """Keeps sessions of assumed roles for later tasks of the same run of Ansible."""

    def recall(self, identity: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The reply of AssumeRole for this identity, if it is valid for some minutes more."""

    def keep(self, identity: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Keep a reply of AssumeRole."""


@dataclass
class Connection:
    """AWS as one caller. `account` is known from the start if a role was assumed."""

    clients: Clients
    pace: CallPace
    counter: CallCounter
    keys: Keys | None = None
    account: Account | None = None
    external_id: str = ""
    run: RunProcess = field(default_factory=RunProcess)

    @cached_property
    def iam(self) -> Service:
        return self.service("iam")

    def service(self, name: str) -> Service:
        """A service of AWS. Raises EngineError if no client can be created from the options."""
        try:
            client = self.clients.client(name, self.keys)
        except Exception as error:
            raise _not_connected(error, self.clients.profile) from None
        account_id = self.account.id if self.account else ""
        self.pace.hold(client, name, account_id)
        self.run.hold(client)
        hide_secrets(client, self.external_id)
        return Service(client, self.counter, account_id, self.clients.profile)

    def caller_account(self) -> Account:
        """The account that the credentials belong to; one call to STS if the account is not known."""
        if self.account is None:
            try:
                arn = self.service("sts").read("GetCallerIdentity")["Arn"]
            except CallFailed as error:
                raise as_aws_error(error, "GetCallerIdentity", "", "") from None
            self.account = Account.owning(arn)
        self.iam.account_id = self.account.id
        return self.account


def connect(
    options: Mapping[str, Any],
    sessions: SessionKeeper | None = None,
    *,
    run_folder: str = "",
    run: RunProcess = NO_RUN,
    agent: str = DEFAULT_SESSION_NAME,
    counter: CallCounter | None = None,
    warn: Callable[[str], None] = lambda warning: None,
    tell: Callable[[str], None] = lambda waiting: None,
) -> Connection:
    """Open a connection with a module's options. Raises EngineError if they do not give credentials.

    `run` is the run of Ansible that the task ends with, `run_folder` that run's own folder, empty if there is none.
    `agent` is part of the user agent of every call, see `user_agent`. `counter` counts the calls for the caller. `warn`
    gets what does not end the task. `tell` gets, without delay, the calls that wait for a reply.
    """
    profile = str(options.get("profile") or os.environ.get("AWS_PROFILE") or "default")
    try:
        region, endpoint, parameters = get_aws_connection_info(SimpleNamespace(params=options, fail_json=_refuse))
        clients = Clients(region, endpoint, parameters, agent, tell)
        profile = clients.profile
        clients.require_credentials()
    except EngineError:
        raise
    except Exception as error:
        raise _not_connected(error, profile) from None
    assume_role = options.get("assume_role")
    external_id = (assume_role or {}).get("external_id") or ""
    connection = Connection(
        clients,
        CallPace.of(options, run_folder, warn),
        counter or CallCounter(),
        external_id=external_id,
        run=run,
    )
    return _entered(connection, assume_role, sessions) if assume_role else connection


def _entered(connection: Connection, assume_role: Mapping[str, Any], sessions: SessionKeeper | None) -> Connection:
    """The connection as the role of `assume_role`. Its calls are counted and paced with the earlier ones."""
    parameters = {
        "RoleArn": assume_role["role_arn"],
        "RoleSessionName": assume_role.get("session_name") or DEFAULT_SESSION_NAME,
        "ExternalId": assume_role.get("external_id"),
        "DurationSeconds": assume_role.get("duration_seconds"),
        "Policy": assume_role.get("policy"),
    }
    identity = {"caller": connection.clients.caller(), **parameters} if sessions else {}
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
        run=connection.run,
    )


def _not_connected(error: Exception, profile: str) -> EngineError:
    """A failure before the first call: of configuration files, profiles, credentials or the endpoint."""
    error.profile = profile  # type: ignore[attr-defined]
    told, advice = f"{error_code(error)}: {words(error)}", next_step(error)
    if isinstance(error, ValueError) and str(error).startswith("Invalid endpoint"):
        told, advice = str(error), "endpoint_url must be a URL, such as https://iam.amazonaws.com."
    elif isinstance(error, TypeError) and "keyword argument" in str(error):
        told, advice = "aws_config is not valid", f"botocore.config.Config reports: {error}"
    elif is_unexpected(error) or not advice:
        advice = (
            f"Credentials and settings came from profile {profile or 'NAME'} or the environment: check them, and the"
            " program that credential_process names."
        )
    return AwsError(sentences(f"Cannot connect to AWS: {told}", waited(error), advice), error_code=error_code(error))


def _refuse(msg: str, **dummy: Any) -> None:
    raise EngineError(msg)
