# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the inventory's connection options to AWS Organizations, through a role where one is given."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import boto3_inventory_conn, get_aws_connection_info
from ansible_collections.aws_ml.permissions.plugins.module_utils.calls import CallCounter, Service, as_aws_error
from ansible_collections.aws_ml.permissions.plugins.module_utils.credentials import DEFAULT_SESSION_NAME, RETRIES
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.module_utils.sdk import HAS_SDK, CallFailed


def organizations(options: Mapping[str, Any]) -> Service:
    """AWS Organizations as the caller, or as the role of `assume_role_arn`."""
    if not HAS_SDK:
        raise EngineError("The inventory of accounts needs boto3 and botocore in Ansible's Python: pip install boto3")
    credentials = _assumed(options, options["assume_role_arn"]) if options.get("assume_role_arn") else {}
    return _service("organizations", options, credentials)


def _assumed(options: Mapping[str, Any], role_arn: str) -> dict[str, str]:
    try:
        answer = _service("sts", options, {}).read("AssumeRole", RoleArn=role_arn, RoleSessionName=DEFAULT_SESSION_NAME)
    except CallFailed as error:
        raise as_aws_error(error, "AssumeRole", role_arn, "") from None
    issued = answer["Credentials"]
    return {
        "aws_access_key_id": issued["AccessKeyId"],
        "aws_secret_access_key": issued["SecretAccessKey"],
        "aws_session_token": issued["SessionToken"],
    }


def _service(name: str, options: Mapping[str, Any], credentials: Mapping[str, str]) -> Service:
    region, endpoint, parameters = get_aws_connection_info(SimpleNamespace(params=options, fail_json=_refuse))
    if credentials:
        parameters.pop("profile_name", None)
        parameters.update(credentials)
    try:
        client = boto3_inventory_conn(
            conn_type="client",
            resource=name,
            region=region,
            endpoint=endpoint,
            config={"retries": RETRIES},
            **parameters,
        )
    except (ValueError, *CallFailed) as error:
        raise EngineError(f"Cannot connect to AWS: {error}") from None
    return Service(client, CallCounter())


def _refuse(msg: str, **dummy: Any) -> None:
    raise EngineError(msg)
