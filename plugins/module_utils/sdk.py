# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The engine's imports from the SDK and amazon.aws. Without them the engine loads and reports what is missing."""

from __future__ import annotations

from typing import Any

try:
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectTimeoutError,
        HTTPClientError,
        NoCredentialsError,
        ReadTimeoutError,
        SSLError,
    )
    from botocore.parsers import ResponseParserFactory

    HAS_SDK = True
    # The exceptions after a request was sent. A connection that was never opened has other exceptions.
    LOST_REPLIES: tuple[type[Exception], ...] = (HTTPClientError,)
    NO_CONNECTION: tuple[type[Exception], ...] = (ConnectTimeoutError,)
    NO_REPLY: tuple[type[Exception], ...] = (ReadTimeoutError,)
except ImportError:
    HAS_SDK = False
    LOST_REPLIES = NO_CONNECTION = NO_REPLY = ()
    ResponseParserFactory = object  # type: ignore[misc,assignment]

    class BotoCoreError(Exception):  # type: ignore[no-redef]
        """Never raised."""

    ClientError = NoCredentialsError = SSLError = BotoCoreError  # type: ignore[misc,assignment]

try:
    from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info
    from ansible_collections.amazon.aws.plugins.module_utils.modules import aws_argument_spec

    HAS_AMAZON_AWS = True
except ImportError:
    HAS_AMAZON_AWS = False

    def get_aws_connection_info(module: Any) -> Any:
        """Never called: the action reports what is missing before."""
        raise NotImplementedError

    def aws_argument_spec() -> dict[str, Any]:
        return {}


CallFailed = (ClientError, BotoCoreError)
"""What a call to AWS can raise; for `except`."""

__all__ = [
    "HAS_AMAZON_AWS",
    "HAS_SDK",
    "LOST_REPLIES",
    "NO_CONNECTION",
    "NO_REPLY",
    "BotoCoreError",
    "CallFailed",
    "ClientError",
    "NoCredentialsError",
    "ResponseParserFactory",
    "SSLError",
    "aws_argument_spec",
    "get_aws_connection_info",
]
