# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs modules that audit: with what the guides left behind, which is large and which other modules do not need."""

from __future__ import annotations

import gc

from ansible_collections.aws_ml.permissions.plugins.module_utils.audit.knowledge import AuditKnowledge
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.expressions import HAS_JMESPATH
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.knowledge_files import audit_facts
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.module_action import ModuleAction


class AuditAction(ModuleAction):
    """Adds the facts of audits, parsed before the workers are forked."""

    knowledge = AuditKnowledge.parse(audit_facts()) if HAS_JMESPATH else None  # then `facts` says so
    facts = staticmethod(audit_facts)
    services_option = "declared_services"


gc.freeze()  # as in in_worker
