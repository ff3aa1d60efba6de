# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a run: the account is read until it shows what was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .advice import error_code
from .executor import Execution
from .failures import plan_failed
from .model import Account
from .patience import Patience
from .plan import Step
from .read_back import Difference
from .sdk import CallFailed


def lasting_differences(
    look: Callable[[], Sequence[Difference]], done: Sequence[Step], account: Account, fields: Mapping[str, Any]
) -> Sequence[Difference]:
    """Look until nothing differs any more, or IAM has had the time to settle. Returns what differs to the end.

    `look` reads what was declared and raises what botocore raises; what it does not find may not show yet. Raises
    EngineError, with these fields, where it cannot be read.
    """
    patience = Patience()
    while True:
        try:
            found = look()
        except CallFailed as error:
            if error_code(error) != "NoSuchEntity" or not patience.wait():
                raise plan_failed(Execution(), list(done), account, error, **fields) from None
            continue
        if not found or not patience.wait():
            return found
