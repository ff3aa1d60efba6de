# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The whole account, read for an audit: two listings in parallel, and the tags of the policies that matter."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ..aws.connection import Connection
from ..aws.error_advice import error_code
from ..aws.service import as_aws_error, is_access_denied
from ..model import CurrentState, ManagedPolicy
from ..read.authorization_details import AuthorizationDetails, tags
from ..read.aws_managed_policies import AwsPolicies
from ..sdk import ClientError


def read_account(connection: Connection) -> CurrentState:
    """The state of everything in IAM except tags of policies. Raises AwsError if the caller may not list it: separate
    requests for all objects would take hundreds of calls. Otherwise raises what botocore raises.
    """
    try:
        account, state = AuthorizationDetails(connection.iam, sys.maxsize).read_everything()
    except ClientError as error:
        if not is_access_denied(error):
            raise
        action = getattr(error, "operation_name", "GetAccountAuthorizationDetails")
        account_id = connection.account.id if connection.account else ""
        refused = as_aws_error(error, action, "", account_id)
        advice = " An audit needs iam:GetAccountAuthorizationDetails, iam:ListRoles and iam:ListPolicyTags, which"
        refused.message += f"{advice} AWS's policy SecurityAudit allows."
        refused.args = (refused.message,)
        raise refused from None
    if account is not None:
        connection.account = account
    return replace(state, account=connection.caller_account())


def with_tags_of(connection: Connection, state: CurrentState, policies: Iterable[str]) -> CurrentState:
    """The state with the tags of the customer managed policies of these ARNs; a policy deleted meanwhile has none."""
    wanted = set(policies)
    names = [name for name, policy in state.policies.items() if policy.arn in wanted]

    def tagged(name: str) -> ManagedPolicy:
        policy = state.policies[name]
        try:
            pages = list(connection.iam.pages("ListPolicyTags", PolicyArn=policy.arn))
        except ClientError as error:
            if error_code(error) != "NoSuchEntity":
                raise
            pages = []
        return replace(policy, tags=tags(pair for page in pages for pair in page["Tags"]))

    if not names:
        return state
    with ThreadPoolExecutor(max_workers=min(8, len(names))) as pool:
        found = dict(zip(names, pool.map(tagged, names), strict=True))
    return replace(state, policies={**state.policies, **found})


def with_namesakes(connection: Connection, state: CurrentState, names: Iterable[str]) -> CurrentState:
    """The state, including which of these names AWS managed policies have too. Raises what botocore raises."""
    wanted = sorted(names)
    if not wanted:
        return state
    found = AwsPolicies(connection.iam, state.account.partition).find(wanted)
    return replace(state, aws_policies={**state.aws_policies, **found})
