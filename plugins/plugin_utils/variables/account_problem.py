# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Whether the variables of a host belong to its account, as the inventory of accounts sees it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

VARIABLES = ("aws_account_id", "aws_account_arn", "aws_account_name_problem")
"""The variables of a host that show this."""


def account_problem(variables: Mapping[str, Any]) -> str:
    """Why no task may run for the host, or nothing.

    `aws_account_name_problem` comes from the inventory plugin. `aws_account_arn` ends with the id of the account, and
    only that plugin sets it, so another `aws_account_id` beside it comes from elsewhere.
    """
    if problem := variables.get("aws_account_name_problem"):
        return str(problem)
    own = str(variables.get("aws_account_arn") or "").rpartition("/")[2]
    stated = str(variables.get("aws_account_id") or "")
    if own and stated != own:
        return (
            f'aws_account_id is "{stated}", but aws_account_arn belongs to account {own}. To fix: remove what'
            " overrides aws_account_id, such as a file in host_vars or group_vars that is for another account."
        )
    return ""
