# SPDX-License-Identifier: GPL-3.0-or-later
"""Passes calls to moto: IAM directly to its response class, everything else to its whole server application.

Going to the IAM class directly lets a call be answered from a given state of the account, which eventual consistency
needs, and saves the routing, which is half the time of a small call.
"""

from __future__ import annotations

import io
import re
from typing import Any
from urllib.parse import unquote, urlencode

from moto.core.request import Request
from moto.iam.responses import IamResponse
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from .answer import Answer, AwsError
from .request import Call, HttpRequest
from .store import Store

_ERROR_CODE = re.compile(rb'<Code>(.*?)</Code>|"__type": ?"(?:[^"#]*#)?([^"]*)"')
_moto = DomainDispatcherApplication(create_backend_app)


class _Request(Request):  # type: ignore[misc,unused-ignore]
    from_wsgi_server = True


class _IamOfStore(IamResponse):  # type: ignore[misc,unused-ignore]
    """moto's IAM, answering for one account from the state it is given."""

    def __init__(self, call: Call, store: Store) -> None:
        super().__init__()
        self._account = call.account
        self._store = store

    @property
    def backend(self) -> Store:
        return self._store

    def get_current_account(self) -> str:
        return self._account


def _environ(body: bytes, headers: dict[str, str], **fields: str) -> dict[str, Any]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        if name not in ("content-type", "content-length"):
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
    environ.update(fields)
    return environ


def iam_answer(call: Call, store: Store) -> Answer:
    """moto's answer to an IAM call, from the given state of the account."""
    headers = {
        "host": "127.0.0.1",
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        "authorization": f"AWS4-HMAC-SHA256 Credential={call.access_key}/20260101/{call.region}/iam/aws4_request",
    }
    request = _Request(_environ(urlencode(call.flat).encode(), headers))
    try:
        status, answer_headers, body = _IamOfStore(call, store)._dispatch(request)
    except NotImplementedError:
        raise AwsError("NotImplemented", f"The local AWS does not implement iam:{call.action}.", 501) from None
    content = body.encode() if isinstance(body, str) else bytes(body)
    return Answer(
        int(status),
        content,
        {"Content-Type": answer_headers.get("Content-Type", "text/xml")},
        _error(int(status), content),
    )


def other_answer(call: Call, request: HttpRequest) -> Answer:
    """moto's answer to a call of any other service."""
    headers = {**request.headers, "x-moto-account-id": call.account}
    environ = _environ(
        request.body,
        headers,
        REQUEST_METHOD=request.method,
        PATH_INFO=unquote(request.path),
        QUERY_STRING=request.query,
        RAW_URI=request.path + (f"?{request.query}" if request.query else ""),
    )
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, answer_headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        started.append((status, answer_headers))

    try:
        body = b"".join(_moto(environ, start_response))
    except Exception as failure:  # moto raises many kinds of exceptions for requests that it does not support
        text = f"The local AWS cannot answer {call.service}:{call.action} ({type(failure).__name__}: {failure})."
        raise AwsError("NotImplemented", text, 501) from failure
    status, answer_headers = started[-1]
    code = int(status.split()[0])
    kept = {name: value for name, value in answer_headers if name.lower() not in ("content-length", "connection")}
    return Answer(code, body, kept, _error(code, body))


def _error(status: int, body: bytes) -> str | None:
    if status < 400:
        return None
    found = _ERROR_CODE.search(body)
    return (found[1] or found[2]).decode() if found else str(status)
