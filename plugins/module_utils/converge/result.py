# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What a task reports of its plan: the values of a result, and the failures with how far it came."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..apply.executor import Execution
from ..apply.read_back import Difference
from ..aws.service import as_aws_error, is_access_denied
from ..errors import EngineError, printable
from ..model import (
    Account,
    CurrentState,
    Declarations,
    Identity,
    ManagedPolicy,
    Quarantine,
    Role,
    identity_key,
    resource_name,
)
from ..plan.plan import Step
from ..policy.document import PolicyDocument
from ..resolve.desired_state import DesiredState
from ..resolve.quarantine import INLINE_DENIAL, current_quarantine, is_denied

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
        in_quarantine = current_quarantine(desired.identities.get(key)) or desired.quarantined.get(key)
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


def _content(thing: Identity | ManagedPolicy) -> dict[str, Any]:
    return policy_content(thing) if isinstance(thing, ManagedPolicy) else identity_content(thing)


def difference(state: CurrentState, desired: DesiredState) -> dict[str, str]:
    """Before and after of every object that changes, as YAML, documents in canonical form."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    identities = [(state.identities.get(key), desired.identities[key]) for key in sorted(desired.identities)]
    policies = [(state.policies.get(name), desired.policies[name]) for name in sorted(desired.policies)]
    for old, new in (*identities, *policies):
        shown = new or old
        if old != new and shown is not None:
            before.update({shown.resource: _content(old)} if old else {})
            after.update({shown.resource: _content(new)} if new else {})
    return {"before": as_yaml(before), "after": as_yaml(after)}


def lifted_quarantines(state: CurrentState, desired: DesiredState) -> list[dict[str, str]]:
    """The quarantines that end with the desired state: name of the role, its start (recorded, or from tags), reason."""
    found = []
    for key, after in sorted(desired.identities.items()):
        before = state.identities.get(key)
        if before is None or after is None or not is_denied(before) or is_denied(after):
            continue
        reported, since = current_quarantine(before), state.quarantines.get(key)
        if reported is not None or since is not None:
            shown = reported or Quarantine("")
            found.append({"name": before.name, "since": since or shown.since, "reason": shown.reason})
    return found


def lifting(lifted: Mapping[str, str]) -> str:
    """A quarantine that ends, in a sentence."""
    why = f" ({lifted['reason']})" if lifted["reason"] else ""
    role = resource_name("role", lifted["name"])
    return f"lifts the quarantine of {role}, in quarantine since {lifted['since']}{why}"


def removed_objects(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """A copy of every document and role that the steps deleted permanently."""
    return [
        {"action": step.action, "resource": step.resource, **_shown(step.removes)} for step in steps if step.removes
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


def plan_failed(
    execution: Execution, done: list[Step], account: Account, reading: Exception | None = None, **fields: Any
) -> EngineError:
    """The failure of a plan that was started; `reading` is what went wrong when the account was read again."""
    failed = execution.failed
    refused = as_aws_error(
        execution.error or reading or RuntimeError(),
        failed.action if failed else "Showing a write" if execution.error else "Reading again",
        failed.resource if failed else "",
        account.id,
        **progress(done, execution.not_done, account.id, execution.unknown),
        **fields,
    )
    if execution.unknown:
        refused.add(unknown_writes_message(execution.unknown))
    if failed and _is_refused_inline_denial(failed, execution.error):
        refused.add(
            f"No more policies can be attached to {failed.resource}, so an inline policy denies it everything. To fix:"
            " detach a policy of the role, or give the caller docs/permissions/retire_full_roles.json as well."
        )
    return refused


def unknown_writes_message(steps: Sequence[Step]) -> str:
    """The writes of which it is not known whether AWS performed them, in a sentence."""
    writes = ", ".join(f"{step.action} {step.resource}" for step in steps)
    return f"It is not known whether AWS performed these writes: {writes}. Run again to find out."


def _is_refused_inline_denial(failed: Step, error: Exception | None) -> bool:
    written = failed.action == "PutRolePolicy" and failed.parameters.get("PolicyName") == INLINE_DENIAL
    return written and error is not None and is_access_denied(error)


def account_differs(
    differences: Sequence[Difference], done: Sequence[Step], account: Account, **fields: Any
) -> EngineError:
    """The failure of a plan that was applied completely, although the account does not match it."""
    return EngineError(
        f"After the last write, account {account.id} does not match its declaration. Another run or person"
        " changed it in the meantime. To fix: run again, one run at a time.",
        map(str, differences),
        differences=[difference.shown() for difference in differences],
        **progress(done, (), account.id),
        **fields,
    )


def progress(
    done: Sequence[Step], not_done: Sequence[Step], account_id: str, unknown: Sequence[Step] = ()
) -> dict[str, Any]:
    """How much of an incomplete plan was done; `unknown` are writes that AWS may have performed."""
    parts = {"done": done, "not_done": not_done, "unknown": unknown}
    return {
        "changed": bool(done or unknown),
        "account_id": account_id,
        "plan": {part: [step.shown() for step in steps] for part, steps in parts.items()},
        "deleted": removed_objects(done),
    }


def reading_failed(error: Exception, account_id: str) -> EngineError:
    """The failure of a call outside a plan, or of no call at all."""
    return as_aws_error(error, getattr(error, "operation_name", "The task"), "", account_id)
