# SPDX-License-Identifier: GPL-3.0-or-later
"""Service-linked roles under AWS's names, with the policy that AWS attaches to them (FACTS C5, C10)."""

from __future__ import annotations

import json
from pathlib import Path

from moto.iam.models import Role

from . import shapes
from .answer import AwsError
from .iam import Iam, Result, action
from .request import Call
from .role_writes import SERVICE_LINKED
from .store import Store, find_role, role_named

_DATA = json.loads((Path(__file__).parent / "data" / "services.json").read_text(encoding="utf-8"))
_KNOWN: dict[str, dict[str, str]] = _DATA["service_linked_roles"]


def create_linked(store: Store, service: str, suffix: str, description: str) -> Role:
    """Create the service-linked role of a service."""
    known = _KNOWN.get(service)
    if known is None:
        raise AwsError("InvalidInput", f"{service} is not a service that has service-linked roles here")
    name = known["name"] + (f"_{suffix}" if suffix else "")
    if find_role(store, name):
        taken = f"Service role name {name} has been taken in this account, please try a different suffix."
        raise AwsError("InvalidInput", taken)
    role = store.create_service_linked_role(service, description, suffix)
    role.name = name
    arn = f"arn:{store.partition}:iam::aws:policy/aws-service-role/{known['policy']}"
    if arn in store.managed_policies:
        role.managed_policies[arn] = store.managed_policies[arn]
    return role


@action("CreateServiceLinkedRole")
def create_service_linked_role(iam: Iam, store: Store, call: Call) -> Result:
    """A service-linked role by its service principal."""
    service, suffix = call.required("AWSServiceName"), call.text("CustomSuffix") or ""
    role = create_linked(store, service, suffix, call.text("Description") or "")
    return {"Role": shapes.listed_role(role, iam.trust)}


@action("DeleteServiceLinkedRole")
def delete_service_linked_role(iam: Iam, store: Store, call: Call) -> Result:
    """A task that deletes the role, see `linked_deletions`. AWS detaches the policy itself."""
    role = role_named(store, call.required("RoleName"))
    if not role.path.startswith(SERVICE_LINKED):
        raise AwsError("InvalidInput", f"{role.name} is not a service-linked role")
    return {"DeletionTaskId": iam.deletions.ask(store, role.path, role.name)}


@action("GetServiceLinkedRoleDeletionStatus")
def get_service_linked_role_deletion_status(iam: Iam, store: Store, call: Call) -> Result:
    """The status of a deletion."""
    return iam.deletions.status(str(store.account_id), call.required("DeletionTaskId"))
