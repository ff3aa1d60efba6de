# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a task as an Ansible module."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from .arguments import Spec, approval_option, connection_options, knowledge_option
from .errors import EngineError
from .runner import Task
from .sdk import HAS_SDK


def run_module(options: Spec, section: str | None = None, *, read_only: bool = False) -> None:
    """Build the module from its own options, run its task, and leave with a result or an ordinary failure."""
    spec = {**connection_options(), **knowledge_option(), **({} if read_only else approval_option()), **options}
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    if not HAS_SDK:
        module.fail_json(msg=missing_required_lib("boto3 and botocore"))
    task = Task(module.params, section, check_mode=module.check_mode or read_only, diff_mode=module._diff)
    try:
        result: dict[str, Any] = task.inspect() if read_only else task.converge()
    except EngineError as error:
        _warn(module, task)
        module.fail_json(msg=error.message, **error.fields)
    _warn(module, task)
    module.exit_json(**result)


def _warn(module: AnsibleModule, task: Task) -> None:
    for warning in dict.fromkeys(task.warnings):
        module.warn(warning)
