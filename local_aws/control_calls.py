# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls that control a server of the tests: plain HTTP to this machine, JSON both ways."""

from __future__ import annotations

import json
from contextlib import closing
from http.client import HTTPConnection
from typing import Any


def control(endpoint: str, method: str, path: str, document: Any = None, *, timeout: float) -> Any:
    """The answer of the server. Raises ValueError with its message if it refuses, OSError if it is not running."""
    body = None if document is None else json.dumps(document)
    # urllib.request would read all certificates of the system each time, which takes longer than the answer.
    with closing(HTTPConnection(endpoint.removeprefix("http://"), timeout=timeout)) as connection:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        told = json.loads(answer.read())
    if answer.status >= 400:
        raise ValueError(told.get("message", told))
    return told
