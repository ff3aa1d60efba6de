# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An organization that answers over HTTP as AWS may and the local AWS does not: with empty pages, refusals, odd fields.

What reads it is the real SDK.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

ROOT = "r-abcd"
MANAGEMENT = "100000000000"


def unit_id(number: int) -> str:
    return f"ou-abcd-{number:08d}"


class ScriptedOrganization:
    """`units`: parent ID -> {ID: name}. `accounts`: parent ID -> accounts, each with the fields that differ.

    `page` is how many items a page has; after each page comes an empty one. `refused` is the error of an action.
    """

    def __init__(
        self,
        units: Mapping[str, Mapping[str, str]] | None = None,
        accounts: Mapping[str, list[dict[str, Any]]] | None = None,
        *,
        partition: str = "aws",
        page: int = 20,
        refused: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        self.units, self.accounts = units or {}, accounts or {}
        self.tags: dict[str, dict[str, str]] = {}
        self.partition, self.page, self.refused = partition, page, refused or {}
        self.calls: Counter[str] = Counter()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                action = self.headers["X-Amz-Target"].rpartition(".")[2]
                owner.calls[action] += 1
                refused = owner.refused.get(action)
                answer = {"__type": refused[0], "Message": refused[1]} if refused else owner.answer(action, asked)
                body = json.dumps(answer).encode()
                self.send_response(400 if refused else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> ScriptedOrganization:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def options(self, **options: Any) -> dict[str, Any]:
        """Connection options that lead here."""
        keys = {"access_key": "AKIASCRIPTED", "secret_key": "not-a-secret", "region": "us-east-1"}
        return {"endpoint_url": self.endpoint, **keys, **options}

    def answer(self, action: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        match action:
            case "DescribeOrganization":
                return {"Organization": {"Id": "o-scripted00", "MasterAccountId": MANAGEMENT}}
            case "ListRoots":
                return self._paged(asked, "Roots", [{"Id": ROOT, "Name": "Root"}])
            case "ListOrganizationalUnitsForParent":
                below = self.units.get(asked["ParentId"], {})
                return self._paged(
                    asked, "OrganizationalUnits", [{"Id": id, "Name": name} for id, name in below.items()]
                )
            case "ListAccountsForParent":
                return self._paged(
                    asked, "Accounts", [self._account(one) for one in self.accounts.get(asked["ParentId"], [])]
                )
            case "ListTagsForResource":
                tags = self.tags.get(asked["ResourceId"], {})
                return self._paged(asked, "Tags", [{"Key": key, "Value": value} for key, value in tags.items()])
        raise AssertionError(f"nobody should call {action}")

    def _account(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        arn = f"arn:{self.partition}:organizations::{MANAGEMENT}:account/o-scripted00/{fields['Id']}"
        account = {"Arn": arn, "Name": f"account-{fields['Id']}", "State": "ACTIVE", "JoinedTimestamp": 0, **fields}
        return {name: value for name, value in account.items() if value is not None}

    def _paged(self, asked: Mapping[str, Any], what: str, items: list[Any]) -> dict[str, Any]:
        """Pages with items in turn with empty ones; the first and the last are empty."""
        turn = int(asked.get("NextToken", "0"))
        start = turn // 2 * self.page
        if turn % 2:
            return {what: items[start : start + self.page], "NextToken": str(turn + 1)}
        return {what: [], **({"NextToken": str(turn + 1)} if start < len(items) else {})}
