# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Runs a module's task in the process of the Ansible worker, with the result that the module would have.

A module needs a new interpreter, unpacking and importing the SDK: about a second of CPU. A worker is forked from a
parent that has imported this file, so the SDK and the service models of IAM are already loaded.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator, ValidationResult
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.aws_facts import AwsFacts
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.clients import load_models
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.account_lock import Tell, silent
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Begin, RunContext
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.registry import (
    argument_spec,
    run,
    without_secrets,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.sdk import HAS_SDK
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.data.plain_values import plain
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import Paths
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import aws_facts, service_lives
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.assumed_sessions import AssumedSessions

if HAS_SDK:
    load_models()

Shown = Mapping[str, str]
"""A write as in `plan` of a result: `action`, `resource` and `reason`."""

KNOWLEDGE = AwsFacts.parse(aws_facts())


@cache
def knowledge_with(paths: Paths) -> AwsFacts:
    """The same with the user's own services at these paths. Raises DefinitionsError."""
    if not paths:
        return KNOWLEDGE
    return replace(KNOWLEDGE, services=AwsFacts.parse({"services": service_lives(paths)}).services)


def context_with(paths: Paths) -> RunContext:
    """The context of every task, with the user's own services at these paths. Raises DefinitionsError."""
    return RunContext(facts=knowledge_with(paths))


# Everything that is loaded now stays until the run ends. A garbage collection in a worker would touch all of it, which
# copies the parent's memory. Another one would run when the run ends.
gc.freeze()


def run_in_worker(
    name: str,
    arguments: Mapping[str, Any],
    *,
    check_mode: bool,
    diff_mode: bool,
    context: RunContext,
    environment: Mapping[str, str],
    begin: Begin = converging,
    on_write: Callable[[Shown], None] | None = None,
    on_wait: Callable[[str], None] | None = None,
    tell: Tell = silent,
) -> dict[str, Any]:
    """The result of the module `name`, for a failure with `failed` and `msg`. `on_write` is called for each write,
    `on_wait` for each call that the task waits for, `tell` for other tasks that it waits for.
    """
    with _environment(environment):
        spec = argument_spec(name)
        validated = ArgumentSpecValidator(spec).validate(plain(arguments))
        if validated.error_messages:
            return _refused(name, validated)
        parameters: dict[str, Any] = validated.validated_parameters
        outcome = run(
            name,
            parameters,
            begin=begin,
            check_mode=check_mode,
            diff_mode=diff_mode,
            context=context,
            sessions=AssumedSessions(context.run_folder),
            on_step=(lambda step: on_write(step.shown())) if on_write is not None else None,
            on_wait=on_wait,
            tell=tell,
        )
    return {
        "invocation": {"module_args": without_secrets(spec, parameters)},
        **_remarks(validated, outcome.warnings),
        **outcome.values,
        **({"failed": True} if outcome.failed else {}),
    }


def _refused(name: str, validated: ValidationResult) -> dict[str, Any]:
    """The failure of options that Ansible does not accept. As in a module, a secret is masked everywhere."""
    result = {"invocation": {"module_args": validated.validated_parameters}, **_remarks(validated)}
    result.update(failed=True, msg=_message(name, validated.errors))
    masked: dict[str, Any] = remove_values(result, validated._no_log_values)
    return masked


def _remarks(validated: ValidationResult, warnings: Sequence[str] = ()) -> dict[str, Any]:
    """The `deprecations` and `warnings` of a result, if there are any."""
    of_options = [
        f"Both option {both['option']} and its alias {both['alias']} are set." for both in validated._warnings
    ]
    remarks = {"deprecations": list(validated._deprecations), "warnings": [*of_options, *warnings]}
    return {key: value for key, value in remarks.items() if value}


def _message(name: str, errors: Any) -> str:
    if isinstance(errors[0], UnsupportedError):
        return f"Unsupported parameters for (aws_ml.permissions.{name}) module: {errors[0].msg}"
    return str(errors[0].msg)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """The variables of the task's `environment` around the SDK, which reads its own from there."""
    before = dict(os.environ)
    os.environ.update({name: str(value) for name, value in values.items()})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
