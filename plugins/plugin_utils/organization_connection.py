# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS Organizations, as the caller of the inventory or as the role that it assumes."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.calls import Service
from ansible_collections.aws_ml.permissions.plugins.module_utils.clients import user_agent
from ansible_collections.aws_ml.permissions.plugins.module_utils.credentials import connect
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.module_utils.sdk import HAS_SDK


def organizations(options: Mapping[str, Any]) -> Service:
    """The service, with the inventory's connection options. Raises EngineError."""
    if not HAS_SDK:
        raise EngineError(
            "The inventory of accounts needs boto3 and botocore in Ansible's Python:"
            f" {sys.executable} -m pip install boto3"
        )
    role_arn = options.get("assume_role_arn")
    connection = connect(
        {**options, "assume_role": {"role_arn": role_arn} if role_arn else None}, agent=user_agent("aws_accounts")
    )
    return connection.service("organizations")
