# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The argument specs of the modules, composed from those of the objects they declare."""

from __future__ import annotations

from typing import Any

from ..sdk import aws_argument_spec

Spec = dict[str, Any]


def connection_options() -> Spec:
    """amazon.aws's connection options, `assume_role` and the account guard."""
    return {
        **aws_argument_spec(),
        "assume_role": {
            "type": "dict",
            "options": {
                "role_arn": {"type": "str", "required": True},
                "external_id": {"type": "str", "no_log": True},
                "session_name": {"type": "str"},
                "duration_seconds": {"type": "int"},
                "policy": {"type": "json"},
            },
        },
        "account_id": {"type": "str"},
        "call_rate": {"type": "dict", "options": {"sts": {"type": "float"}, "iam": {"type": "float"}}},
    }


def approval_option() -> Spec:
    return {"approved_plan": {"type": "str"}, "approval_hours": {"type": "float", "default": 24.0}}


def access_gate_options() -> Spec:
    """The options of every module that writes policies: what access its plan may not grant."""
    return {
        "no_new_access": {"type": "str", "choices": ["fail", "warn"]},
        "not_granted": {"type": "list", "elements": "str", "default": []},
    }


def backup_option() -> Spec:
    """The option of every module that writes: the folder in which it backs up what it removes."""
    return {"backup_dir": {"type": "path"}}


def record_option() -> Spec:
    """The option of modules that quarantine roles or restore them from quarantine."""
    return {"record_key": {"type": "str", "no_log": True}}


def role_options() -> Spec:
    return {
        "name": {"type": "str", "required": True, "aliases": ["role_name"]},
        "state": {"type": "str", "choices": ["present", "quarantined", "absent"], "default": "present"},
        "quarantine_reason": {"type": "str"},
        "path": {"type": "str", "aliases": ["path_prefix", "prefix"]},
        "assume_role_policy_document": {"type": "json", "aliases": ["trust_policy"]},
        "managed_policies": {"type": "list", "elements": "str", "aliases": ["managed_policy"]},
        "inline_policies": {"type": "dict"},
        "boundary": {"type": "str", "aliases": ["boundary_policy_arn"]},
        "description": {"type": "str"},
        "max_session_duration": {"type": "int"},
        "tags": {"type": "dict", "aliases": ["resource_tags"]},
        "purge_policies": {"type": "bool", "default": True, "aliases": ["purge_policy", "purge_managed_policies"]},
        "purge_inline_policies": {"type": "bool", "default": True},
        "purge_tags": {"type": "bool", "default": True},
    }


def managed_policy_options() -> Spec:
    return {
        "name": {"type": "str", "required": True, "aliases": ["policy_name"]},
        "state": _state(),
        "path": {"type": "str", "aliases": ["prefix", "path_prefix"]},
        "description": {"type": "str", "aliases": ["policy_description"]},
        "policy": {"type": "json"},
        "tags": {"type": "dict", "aliases": ["resource_tags"]},
        "purge_tags": {"type": "bool", "default": True},
        "only_version": {"type": "bool", "default": False},
    }


def attachment_options() -> Spec:
    return {
        "iam_type": {"type": "str", "required": True, "choices": ["user", "group", "role"]},
        "iam_name": {"type": "str", "required": True},
        "state": _state(),
        "managed_policies": {"type": "list", "elements": "str", "aliases": ["managed_policy"]},
        "inline_policies": {"type": "dict"},
    }


def trust_statement_options() -> Spec:
    return {
        "name": {"type": "str", "required": True, "aliases": ["role_name"]},
        "state": _state(),
        "statements": {"type": "list", "elements": "dict", "required": True},
    }


def retire_options() -> Spec:
    return {
        **searched_services_options(),
        "roles": _names(),
        "policies": _names(),
        "exclude": _names(default=[]),
        "declared_objects": _names(default=[]),
        "unused_days": {"type": "int", "default": 90},
        "min_age_days": {"type": "int"},
        "quarantine_days": {"type": "int", "default": 30},
        "skip_quarantine": {"type": "bool", "default": False},
        "max_role_fraction": {"type": "float"},
        "allow": {
            "type": "list",
            "elements": "str",
            "choices": [
                "used",
                "depended_on",
                "service_alive",
                "share",
                "too_young",
                "declared_present",
                "first_wave",
                "released",
            ],
            "default": [],
        },
        "quarantine_reason": {"type": "str"},
        "state": {"type": "str", "choices": ["retired", "released"], "default": "retired"},
        "release_reason": {"type": "str"},
        "release_days": {"type": "int", "default": 90},
        "first_wave": {
            "type": "dict",
            "options": {
                "state": {"type": "str", "required": True, "choices": ["quiet", "waiting", "disturbed", "untried"]},
                "reasons": {"type": "list", "elements": "str", "default": []},
            },
        },
        "evidence_dir": {"type": "path"},
    }


def service_linked_role_options() -> Spec:
    return {
        "aws_service_name": {"type": "str"},
        "name": {"type": "str", "aliases": ["role_name"]},
        "state": {"type": "str", "choices": ["absent"], "required": True},
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 600},
        "wait_delay": {"type": "int", "default": 5},
    }


def baseline_options() -> Spec:
    return {
        "state": _state(),
        "managed_policies": _items(managed_policy_options()),
        "roles": _items(role_options()),
        "attachments": _items(attachment_options()),
        "trust_statements": _items(trust_statement_options()),
    }


def services_options() -> Spec:
    return {
        "services": {"type": "list", "elements": "str", "required": True},
        "service_profile": {"type": "str", "choices": ["documented", "least_privilege"]},
        "baselines": {"type": "dict", "default": {}},
        **service_paths_option(),
        **expect_option(),
        **waivers_option(),
    }


def converging_baseline_options() -> Spec:
    return {**baseline_options(), **expect_option()}


def access_options() -> Spec:
    return expect_option(required=True)


def expect_option(*, required: bool = False) -> Spec:
    """Assertions of access, and whether AWS's simulator is asked too.

    The keys of an entry are checked with everything else, so that all problems are reported at once.
    """
    return {
        "expect": {"type": "list", "elements": "dict", **({"required": True} if required else {"default": []})},
        "simulate": {"type": "bool", "default": False},
    }


def audit_options() -> Spec:
    return {
        **searched_services_options(),
        "whole_account": {"type": "bool", "default": False},
        "quarantine_days": {"type": "int", "default": 30},
        **waivers_option(),
    }


def waivers_option() -> Spec:
    """Accepted findings. The keys of an entry are checked with everything else, as those of `expect`."""
    return {"waivers": {"type": "list", "elements": "dict", "default": []}}


def security_hub_options() -> Spec:
    return {
        "audit": {"type": "dict", "required": True},
        "services": {"type": "list", "elements": "str", "default": []},
        **service_paths_option(),
    }


def export_options() -> Spec:
    """The options of `iam_export`: what of an account is exported."""
    names = {"type": "list", "elements": "str", "default": []}
    selected = {"names": names, "services": names, "exclude": names, "managed_elsewhere": names}
    return {**selected, **service_paths_option()}


def searched_services_options() -> Spec:
    """The options of modules that look for what services have left."""
    names = {"type": "list", "elements": "str", "default": []}
    return {"services": names, "declared_services": names, **service_paths_option()}


def service_paths_option() -> Spec:
    """The folders of the user's own services, which the controller reads."""
    return {"service_paths": {"type": "list", "elements": "path", "default": []}}


def restore_options() -> Spec:
    attachment = {
        "iam_type": {"type": "str", "required": True, "choices": ["user", "group", "role"]},
        "iam_name": {"type": "str", "required": True},
        "managed_policies": {"type": "list", "elements": "str", "aliases": ["managed_policy"]},
        "inline_policies": {"type": "list", "elements": "str"},
    }
    return {
        "src": {"type": "path", "required": True},
        "roles": {"type": "list", "elements": "str", "default": []},
        "policies": {"type": "list", "elements": "str", "default": []},
        "attachments": _items(attachment),
        "overwrite": {"type": "bool", "default": False},
    }


def _items(options: Spec) -> Spec:
    return {"type": "list", "elements": "dict", "default": [], "options": options}


def _names(**more: Any) -> Spec:
    return {"type": "list", "elements": "str", **more}


def _state() -> Spec:
    return {"type": "str", "choices": ["present", "absent"], "default": "present"}
