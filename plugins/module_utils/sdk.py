# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AWS SDK's exceptions, so that the engine can be imported where the SDK is missing and say so."""

from __future__ import annotations

try:
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectionClosedError,
        EndpointConnectionError,
        NoCredentialsError,
        NoRegionError,
        ReadTimeoutError,
        ResponseStreamingError,
    )

    HAS_SDK = True
    LOST_REPLIES: tuple[type[Exception], ...] = (ConnectionClosedError, ReadTimeoutError, ResponseStreamingError)
except ImportError:
    HAS_SDK = False
    LOST_REPLIES = ()

    class BotoCoreError(Exception):  # type: ignore[no-redef]
        """Never raised."""

    ClientError = EndpointConnectionError = NoCredentialsError = NoRegionError = BotoCoreError  # type: ignore[misc,assignment]

CallFailed = (ClientError, BotoCoreError)
"""What a call to AWS can raise; for `except`."""

__all__ = [
    "HAS_SDK",
    "LOST_REPLIES",
    "CallFailed",
    "ClientError",
    "EndpointConnectionError",
    "NoCredentialsError",
    "NoRegionError",
]
