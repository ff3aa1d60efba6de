# SPDX-License-Identifier: GPL-3.0-or-later
"""The response to the client: the IAM and STS XML answers and errors of the AWS query protocol."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

NAMESPACES = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}


class AwsError(Exception):
    """An error as AWS answers it: HTTP status, error code and message (HTTP codes: FACTS C3)."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


@dataclass
class Answer:
    """An HTTP answer that is complete and ready to be sent."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    error: str | None = None


def no_such_entity(message: str) -> AwsError:
    """`NoSuchEntity`, HTTP 404."""
    return AwsError("NoSuchEntity", message, 404)


def already_exists(message: str) -> AwsError:
    """`EntityAlreadyExists`, HTTP 409."""
    return AwsError("EntityAlreadyExists", message, 409)


def limit_exceeded(message: str) -> AwsError:
    """`LimitExceeded`, HTTP 409."""
    return AwsError("LimitExceeded", message, 409)


def delete_conflict(message: str) -> AwsError:
    """`DeleteConflict`, HTTP 409."""
    return AwsError("DeleteConflict", message, 409)


def malformed(message: str) -> AwsError:
    """`MalformedPolicyDocument`, HTTP 400."""
    return AwsError("MalformedPolicyDocument", message, 400)


class Xml(str):
    """Text that already is XML and is not escaped again."""


def to_xml(value: Any) -> str:
    """The content of an element: structures by their member names, lists as `<member>`, dates in ISO 8601."""
    if isinstance(value, str):
        return value if isinstance(value, Xml) else escape(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "".join(f"<{name}>{to_xml(item)}</{name}>" for name, item in value.items() if item is not None)
    if isinstance(value, Sequence):
        return "".join(f"<member>{to_xml(item)}</member>" for item in value)
    if isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo else value
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)


def xml_answer(service: str, action: str, result: Mapping[str, Any] | None) -> Answer:
    """A successful answer of a query-protocol action."""
    request_id = str(uuid.uuid4())
    content = "" if result is None else f"<{action}Result>{to_xml(result)}</{action}Result>"
    text = (
        f'<{action}Response xmlns="{NAMESPACES[service]}">{content}'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
    )
    return Answer(200, text.encode(), {"Content-Type": "text/xml", "x-amzn-RequestId": request_id})


def error_answer(service: str, error: AwsError, json_protocol: bool = False) -> Answer:
    """An error in the wire format of the service's protocol."""
    request_id = str(uuid.uuid4())
    headers = {"x-amzn-RequestId": request_id, "x-amzn-ErrorType": error.code}
    if json_protocol:
        document = json.dumps({"__type": error.code, "message": error.message})
        return Answer(
            error.status, document.encode(), {"Content-Type": "application/x-amz-json-1.1", **headers}, error.code
        )
    fault = "Sender" if error.status < 500 else "Receiver"
    namespace = NAMESPACES.get(service, f"https://{service}.amazonaws.com/")
    text = (
        f'<ErrorResponse xmlns="{namespace}"><Error><Type>{fault}</Type><Code>{error.code}</Code>'
        f"<Message>{escape(error.message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return Answer(error.status, text.encode(), {"Content-Type": "text/xml", **headers}, error.code)
