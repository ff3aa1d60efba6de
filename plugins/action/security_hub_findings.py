# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.aws_ml.permissions.plugins.module_utils.security_hub.work import SecurityHubFindings
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.module_action import ModuleAction


class ActionModule(ModuleAction):
    """Runs the module of the same name with data that only the controller has."""

    begin = SecurityHubFindings
