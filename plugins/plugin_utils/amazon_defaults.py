# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`module_defaults` for `group/amazon.aws.aws` reach this collection's modules too.

Ansible looks a group up only in the collection that owns it, so amazon.aws's group cannot name our modules. Many
playbooks set region, profile or endpoint there; they mean every AWS module.
"""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.vars import merge_hash

GROUP = "group/amazon.aws.aws"


class AmazonDefaultsAction(ActionBase):  # type: ignore[misc]
    """Runs the module of its own name, with amazon.aws's defaults under the arguments of the task."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = {**self._defaults(), **self._task.args}
        wrap_async = bool(self._task.async_val) and not self._connection.has_native_async
        ran = self._execute_module(module_args=arguments, task_vars=task_vars, wrap_async=wrap_async)
        merged: dict[str, Any] = merge_hash(result, ran)
        return merged

    def _defaults(self) -> dict[str, Any]:
        defaults: dict[str, Any] = {}
        for level in self._task.module_defaults or ():
            if GROUP in level:
                defaults.update(self._templar.template(level[GROUP]))
        return defaults
