# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import RunContext
from ansible_collections.aws_ml.permissions.plugins.module_utils.export.facts import ExportFacts
from ansible_collections.aws_ml.permissions.plugins.module_utils.export.work import AccountExport
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.adopt.external_ids import has_external_ids
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import Paths, catalogue
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import export_facts
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.audit_action import (
    audit_context_with,
    audit_knowledge_with,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.module_action import ModuleAction


def export_context_with(paths: Paths) -> RunContext:
    """The context of every export, with the user's own services at these paths. Raises DefinitionsError."""
    found = audit_knowledge_with(paths)
    return RunContext(audit_context_with(paths).facts, ExportFacts(found, catalogue(paths)))


class ActionModule(ModuleAction):
    """Runs the module of the same name with data that only the controller has."""

    begin = AccountExport
    context_with = staticmethod(export_context_with)
    facts = staticmethod(export_facts)

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        if has_external_ids(result.get("baseline"), result.get("services")):
            # Nothing that shows results may show external ids. The registered result has them.
            self._task.no_log = True
        return result
