# SPDX-License-Identifier: GPL-3.0-or-later
"""SimulatePrincipalPolicy, which moto lacks, for the tests.

The answers are those of `policy_evaluation`, which knows fewer conditions than AWS. They show that the right questions
are asked and that a different answer is told. Of AWS's simulator they show nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from .answer import AwsError, no_such_entity
from .authorization import document_of
from .iam import Iam, Result, action
from .permissions_needed import Needed
from .policy_evaluation import Document, Unknown, allows, denies
from .request import Call
from .store import Store, policy_with_arn


@action("SimulatePrincipalPolicy")
def simulate_principal_policy(iam: Iam, store: Store, call: Call) -> Result:
    """The decision for each action on each resource, by the policies of a role or user, its groups and its boundary."""
    source = call.required("PolicySourceArn")
    entity = next((one for one in (*store.roles.values(), *store.users.values()) if one.arn == source), None)
    if entity is None:
        raise no_such_entity(f"The entity {source} cannot be found.")
    holders = [entity, *(group for group in store.groups.values() if entity in group.users)]
    documents = [document for holder in holders for document in _documents(holder)]
    boundary = getattr(entity, "permissions_boundary_arn", None)
    limits = [[document_of(policy_with_arn(store, boundary))]] if boundary else []
    context = {
        str(entry["ContextKeyName"]).lower(): _value(entry["ContextKeyValues"])
        for entry in call.listed("ContextEntries")
    }
    results = [
        {
            "EvalActionName": name,
            "EvalResourceName": resource,
            "EvalDecision": _decision(documents, limits, Needed(str(name), str(resource), context)),
        }
        for name in call.listed("ActionNames")
        for resource in call.listed("ResourceArns") or ["*"]
    ]
    return {"EvaluationResults": results, "IsTruncated": False}


def _documents(holder: Any) -> Iterable[Document]:
    yield from (document_of(policy) for policy in holder.managed_policies.values())
    yield from (json.loads(text) for text in holder.policies.values())


def _value(values: list[Any]) -> str | tuple[str, ...]:
    return str(values[0]) if len(values) == 1 else tuple(map(str, values))


def _decision(documents: list[Document], limits: list[list[Document]], needed: Needed) -> str:
    layers = [documents, *limits]
    try:
        if any(denies(layer, needed) for layer in layers):
            return "explicitDeny"
        return "allowed" if all(allows(layer, needed) for layer in layers) else "implicitDeny"
    except Unknown as error:
        raise AwsError("PolicyEvaluation", f"Local AWS cannot evaluate {error}.", 500) from None
