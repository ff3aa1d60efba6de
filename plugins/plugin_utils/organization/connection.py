# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""AWS Organizations, as the caller of the inventory or as the role that it assumes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.clients import user_agent
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.connection import connect
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.service import Service
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.module_utils.sdk import HAS_SDK
from ansible_collections.aws_ml.permissions.plugins.module_utils.validate.connection import aws_config_problems


def organizations(options: Mapping[str, Any], tell: Callable[[str], None] = lambda waiting: None) -> Service:
    """The service, with the inventory's connection options. Raises EngineError.

    `tell` is called for a call that gets no reply and is sent again.
    """
    if not HAS_SDK:
        raise EngineError(
            "The inventory of accounts needs boto3 and botocore in Ansible's Python:"
            f" {sys.executable} -m pip install boto3"
        )
    problems = list(aws_config_problems(options.get("aws_config")))
    if problems:
        raise EngineError("\n".join(map(str, problems)))
    role_arn = options.get("assume_role_arn")
    assume_role = {"role_arn": role_arn} if role_arn else None
    connection = connect({**options, "assume_role": assume_role}, agent=user_agent("aws_accounts"), tell=tell)
    return connection.service("organizations")
