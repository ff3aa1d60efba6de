# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of AWX's API that playbooks/awx/setup.yml uses, on the loopback.

Its answers are not recorded. They have the form that the modules of awx.awx 24.6.1 expect and that AWX 24.6.1 gives
according to its source (awx/api, awx/main/models, awx/main/signals.py), with the rules of AWX that the setup meets:

- a new project is updated at once, and only an update that succeeded tells AWX the playbooks of the project;
- a job template is refused whose playbook the project is not known to have;
- with a node of a workflow its approval goes, and who waits for that approval is denied;
- the inputs of a credential that are secret are not given back.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

ROOT = "/api/v2/"
Item = dict[str, Any]

_TYPES = {
    "organizations": "organization",
    "teams": "team",
    "execution_environments": "execution_environment",
    "credential_types": "credential_type",
    "credentials": "credential",
    "projects": "project",
    "project_updates": "project_update",
    "inventories": "inventory",
    "inventory_sources": "inventory_source",
    "inventory_updates": "inventory_update",
    "job_templates": "job_template",
    "workflow_job_templates": "workflow_job_template",
    "workflow_job_template_nodes": "workflow_job_template_node",
    "workflow_approval_templates": "workflow_approval_template",
    "workflow_approvals": "workflow_approval",
}
_UNIFIED = ("projects", "inventory_sources", "job_templates", "workflow_job_templates", "workflow_approval_templates")
_LINKS = ("success_nodes", "failure_nodes", "always_nodes")
_RELATED = {
    "projects": ("update",),
    "inventory_sources": ("update",),
    "job_templates": ("survey_spec", "credentials"),
    "workflow_job_templates": ("survey_spec",),
    "workflow_job_template_nodes": ("create_approval_template", *_LINKS),
}
_ROLES = {
    "job_templates": ("admin_role", "execute_role", "read_role"),
    "workflow_job_templates": ("admin_role", "execute_role", "read_role", "approval_role"),
}


@dataclass
class AwxApi:
    """The objects of an AWX, by collection and ID. `writes` are the requests that are not GET: method and path."""

    playbooks: tuple[str, ...]
    """The playbooks in the repository of the project."""
    updates_fail: bool = False
    """Whether updates of projects fail."""
    url: str = ""
    objects: dict[str, dict[int, Item]] = field(default_factory=lambda: {name: {} for name in _TYPES})
    surveys: dict[str, Any] = field(default_factory=dict)
    linked: dict[str, list[int]] = field(default_factory=dict)
    """IDs by the path of a list of associations."""
    writes: list[tuple[str, str]] = field(default_factory=list)
    requests: int = 0
    _last_id: int = 0

    def add(self, collection: str, **values: Any) -> Item:
        """A new object as AWX gives it back."""
        self._last_id += 1
        number = self._last_id
        path = f"{ROOT}{collection}/{number}/"
        item: Item = {"id": number, **values, "type": _TYPES[collection], "url": path, "summary_fields": {}}
        item["related"] = {name: f"{path}{name}/" for name in _RELATED.get(collection, ())}
        if collection in _ROLES:
            roles = {name: {"id": number * 100 + place} for place, name in enumerate(_ROLES[collection])}
            item["summary_fields"]["object_roles"] = roles
        self.objects[collection][number] = item
        return item

    def named(self, collection: str, name: str) -> Item:
        """The one object of a name, or of an identifier."""
        [item] = [
            each for each in self.objects[collection].values() if name in (each.get("name"), each.get("identifier"))
        ]
        return item

    def names(self, collection: str) -> list[str]:
        return [item["name"] for item in self.objects[collection].values()]

    def links(self) -> dict[tuple[str, str], list[str]]:
        """What comes after each node: identifiers by identifier and kind of link."""
        nodes = self.objects["workflow_job_template_nodes"]
        found = {
            (node["identifier"], way): [
                nodes[after]["identifier"] for after in self.linked.get(f"{node['url']}{way}/", ())
            ]
            for node in nodes.values()
            for way in _LINKS
        }
        return {key: after for key, after in found.items() if after}

    def granted(self) -> dict[tuple[str, str], list[str]]:
        """Names of teams by the name of what they may use and the role."""
        found: dict[tuple[str, str], list[str]] = {}
        for collection in _ROLES:
            for item in self.objects[collection].values():
                for role, given in item["summary_fields"]["object_roles"].items():
                    teams = self.linked.get(f"{ROOT}roles/{given['id']}/teams/", [])
                    if teams:
                        found[item["name"], role] = sorted(self.objects["teams"][team]["name"] for team in teams)
        return found

    def answer(self, method: str, url: str, body: Any) -> tuple[int, Any]:
        """The status and the body of the answer to a request."""
        parts = urlsplit(url)
        self.requests += 1
        if method != "GET":
            self.writes.append((method, parts.path))
        names = parts.path.removeprefix(ROOT).strip("/").split("/")
        if len(names) == 1:
            return self._collection(method, names[0], dict(parse_qsl(parts.query)), body)
        if names[0] == "roles":
            return self._associations(method, parts.path, self.objects["teams"], body)
        collection, item = names[0], self.objects[names[0]].get(int(names[1]))
        if item is None:
            return 404, {"detail": "Not found."}
        if len(names) == 2:
            return self._item(method, collection, item, body)
        if names[2] in _LINKS:
            return self._associations(method, parts.path, self.objects["workflow_job_template_nodes"], body)
        if names[2] == "credentials":
            return self._associations(method, parts.path, self.objects["credentials"], body)
        return {"survey_spec": self._survey, "update": self._update, "create_approval_template": self._approval}[
            names[2]
        ](method, collection, item, body)

    def _collection(self, method: str, name: str, query: Mapping[str, str], body: Any) -> tuple[int, Any]:
        if method == "POST":
            return self._create(name, body)
        collections = _UNIFIED if name == "unified_job_templates" else (name,)
        items = [item for each in collections for item in self.objects[each].values()]
        found = [item for item in items if all(str(item.get(key)) == value for key, value in query.items())]
        return 200, {"count": len(found), "next": None, "previous": None, "results": found}

    def _create(self, name: str, body: Item) -> tuple[int, Any]:
        refused = self._refusal(name, body)
        if refused:
            return 400, refused
        item = self.add(name, **body)
        if name == "credentials":
            kind = self.objects["credential_types"][body["credential_type"]]
            secret = {entry["id"] for entry in kind["inputs"]["fields"] if entry.get("secret")}
            item["inputs"] = {key: "$encrypted$" if key in secret else value for key, value in body["inputs"].items()}
        if name == "projects":
            item.update(scm_revision="", playbook_files=[])
            update = self._started(name, item)
            return 201, {**item, "summary_fields": {"current_update": {"id": update["id"]}}}
        return 201, item

    def _refusal(self, name: str, body: Item) -> Item | None:
        if name != "job_templates" or "playbook" not in body:
            return None
        known = self.objects["projects"][body["project"]]["playbook_files"]
        return None if body["playbook"] in known else {"playbook": ["Playbook not found for project."]}

    def _item(self, method: str, collection: str, item: Item, body: Any) -> tuple[int, Any]:
        if method == "PATCH":
            refused = self._refusal(collection, {**item, **body})
            if refused:
                return 400, refused
            item.update({key: value for key, value in body.items() if key in item})
        if method == "DELETE":
            self._delete(collection, item)
            return 204, None
        return 200, item

    def _delete(self, collection: str, item: Item) -> None:
        del self.objects[collection][item["id"]]
        approval = item.get("unified_job_template")
        if collection == "workflow_job_template_nodes" and approval in self.objects["workflow_approval_templates"]:
            del self.objects["workflow_approval_templates"][approval]
            for waiting in self.objects["workflow_approvals"].values():
                if waiting["workflow_approval_template"] == approval and waiting["status"] == "pending":
                    waiting["status"] = "failed"

    def _survey(self, method: str, dummy: str, item: Item, body: Any) -> tuple[int, Any]:
        if method == "POST":
            self.surveys[item["name"]] = body
            return 200, {}
        return 200, self.surveys.get(item["name"], {})

    def _update(self, dummy: str, collection: str, item: Item, body: Any) -> tuple[int, Any]:
        update = self._started(collection, item)
        return 202, {update["type"]: update["id"], **update, "status": "pending", "event_processing_finished": False}

    def _started(self, collection: str, item: Item) -> Item:
        """An update, which has ended when it is asked for."""
        failed = collection == "projects" and self.updates_fail
        status = {"status": "failed" if failed else "successful", "failed": failed, "event_processing_finished": True}
        if collection == "projects":
            if not failed:
                item.update(scm_revision="4f1d0c9", playbook_files=list(self.playbooks))
            return self.add("project_updates", project=item["id"], scm_revision=item["scm_revision"], **status)
        return self.add("inventory_updates", inventory_source=item["id"], **status)

    def _approval(self, dummy: str, collection: str, node: Item, body: Any) -> tuple[int, Any]:
        template = self.add("workflow_approval_templates", **body)
        node["unified_job_template"] = template["id"]
        node["related"]["unified_job_template"] = template["url"]
        return 201, template

    def _associations(self, method: str, path: str, items: dict[int, Item], body: Any) -> tuple[int, Any]:
        ids = self.linked.setdefault(path, [])
        if method == "GET":
            return 200, {
                "count": len(ids),
                "next": None,
                "previous": None,
                "results": [items[number] for number in ids],
            }
        if body.get("disassociate"):
            ids.remove(body["id"])
        else:
            ids.append(body["id"])
        return 204, None


@contextmanager
def served(api: AwxApi) -> Iterator[AwxApi]:
    """Serves the API until the end of the block."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with lock:
                status, found = api.answer(self.command, self.path, json.loads(body) if body else None)
                text = b"" if found is None else json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.send_header("X-API-Product-Name", "AWX")
            self.send_header("X-API-Product-Version", "24.6.1")
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = do_DELETE = respond

        def log_message(self, *dummy: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    api.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
