# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Runs a task as an Ansible module, in its own interpreter."""

from __future__ import annotations

import sys
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..converge.declared_objects import converging
from ..converge.result import reading_failed
from ..converge.task import ARGUMENT, Begin, RunContext
from ..sdk import HAS_SDK
from .registry import argument_spec, run, without_secrets


class Module(AnsibleModule):  # type: ignore[misc]
    """Removes what the controller passes on from the arguments before they are validated: these are not options."""

    def _load_params(self) -> None:
        super()._load_params()
        self.handed_over: dict[str, Any] | None = self.params.pop(ARGUMENT, None)


def run_module(name: str, begin: Begin = converging) -> None:
    """Build the module of this name, run its task, and exit with a result or an ordinary failure."""
    spec = argument_spec(name)
    module = Module(argument_spec=spec, supports_check_mode=True)
    if not HAS_SDK:
        missing = missing_required_lib("boto3 and botocore")
        module.fail_json(msg=f"{missing} To fix: {sys.executable} -m pip install boto3, or set another interpreter.")
    # Ansible uses these to mask everything in the result that equals a secret, but results are data.
    module.no_log_values.clear()
    invocation = {"module_args": without_secrets(spec, module.params)}
    try:
        context = RunContext.parse(module.handed_over) if module.handed_over else RunContext()
    except Exception as error:
        failure = reading_failed(error, "")
        module.fail_json(msg=failure.message, **failure.fields, invocation=invocation)
    outcome = run(
        name, module.params, begin=begin, check_mode=module.check_mode, diff_mode=module._diff, context=context
    )
    for warning in outcome.warnings:
        module.warn(warning)
    if outcome.failed:
        module.fail_json(**outcome.values, invocation=invocation)
    module.exit_json(**outcome.values, invocation=invocation)
