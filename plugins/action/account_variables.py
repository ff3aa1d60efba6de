# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.expressions import HAS_JMESPATH
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.parts import PROFILES
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import Problem
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.notification.delivery import MISSING, has_apprise
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import catalogue
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.declared_services import DeclaredServices
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.folders import DefinitionsError
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.declared_baselines import (
    BASELINES,
    declared_objects,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.known_variables import known_variables
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.playbook_variables import (
    NOTIFY,
    PLAYBOOKS,
    WITHOUT_ACCOUNTS,
    account_problems,
    known_variables_of,
    problem_message,
    service_paths,
    values_of,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.waiver_files import NAME as WAIVERS
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.waiver_files import with_files
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.began import begin

begin()
if HAS_JMESPATH:  # if it is missing, the task reports that
    known_variables()  # read before the workers are forked


class ActionModule(ActionBase):  # type: ignore[misc]
    """Checks and converts the variables of one host before any other task of a playbook runs for it."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        spec = {"playbook": {"type": "str", "required": True, "choices": list(PLAYBOOKS)}}
        _dummy, arguments = self.validate_argument_spec(argument_spec=spec)
        host = variables["inventory_hostname"]
        try:
            values, problems = values_of(arguments["playbook"], variables, self._templar)
            known = known_variables_of(arguments["playbook"], variables, self._templar)
        except DefinitionsError as error:
            result.update(failed=True, changed=False, msg=f"{host}: {error.message}")
            return result
        untouched = "AWX was not called"
        if arguments["playbook"] != WITHOUT_ACCOUNTS:
            problems += account_problems(host, variables, self._templar)
            untouched = "its account was not accessed"
        problems += known.problems(variables, f"set for {host}")
        if variables.get(NOTIFY) and NOTIFY in known.read_by(arguments["playbook"]) and not has_apprise():
            problems.append(Problem(NOTIFY, MISSING))
        if WAIVERS in values:
            values[WAIVERS], of_files = with_files(values[WAIVERS])
            problems += of_files
        if problems:  # else iam_services would refuse the values in the next run
            problems += self._of_services(values, variables)
        result["changed"] = False
        if problems:
            result.update(failed=True, msg=f"{host}: {problem_message(problems, untouched)}")
        else:
            baselines = (variables.get(name) for name in BASELINES)
            declared = [one for given in baselines for one in declared_objects(given, self._templar)]
            result.update(variables=values, services=list(catalogue()), declared_objects=declared)
        return result

    def _of_services(self, values: dict[str, Any], variables: dict[str, Any]) -> list[Problem]:
        """The problems with the variables of the services of the host."""
        profile = values.get("aws_ml_profile")
        names = values.get("aws_ml_services") or ()
        if not names:
            return []
        paths = service_paths(variables, self._templar)
        return DeclaredServices(
            names, variables, self._templar, profile if profile in PROFILES else None, paths
        ).problems
