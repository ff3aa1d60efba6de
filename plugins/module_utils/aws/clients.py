# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""AWS clients that share botocore's loaded data. A forked worker inherits what its parent has loaded."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from copy import copy
from datetime import datetime
from functools import cache
from typing import Any

try:
    import botocore.config
    import botocore.loaders
    import botocore.session
    import botocore.utils
except ImportError:
    pass  # module_runner says what is missing

from ..sdk import BotoCoreError, NoCredentialsError, SSLError
from .replies import CheckedParsers
from .service import CONNECT_TIMEOUT, READ_TIMEOUT, Silence, Tell

VERSION = "1.0.0"
"""The version of this collection, the same as in galaxy.yml, which a module's own interpreter cannot read."""

DEFAULTS: Mapping[str, Any] = {
    "connect_timeout": CONNECT_TIMEOUT,
    "read_timeout": READ_TIMEOUT,
    "retries": {"mode": "standard", "total_max_attempts": 10},
}
"""What `aws_config` of a task overrides. The retries are for throttling, 5xx and broken connections."""

Keys = Mapping[str, str]
"""`aws_access_key_id`, `aws_secret_access_key` and `aws_session_token`."""

_SERVICES = ("iam", "sts")

_LOGIN = {"sso_session", "sso_start_url", "login_session"}

# Their logged tracebacks quote replies and the output of a credential_process. The task reports its failure.
for _name in (
    "botocore.credentials",
    "botocore.tokens",
    "botocore.utils",
    "urllib3.connection",
    "urllib3.connectionpool",
):
    logging.getLogger(_name).addFilter(lambda record: not record.exc_info)


def user_agent(module: str, *, check_mode: bool = False) -> str:
    """The text that a module's clients add to their user agent, which CloudTrail records for each call."""
    return f"aws_ml.permissions/{VERSION} {module}{' check_mode' if check_mode else ''}"


@cache
def data_loader() -> Any:
    """The only loader of service models and endpoint rules in this process. It caches what it has parsed."""
    return botocore.loaders.create_loader()


def load_models() -> None:
    """Parse what clients for IAM and STS need, so that workers need not.

    This is botocore's own data only. A profile or a setting of the environment can be wrong, or differ between tasks.
    """
    _handlers()
    for data in ("partitions", "endpoints", "sdk-default-configuration", "_retry"):
        data_loader().load_data(data)
    for service in _SERVICES:
        for kind in ("service-2", "endpoint-rule-set-1"):
            data_loader().load_service_model(service, kind)


class MfaCodeNeeded(BotoCoreError):
    """A profile that needs an MFA code, for which a playbook cannot ask."""

    fmt = "an MFA code is required ({prompt}), and a playbook cannot ask for it"


class Clients:
    """Creates clients with amazon.aws's connection parameters, or with other credentials if they are given."""

    def __init__(
        self,
        region: str | None,
        endpoint: str | None,
        parameters: Mapping[str, Any],
        agent: str = "",
        tell: Tell = lambda waiting: None,
    ) -> None:
        self._region = region
        self._endpoint = endpoint
        self._session = _session(parameters.get("profile_name"))
        self._keys = {name: value for name, value in parameters.items() if name.startswith("aws_") and value}
        self._keys.pop("aws_config", None)
        self._verify = parameters.get("verify")
        own = botocore.config.Config(**DEFAULTS, max_pool_connections=20, user_agent_extra=agent)
        given = parameters.get("aws_config")
        # As the default, it also applies to clients that botocore creates for itself to get credentials.
        self._session.set_default_client_config(own.merge(given) if given else own)
        events = self._session.get_component("event_emitter")
        events.register_first("needs-retry", _raise_refused_certificate)
        Silence(self._session.get_default_client_config(), tell).watch(events)

    @property
    def profile(self) -> str:
        """The profile that the credentials may come from. If it uses another profile that logs in, that one."""
        profiles = self._session.full_config.get("profiles", {})
        name = self._session.profile or ("default" if "default" in profiles and not self._keys else "")
        chain = [name]
        while (source := profiles.get(chain[-1], {}).get("source_profile")) and source not in chain:
            chain.append(source)
        return str(next((one for one in chain if _LOGIN & profiles.get(one, {}).keys()), name))

    def require_credentials(self) -> None:
        """Get the credentials now instead of at the first call. Raises the errors of their source."""
        if self._keys:
            return
        self._session.get_component("credential_provider").get_provider("assume-role")._prompter = _refuse_prompt
        found = self._session.get_credentials()
        if found is None:
            raise NoCredentialsError
        found.get_frozen_credentials()

    def caller(self) -> list[str | None]:
        """Identifies the credentials and the endpoint of these clients, without a secret."""
        found = None if self._keys else self._session.get_credentials()
        key = self._keys.get("aws_access_key_id") or (found.access_key if found else None)
        return [key, self._region, self._endpoint]

    def client(self, service: str, credentials: Keys | None = None) -> Any:
        """A client. Raises ValueError and botocore's exceptions if the parameters are not valid."""
        return self._session.create_client(
            service,
            self._region,
            endpoint_url=self._endpoint,
            verify=self._verify,
            **(credentials or self._keys),
        )


@cache
def _handlers() -> Any:
    """botocore's own event handlers, registered once for each process. Every session gets a copy."""
    return botocore.session.Session().get_component("event_emitter")


def _session(profile: str | None) -> Any:
    session = botocore.session.Session(event_hooks=copy(_handlers()), include_builtin_handlers=False, profile=profile)
    session.register_component("data_loader", data_loader())
    parsers = CheckedParsers()
    parsers.set_parser_defaults(timestamp_parser=_moment)
    session.register_component("response_parser_factory", parsers)
    return session


def _raise_refused_certificate(caught_exception: Exception | None = None, **dummy: Any) -> None:
    """Do not retry a call whose certificate was refused: it would be refused again."""
    if isinstance(caught_exception, SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(caught_exception):
        raise caught_exception


def _refuse_prompt(prompt: str) -> str:
    raise MfaCodeNeeded(prompt=prompt.strip().rstrip(":"))


def _moment(value: Any) -> Any:
    """The same datetime as botocore would return, ten times faster for the format of IAM and STS."""
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return botocore.utils.parse_timestamp(value)
