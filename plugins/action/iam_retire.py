# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.aws_ml.permissions.plugins.module_utils.retire.work import retiring
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.audit_action import AuditAction


class ActionModule(AuditAction):
    """Runs the module of the same name with data that only the controller has."""

    begin = staticmethod(retiring)
