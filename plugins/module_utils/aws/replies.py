# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Replies that are not from AWS or not complete. A reply that botocore cannot read is lost; its body is never quoted.

botocore puts the body into its exceptions, and a reply of AssumeRole contains a secret key. For a call without output
it also treats any well-formed XML with status 200 as success, such as the page of a captive portal.
"""

from __future__ import annotations

import http.client
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ..sdk import BotoCoreError, ResponseParserFactory

_ROOT = re.compile(rb"\s*(?:<\?xml[^>]*\?>)?\s*<(?:[\w.-]+:)?([\w.-]+)")
_FIRST_WORD = re.compile(r"[\w.+/-]{1,60}", re.ASCII)


class UnreadableReply(BotoCoreError):
    """A reply that cannot be read. `what` describes it, `answered` has its headers about the sender."""

    fmt = "{what} ({answered})"


class CheckedParsers(ResponseParserFactory):
    """Creates botocore's parsers, each with a check of the reply before it. For the component
    `response_parser_factory`.
    """

    def create_parser(self, protocol_name: str) -> Any:
        return _CheckedParser(super().create_parser(protocol_name), protocol_name)


class _CheckedParser:
    def __init__(self, parser: Any, protocol: str) -> None:
        self._parser = parser
        self._protocol = protocol

    def parse(self, response: Mapping[str, Any], shape: Any) -> Any:
        """What botocore reads. Raises UnreadableReply.

        For a status of 500 or more, the status is the error, as it is where botocore recognizes a load balancer's page:
        botocore retries such a call.
        """
        parsed = self._parsed(response, shape)
        if parsed is not None and self._is_of_aws(response, shape, parsed):
            return parsed
        status = response["status_code"]
        if status >= 500:
            reason = http.client.responses.get(status, "")
            return {
                "Error": {"Code": str(status), "Message": f"{reason} ({_answered(response)})".strip()},
                "ResponseMetadata": {"HTTPStatusCode": status},
            }
        raise UnreadableReply(what=_what(response), answered=_answered(response))

    def _parsed(self, response: Mapping[str, Any], shape: Any) -> Any:
        try:
            return self._parser.parse(response, shape)
        except Exception:  # any other error may quote the body
            return None

    def _is_of_aws(self, response: Mapping[str, Any], shape: Any, parsed: Mapping[str, Any]) -> bool:
        if shape is not None and shape.metadata.get("exception"):
            return True  # the second look at an error, for its fields
        if response["status_code"] >= 301:
            error = parsed.get("Error")
            code = error.get("Code") if isinstance(error, Mapping) else None
            return isinstance(code, str) and bool(code) and not code.isdigit()
        if self._protocol == "query" and _root(response) != f"{_operation(response)}Response":
            return False
        if shape is None or not shape.members:
            return True
        is_signed = self._protocol == "query" or "x-amzn-requestid" in map(str.lower, response["headers"])
        return set(shape.required_members) <= parsed.keys() and (
            is_signed or bool(shape.members.keys() & parsed.keys())
        )


def is_page_of_another(error_code: str) -> bool:
    """Whether an error's code is only a status. AWS never sends that: a proxy or a load balancer has answered."""
    return error_code.isdigit()


def _what(response: Mapping[str, Any]) -> str:
    if 300 <= response["status_code"] < 400:
        return "the reply is a redirect, and AWS never sends one"
    if not response["body"]:
        return "the reply is empty"
    if _root(response) in (f"{_operation(response)}Response", "ErrorResponse"):
        return "the reply is cut off or damaged"
    return "the reply is not from AWS"


def _answered(response: Mapping[str, Any]) -> str:
    headers = {name.lower(): str(value) for name, value in response["headers"].items()}
    told = [f"status {response['status_code']}", f"content type {_plain(headers.get('content-type'))}"]
    if headers.get("server"):
        told.append(f"server {_plain(headers['server'])}")
    if headers.get("location"):
        try:
            host = urlsplit(headers["location"]).hostname
        except ValueError:
            host = None
        told.append(f"redirects to {_plain(host)}")
    return ", ".join(told)


def _plain(header: str | None) -> str:
    """The first word of a header. If lines are damaged, the rest may come from the body."""
    found = _FIRST_WORD.match(header or "")
    return found.group() if found else "unknown"


def _operation(response: Mapping[str, Any]) -> str:
    return str(response.get("context", {}).get("operation_name", ""))


def _root(response: Mapping[str, Any]) -> str:
    body = response["body"]
    found = _ROOT.match(body) if isinstance(body, bytes) else None
    return found.group(1).decode() if found else ""
