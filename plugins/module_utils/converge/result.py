# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The result of a task: the objects after it, the changes, and what was removed. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import printable
from ..model import CurrentState, Declarations, Identity, ManagedPolicy, Quarantine, Role, identity_key, resource_name
from ..plan.plan import Step
from ..policy.document import PolicyDocument
from ..resolve.desired_state import DesiredState
from ..resolve.quarantine import is_denied, standing

try:
    import yaml
except ImportError:  # a host without PyYAML gets its diffs in JSON, which is YAML too
    yaml = None  # type: ignore[assignment]


def objects(declarations: Declarations, state: CurrentState, desired: DesiredState) -> dict[str, list[dict[str, Any]]]:
    """The declared objects after the task, or after it would have run, in the order of their declaration."""

    def identity(key: str, name: str) -> dict[str, Any]:
        before, after = state.identities.get(key), desired.identities.get(key)
        shown = before if after is None else after
        summary = {"name": shown.name if shown else name, "arn": shown.arn if shown else None}
        return {**summary, "status": _status(before, after), **(identity_content(after) if after else {})}

    def role(key: str, name: str) -> dict[str, Any]:
        in_quarantine = standing(desired.identities.get(key)) or desired.quarantined.get(key)
        shown = identity(key, name)
        if in_quarantine is not None:
            shown["status"] = "quarantined"
        return {**shown, "quarantined": in_quarantine.shown() if in_quarantine else None}

    def policy(name: str) -> dict[str, Any]:
        before, after = state.policies.get(name.lower()), desired.policies.get(name.lower())
        shown = before if after is None else after
        summary = {"name": shown.name if shown else name, "arn": shown.arn if shown else None}
        only = name.lower() in desired.only_version and before is not None and bool(before.versions)
        status = "updated" if only else _status(before, after)
        return {**summary, "status": status, **(policy_content(after) if after else {})}

    shown = {
        "managed_policies": [policy(declared.name) for declared in declarations.policies],
        "roles": [role(declared.key, declared.name) for declared in declarations.roles],
        "attachments": [
            {"iam_type": declared.kind, **identity(declared.key, declared.name)}
            for declared in declarations.attachments
        ],
        "trust_statements": [identity(declared.key, declared.role) for declared in declarations.trust_statements],
    }
    return {option: items for option, items in shown.items() if items}


def identity_content(identity: Identity) -> dict[str, Any]:
    """A user, group or role in the names of the module options."""
    content: dict[str, Any] = {
        "path": identity.path,
        "managed_policies": sorted(identity.managed),
        "inline_policies": {name: identity.inline[name].presented() for name in sorted(identity.inline)},
        "boundary": identity.boundary,
    }
    if isinstance(identity, Role):
        content["assume_role_policy_document"] = identity.trust.presented()
        content["description"] = identity.description
        content["max_session_duration"] = identity.max_session_duration
        content["tags"] = dict(sorted(identity.tags.items()))
    return content


def policy_content(policy: ManagedPolicy) -> dict[str, Any]:
    return {
        "path": policy.path,
        "description": policy.description,
        "policy": policy.document.presented(),
        "tags": dict(sorted(policy.tags.items())),
    }


def difference(state: CurrentState, desired: DesiredState) -> dict[str, str]:
    """Before and after of every object that changes, as YAML, documents in canonical form."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for key in sorted(desired.identities):
        old, new = state.identities.get(key), desired.identities[key]
        shown = new or old
        if old != new and shown is not None:
            label = shown.resource
            before.update({label: identity_content(old)} if old else {})
            after.update({label: identity_content(new)} if new else {})
    for name in sorted(desired.policies):
        old_policy, new_policy = state.policies.get(name), desired.policies[name]
        shown_policy = new_policy or old_policy
        if old_policy != new_policy and shown_policy is not None:
            label = shown_policy.resource
            before.update({label: policy_content(old_policy)} if old_policy else {})
            after.update({label: policy_content(new_policy)} if new_policy else {})
    return {"before": as_yaml(before), "after": as_yaml(after)}


def lifted_quarantines(state: CurrentState, desired: DesiredState) -> list[dict[str, str]]:
    """The quarantines that end with the desired state: name of the role, its start (recorded, or from tags), reason."""
    found = []
    for key, after in sorted(desired.identities.items()):
        before = state.identities.get(key)
        if before is None or after is None or not is_denied(before) or is_denied(after):
            continue
        told, since = standing(before), state.quarantines.get(key)
        if told is not None or since is not None:
            shown = told or Quarantine("")
            found.append({"name": before.name, "since": since or shown.since, "reason": shown.reason})
    return found


def lifting(lifted: Mapping[str, str]) -> str:
    """A quarantine that ends, in a sentence."""
    why = f" ({lifted['reason']})" if lifted["reason"] else ""
    role = resource_name("role", lifted["name"])
    return f"lifts the quarantine of {role}, in quarantine since {lifted['since']}{why}"


def taken_away(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """A copy of every document and role that the steps deleted permanently."""
    return [
        {"action": step.action, "resource": step.resource, **_shown(step.takes_away)}
        for step in steps
        if step.takes_away
    ]


def last_use(declarations: Declarations, state: CurrentState) -> dict[str, Mapping[str, str]]:
    """IAM's RoleLastUsed of the declared roles: the last 400 days, up to about 4 hours late (FACTS C6)."""
    names = [declared.name for declared in declarations.roles] + [
        declared.role for declared in declarations.trust_statements
    ]
    roles = (state.identities.get(identity_key("role", name)) for name in names)
    return {role.name: role.last_used for role in roles if isinstance(role, Role)}


def _status(before: object, after: object) -> str:
    if after is None:
        return "absent" if before is None else "deleted"
    if before is None:
        return "created"
    return "unchanged" if before == after else "updated"


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.presented() if isinstance(value, PolicyDocument) else value for key, value in values.items()}


def as_yaml(content: Mapping[str, Any]) -> str:
    if not content:
        return ""
    if yaml is None:
        text = json.dumps(content, indent=2, sort_keys=False) + "\n"
    else:
        text = yaml.safe_dump(content, sort_keys=False, default_flow_style=False, width=120, allow_unicode=True)
    # Users read it, and YAML does not escape characters that change how the text around them is shown.
    return "\n".join(printable(line, None) for line in text.split("\n"))
