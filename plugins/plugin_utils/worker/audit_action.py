# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Runs modules that audit, with the traces of services, which are large and which other modules do not need."""

from __future__ import annotations

import gc
from dataclasses import replace
from functools import cache

from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.facts import AuditFacts
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.expressions import HAS_JMESPATH
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import RunContext
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import Paths
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import audit_facts, service_traces
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.in_worker import knowledge_with
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.module_action import ModuleAction

AUDIT_KNOWLEDGE = AuditFacts.parse(audit_facts()) if HAS_JMESPATH else AuditFacts()
"""Parsed before the workers are forked. Without JMESPath nothing runs in a worker, and `facts` reports what is missing.
"""


@cache
def audit_knowledge_with(paths: Paths) -> AuditFacts:
    """The same with the user's own services at these paths. Raises DefinitionsError."""
    if not paths:
        return AUDIT_KNOWLEDGE
    found = AuditFacts.parse(service_traces(paths))
    return replace(AUDIT_KNOWLEDGE, knowledge=knowledge_with(paths), traces=found.traces, profiles=found.profiles)


def audit_context_with(paths: Paths) -> RunContext:
    """The context of every audit, with the user's own services at these paths. Raises DefinitionsError."""
    found = audit_knowledge_with(paths)
    return RunContext(found.knowledge, found)


class AuditAction(ModuleAction):
    """Adds the facts of audits."""

    context_with = staticmethod(audit_context_with)
    facts = staticmethod(audit_facts)
    services_option = "declared_services"


gc.freeze()  # as in in_worker
