# SPDX-License-Identifier: GPL-3.0-or-later
"""One request as AWS reads it: service, action, account and parameters."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

OBSERVER_MARK = "local-aws-observer"

_CALLER = re.compile(r"aws_ml\.permissions/\S+ (\w+(?: check_mode)?)")
_SCOPE = re.compile(r"Credential=([^/]+)/[^/]+/([^/]+)/([^/]+)/aws4_request")
_REST_ACTIONS = {
    ("securityhub", "POST /findings"): "GetFindings",
    ("securityhub", "POST /findings/import"): "BatchImportFindings",
}
"""The actions whose requests have a path in place of a name."""

_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-isob-", "aws-iso-b"),
    ("us-iso-", "aws-iso"),
    ("eusc-", "aws-eusc"),
)


@dataclass
class HttpRequest:
    """What came over the wire: the path as it was sent, header names in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Call:
    """A call of an AWS action.

    `flat` holds the query-protocol fields as sent, `parameters` the same nested, or what a JSON protocol sent. `caller`
    is the module of the collection that calls, with `check_mode` after it if it only plans; empty for others.
    """

    service: str
    action: str
    access_key: str
    region: str
    partition: str
    observer: bool
    json_protocol: bool
    flat: dict[str, str]
    parameters: dict[str, Any]
    account: str = ""
    caller: str = ""

    def text(self, name: str) -> str | None:
        """A string parameter, or None if it was not sent."""
        value = self.parameters.get(name)
        return value if isinstance(value, str) else None

    def required(self, name: str) -> str:
        """A string parameter that exists, according to the constraints."""
        return str(self.parameters[name])

    def listed(self, name: str) -> list[Any]:
        """A list parameter; an empty list is sent as an empty string."""
        value = self.parameters.get(name)
        return value if isinstance(value, list) else []


def partition_of(region: str) -> str:
    """The partition a Region belongs to."""
    return next((partition for prefix, partition in _PARTITIONS if region.startswith(prefix)), "aws")


def parse_call(request: HttpRequest) -> Call:
    """Read action and parameters from a request; unsigned requests have no service."""
    scope = _SCOPE.search(request.headers.get("authorization", ""))
    access_key, region, service = scope.groups() if scope else ("", "us-east-1", "")
    target = request.headers.get("x-amz-target")
    agent = request.headers.get("user-agent", "")
    caller = _CALLER.search(agent)
    flat: dict[str, str] = {}
    if target is None:
        source = request.body if request.headers.get("content-type", "").startswith("application/x-www-form") else b""
        flat = dict(parse_qsl(source.decode() or request.query, keep_blank_values=True))
    action = target.rpartition(".")[2] if target else flat.get("Action", f"{request.method} {request.path}")
    if not service and action.startswith("AssumeRoleWith"):
        service = "sts"
    return Call(
        service=service,
        action=_REST_ACTIONS.get((service, action), action),
        access_key=access_key,
        region=region,
        partition=partition_of(region),
        observer=OBSERVER_MARK in agent,
        json_protocol="Action" not in flat,
        flat=flat,
        parameters=nested(flat) if target is None else _sent_as_json(request.body),
        caller=caller[1] if caller else "",
    )


def _sent_as_json(body: bytes) -> dict[str, Any]:
    try:
        sent = json.loads(body or b"{}")
    except ValueError:
        return {}
    return sent if isinstance(sent, dict) else {}


def nested(flat: dict[str, str]) -> dict[str, Any]:
    """`Tags.member.1.Key=a` as `{"Tags": [{"Key": "a"}]}`."""
    tree: dict[str, Any] = {}
    for name, value in flat.items():
        *parents, last = name.split(".")
        node = tree
        for part in parents:
            child = node.setdefault(part, {})
            node = child if isinstance(child, dict) else {}
        node[last] = value
    return {name: _with_lists(value) for name, value in tree.items()}


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    members = value.get("member")
    if len(value) == 1 and isinstance(members, dict):
        return [_with_lists(members[index]) for index in sorted(members, key=int)]
    return {name: _with_lists(item) for name, item in value.items()}
