# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The findings of one account as records for other programs: complete, and each with an id that lasts over runs. Pure.

A record is a finding as a result or a report has it, with `account_id`, `id`, `arns` (the ARNs of what it is about, by
resource), and for an escalation path `to` and `steps`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..model import resource_name

Record = dict[str, Any]

PATH = "escalation_path"
"""The code of the finding that an object can become an administrator, and of every path."""

WAIVERS = ("waiver", "expired_waiver", "outgrown_waiver")
"""The waiver that accepts a finding, or the one that does not any more."""

_KINDS = ("role", "policy", "user", "group")
_PATH_REMEDY = "remove the permission that the first step uses, or restrict the role that the last step reaches"


def evidence_records(
    findings: Iterable[Mapping[str, Any]],
    paths: Iterable[Mapping[str, Any]],
    objects: Sequence[Mapping[str, Any]],
    account: Mapping[str, Any],
) -> list[Record]:
    """The findings of one account in their order, and then the escalation paths that no finding describes.

    `paths` and `objects` are those of a result or a report, `account` the keys that every record gets, with
    `account_id`. A record has `service`, empty if it is about no object of a service.
    """
    arns, services = arns_of(objects), _services_of(objects)
    listed = [({**account, **record}, end) for record, end in _with_paths(findings, paths)]
    records = [record for record, _end in listed]
    for record in records:
        named = (str(record["resource"]), str(record.get("to", "")))
        record["service"] = str(record.get("service") or _service(named, services))
        record["arns"] = {one: arn for one in named if (arn := _arn(one, arns, str(account["account_id"])))}
    for record, identity in zip(records, _ids(listed), strict=True):
        record["id"] = identity
    return records


def arns_of(objects: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The ARNs of the objects of a result or report, by resource such as `role/l4e-role`, in lower case."""
    return {
        resource_name(str(item["kind"]), str(item["name"])).lower(): str(item["arn"])
        for item in objects
        if item.get("kind") and item.get("name") and item.get("arn")
    }


def _services_of(objects: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The services of each object, by resource in lower case."""
    found: dict[str, list[str]] = {}
    for item in objects:
        if item.get("kind") and item.get("name") and item.get("service"):
            names = found.setdefault(resource_name(str(item["kind"]), str(item["name"])).lower(), [])
            names += [] if item["service"] in names else [str(item["service"])]
    return {resource: ", ".join(names) for resource, names in found.items()}


def _service(resources: Iterable[str], services: Mapping[str, str]) -> str:
    """The service of the first of these resources that is of one."""
    for resource in resources:
        kind, _slash, name = resource.partition("/")
        if found := services.get(resource.lower()) or (name if kind == "service" else ""):
            return found
    return ""


def partition_of(arns: Mapping[str, str]) -> str:
    """The partition of the account that these ARNs are of, `aws` if there are none."""
    return next((arn.split(":")[1] for arn in arns.values()), "aws")


def kind_of(resource: str) -> str:
    """`role`, `policy`, `user` or `group`; empty for anything else, such as `service/deeplens` or `anyone`."""
    kind = resource.partition("/")[0]
    return kind if kind in _KINDS else ""


def title_of(record: Mapping[str, Any]) -> str:
    """A heading for one finding, such as `Service administers IAM: role/l4e-role`."""
    to = f" to {record['to']}" if record.get("to") else ""
    return f"{code_title(str(record['code']))}: {record['resource']}{to}"


def code_title(code: str) -> str:
    """The code of a finding in words."""
    words = code.replace("_", " ").strip()
    return re.sub(r"\biam\b", "IAM", words[:1].upper() + words[1:]) or "Finding"


def _with_paths(
    findings: Iterable[Mapping[str, Any]], paths: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[Record, str]]:
    """The findings, those of an escalation path with its steps; then the other paths as findings, with their ends.

    The finding of an object is about the first of its paths, which is the most severe and the shortest.
    """
    left = list(paths)
    for finding in findings:
        record = dict(finding)
        start = str(record["resource"]).lower()
        path = next((one for one in left if record["code"] == PATH and str(one["from"]).lower() == start), None)
        if path is not None:
            left.remove(path)
            record |= {"to": str(path["to"]), "steps": list(map(str, path.get("steps") or ()))}
        yield record, ""
    for path in left:
        yield _path_record(path), str(path["to"]).lower()


def _path_record(path: Mapping[str, Any]) -> Record:
    steps = list(map(str, path.get("steps") or ()))
    return {
        "service": "",
        "resource": str(path["from"]),
        "code": PATH,
        "severity": str(path["severity"]),
        "message": f"{path['from']} can become an administrator of the account, as {path['to']}: {'; '.join(steps)}.",
        "remedy": _PATH_REMEDY,
        "to": str(path["to"]),
        "steps": steps,
        **{key: path[key] for key in WAIVERS if path.get(key)},
    }


def _ids(records: Sequence[tuple[Record, str]]) -> list[str]:
    """An id for each record, 32 hexadecimal digits: of account, object and code, so that a new message keeps it.

    Several findings of one object and code are numbered in the order of their messages.
    """
    ids = [""] * len(records)
    counts: Counter[tuple[str, ...]] = Counter()
    for place in sorted(range(len(records)), key=lambda place: str(records[place][0]["message"])):
        record, end = records[place]
        key = (str(record["account_id"]), str(record["resource"]).lower(), str(record["code"]), end)
        counts[key] += 1
        ids[place] = hashlib.sha256(json.dumps([*key, counts[key]]).encode()).hexdigest()[:32]
    return ids


def _arn(resource: str, arns: Mapping[str, str], account_id: str) -> str:
    """The ARN of an object. Without a known one, that without a path; empty for what is not an object of IAM."""
    if resource.startswith("arn:"):
        return resource
    if not kind_of(resource):
        return ""
    return arns.get(resource.lower()) or f"arn:{partition_of(arns)}:iam::{account_id}:{resource}"
