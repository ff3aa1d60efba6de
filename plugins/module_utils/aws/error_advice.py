# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The text of an error of AWS or of the SDK for the user, and what to do next. Pure.

Only texts that cannot quote a reply, a credential_process or a key are shown. For all others, only the type is named.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from pathlib import PurePath

from ..errors import EngineError
from ..sdk import CallFailed, ClientError
from .replies import UnreadableReply, is_page_of_another

_SAFE = {
    *("ConfigNotFound", "ConfigParseError", "ConnectTimeoutError", "ConnectionClosedError", "EndpointConnectionError"),
    *("InfiniteLoopConfigError", "InvalidConfigError", "InvalidRegionError", "LoginRefreshRequired", "MfaCodeNeeded"),
    *("LoginTokenLoadError", "NoAuthTokenError", "NoCredentialsError", "NoRegionError", "ParamValidationError"),
    *("PartialCredentialsError", "ProfileNotFound", "ProxyConnectionError", "ReadTimeoutError", "SSLError"),
    *("RefreshWithMFAUnsupportedError", "RunHasEnded", "SSOTokenLoadError", "TokenRetrievalError"),
    *("UnauthorizedSSOTokenError",),
    *("UnknownEndpointError", "UnknownRegionError", "UnreadableReply"),
}
"""Exceptions of botocore whose text contains only names, addresses and fixed words."""

_CLOCK = "The clock of this machine is wrong: set it (timedatectl shows whether it is synchronized), and run again."
_NEW_SESSION = (
    "Get a new session and run again: aws sso login --profile {profile}, or new AWS_ACCESS_KEY_ID,"
    " AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN."
)
_LOG_IN = "Log in and run again: aws sso login --profile {profile}."
_KEY = (
    "Check the access key and the session token: the key may be deleted or inactive, belong to another partition, or"
    " lack its AWS_SESSION_TOKEN."
)
_NETWORK = "Check endpoint_url, region and the network."
_SLOW = "If AWS is only slow, increase connect_timeout or read_timeout in aws_config."

_BY_CODE: Mapping[str, str] = {
    "ConfigNotFound": "Check AWS_CONFIG_FILE.",
    "ConfigParseError": "Correct the file: its sections are [profile NAME], and each line in them is NAME = VALUE.",
    "ConnectTimeoutError": f"{_NETWORK} Behind a proxy, set HTTPS_PROXY. {_SLOW}",
    "ConnectionClosedError": "The connection broke off. Check the network and run again.",
    "CredentialRetrievalError": (
        "The credential source of profile {profile} failed (credential_process, role or metadata service). Run it by"
        " itself."
    ),
    "EndpointConnectionError": _NETWORK,
    "ExpiredToken": f"The session of these credentials has expired. {_NEW_SESSION}",
    "InvalidClientTokenId": _KEY,
    "InvalidConfigError": "Correct profile {profile} in the AWS configuration file.",
    "InvalidRegionError": "Check region, AWS_REGION and the profile.",
    "LoginRefreshRequired": "Log in and run again: aws login --profile {profile}.",
    "MetadataRetrievalError": (
        "This machine has no role that provides credentials: attach one, or use other credentials."
    ),
    "MfaCodeNeeded": (
        'Get a session in the shell first, and run there: eval "$(aws configure export-credentials --profile {profile}'
        ' --format env)", or aws sts get-session-token.'
    ),
    "NoCredentialsError": "Give access_key and secret_key, a profile, or AWS_* environment variables.",
    "NoRegionError": "Give region, or the AWS_REGION environment variable.",
    "PartialCredentialsError": "Give both parts of the key, access_key and secret_key, in the same place.",
    "ProfileNotFound": (
        "Check profile and AWS_PROFILE; aws configure list-profiles lists what ~/.aws/config and ~/.aws/credentials"
        " contain (AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name others). This user must be able to read them."
    ),
    "ProxyConnectionError": "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY, and the user and password in them.",
    "ReadTimeoutError": (
        f"{_NETWORK} A firewall or a proxy that accepts connections and sends nothing back can be the cause. {_SLOW}"
    ),
    "RequestTimeTooSkewed": _CLOCK,
    "RunHasEnded": "No more writes were sent. Run again: writes that are done are found, and the others follow.",
    "SSLError": (
        "The certificate of the endpoint was not accepted: behind a proxy that decrypts TLS, give its certificate with"
        " aws_ca_bundle or AWS_CA_BUNDLE."
    ),
    "SSOTokenLoadError": _LOG_IN,
    "SignatureDoesNotMatch": "Check secret_key (AWS_SECRET_ACCESS_KEY): it does not belong to this access key.",
    "UnreadableReply": (
        "Something between this machine and AWS has answered or has cut off the reply: check HTTPS_PROXY, NO_PROXY,"
        " endpoint_url and whether the network requires a login, then run again."
    ),
}
_SAME: Mapping[str, str] = {
    "AuthFailure": "InvalidClientTokenId",
    "ExpiredTokenException": "ExpiredToken",
    "HTTPClientError": "ConnectionClosedError",
    "InfiniteLoopConfigError": "InvalidConfigError",
    "InvalidAccessKeyId": "InvalidClientTokenId",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "LoginTokenLoadError": "LoginRefreshRequired",
    "RequestExpired": "RequestTimeTooSkewed",
    "ResponseStreamingError": "ConnectionClosedError",
    "TokenRetrievalError": "SSOTokenLoadError",
    "UnauthorizedSSOTokenError": "SSOTokenLoadError",
    "UnknownEndpointError": "InvalidRegionError",
    "UnrecognizedClientException": "InvalidClientTokenId",
}
_UNEXPECTED = "This error is unexpected. Run again with -vvv, and report the message with failed_at."
_TIME = re.compile(r"Signature (expired|not yet current)", re.IGNORECASE)


def error_code(error: BaseException) -> str:
    """AWS's code of an error, or the name of the exception."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return type(error).__name__


def error_message(error: BaseException) -> str:
    """AWS's text, or the SDK's text if it cannot quote a reply or a secret. Empty otherwise."""
    if isinstance(error, ClientError):
        text = str(error.response.get("Error", {}).get("Message", ""))
        # Some services repeat what they signed, including the session token.
        return text.partition("The Canonical String")[0]
    if isinstance(error, EngineError):
        return error.message
    return str(error) if type(error).__name__ in _SAFE else ""


def words(error: BaseException) -> str:
    """The text of an error, in one line."""
    hidden = (
        "no reason was given"
        if isinstance(error, ClientError)
        else "its text is not shown, because it can contain a secret"
    )
    return " ".join(error_message(error).split()) or hidden


def next_step(error: BaseException) -> str:
    """What to do about an error. Empty where AWS's text is the only advice."""
    code = error_code(error)
    if is_page_of_another(code):
        code = UnreadableReply.__name__
    elif _TIME.search(error_message(error)):
        code = "RequestTimeTooSkewed"
    elif is_unexpected(error):
        return _UNEXPECTED
    profile = getattr(error, "profile", "") or "NAME"
    return _BY_CODE.get(_SAME.get(code, code), "").replace("{profile}", profile)


def is_unexpected(error: BaseException) -> bool:
    """Whether an error is not from AWS, not from the SDK and not one of the engine's own."""
    return not isinstance(error, (EngineError, *CallFailed))


def failed_at(error: BaseException) -> list[str]:
    """The lines of code that an error passed, down to where it was raised. Values and the error's text are left out."""
    frames = traceback.walk_tb(error.__traceback__)
    return [f"{PurePath(at.f_code.co_filename).name}:{line} in {at.f_code.co_name}" for at, line in frames]


def sentences(*texts: str) -> str:
    """Texts as consecutive sentences, without the empty ones."""
    told = [text.strip() for text in texts if text.strip()]
    return " ".join(text if text.endswith((".", "!", "?")) or text is told[-1] else f"{text}." for text in told)
