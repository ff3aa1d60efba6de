# SPDX-License-Identifier: GPL-3.0-or-later
"""State that no API call can create: roles that belong to AWS, last use, many roles at once.

`POST /_local_aws/seed` takes an object with `account` and any of:

- `service_linked_role`: {"service": "panorama.amazonaws.com", "suffix": ""}
- `service_linked_deletion`: {"role", "seconds", "reason", "usage": [{"Region", "Resources": [ARN]}]}: how long the
  deletion of a service-linked role takes, and, if there is a reason, why it fails
- `role`: {"name", "path", "trust" (document), "description", "tags", "source_role_template", "managed_policies",
  "created" (ISO 8601)}; without `created` it is some years old
- `created`: {"name", "date" (ISO 8601)}: when the roles and policies of that name were created
- `all_created`: when all present roles and policies of the account were created (ISO 8601)
- `role_last_used`: {"name", "date" (ISO 8601), "region"}
- `withdrawn_policy`: the ARN of a policy of AWS, which is withdrawn until the next reset
- `many_roles`: {"count", "prefix", "path", "trust"}
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from .iam import Iam
from .linked_deletions import Course
from .service_linked import create_linked
from .store import Store, live_store, policy_with_arn, role_named
from .trust import stored_trust

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


_YEARS_AGO = "2021-06-01T00:00:00+00:00"


def seed(iam: Iam, wanted: dict[str, Any]) -> None:
    """Create the requested state in an account; it is visible immediately."""
    store = live_store(wanted["account"], wanted.get("partition", "aws"))
    if linked := wanted.get("service_linked_role"):
        create_linked(store, linked["service"], linked.get("suffix", ""), linked.get("description", ""))
    if deletion := wanted.get("service_linked_deletion"):
        course = Course(deletion.get("seconds", 0.0), deletion.get("reason", ""), tuple(deletion.get("usage", ())))
        iam.deletions.seed(wanted["account"], deletion["role"], course)
    if role := wanted.get("role"):
        _create_role(iam, store, role)
    if used := wanted.get("role_last_used"):
        target: Any = role_named(store, used["name"])
        moment = datetime.fromisoformat(used["date"])
        target.last_used = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        target.last_used_region = used.get("region", "us-east-1")
    if everything := wanted.get("all_created"):
        _make_older(store, everything)
    if one := wanted.get("created"):
        _make_older(store, one["date"], one["name"])
    if arn := wanted.get("withdrawn_policy"):
        iam.withdrawn.add(wanted["account"], arn)
    if many := wanted.get("many_roles"):
        prefix = many.get("prefix", "role-")
        for number in range(int(many["count"])):
            _create_role(iam, store, {**many, "name": f"{prefix}{number:05d}"})
    iam.visibility.forget()


def _make_older(store: Store, created: str, name: str | None = None) -> None:
    for thing in (*store.roles.values(), *store.managed_policies.values()):
        if ":aws:policy/" not in thing.arn and name in (None, thing.name):
            thing.create_date = _naive(created)


def _naive(moment: str) -> datetime:
    """A time as moto stores it: UTC, without a time zone."""
    return datetime.fromisoformat(moment).astimezone(UTC).replace(tzinfo=None)


def _create_role(iam: Iam, store: Store, wanted: dict[str, Any]) -> None:
    trust = stored_trust(json.dumps(wanted.get("trust", _TRUST)), store.partition, iam.seen, of_old=True)
    role = store.create_role(
        role_name=wanted["name"],
        assume_role_policy_document=trust,
        path=wanted.get("path", "/"),
        permissions_boundary=wanted.get("boundary"),
        description=wanted.get("description", ""),
        tags=[{"Key": key, "Value": value} for key, value in wanted.get("tags", {}).items()],
        max_session_duration="3600",
    )
    role.create_date = _naive(wanted.get("created", _YEARS_AGO))
    for arn in wanted.get("managed_policies", []):
        role.managed_policies[arn] = policy_with_arn(store, arn)
    if template := wanted.get("source_role_template"):
        vars(role)["source_role_template"] = template
