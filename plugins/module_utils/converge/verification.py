# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The end of a run: reads the account until it shows what was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..apply.executor import Execution
from ..apply.read_back import Difference
from ..apply.waiter import Waiter
from ..aws.error_advice import error_code
from ..model import Account
from ..plan.plan import Step
from ..sdk import CallFailed
from .failures import plan_failed


def lasting_differences(
    look: Callable[[], Sequence[Difference]], done: Sequence[Step], account: Account, fields: Mapping[str, Any]
) -> Sequence[Difference]:
    """Read until nothing differs any more, or until IAM has had time to settle. Returns the remaining differences.

    `look` reads what was declared and raises what botocore raises; an object that it does not find may not be visible
    yet. Raises EngineError, with these fields, if the account cannot be read.
    """
    waiter = Waiter()
    while True:
        try:
            found = look()
        except CallFailed as error:
            if error_code(error) != "NoSuchEntity" or not waiter.wait():
                raise plan_failed(Execution(), list(done), account, error, **fields) from None
            continue
        if not found or not waiter.wait():
            return found
