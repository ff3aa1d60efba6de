# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import own_services
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.folders import DefinitionsError, absolute


class ActionModule(ActionBase):  # type: ignore[misc]
    """Checks the definitions of a user's own services."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        spec = {"paths": {"type": "list", "elements": "path", "required": True}}
        _dummy, arguments = self.validate_argument_spec(argument_spec=spec)
        result["changed"] = False
        try:
            found = own_services(absolute(arguments["paths"]))
        except DefinitionsError as error:
            result.update(failed=True, msg=error.message, problems=[str(problem) for problem in error.problems])
            return result
        result["services"] = [
            {
                "name": name,
                "title": service.title,
                "folder": folder.shown,
                "state": service.content["lifecycle"]["state"],
                "profiles": list(service.profiles),
                "variables": [f"{service.prefix}{variable}" for variable in service.variables],
            }
            for name, (folder, service) in found.items()
        ]
        return result
