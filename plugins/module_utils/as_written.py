# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a run: the account is read until it shows what was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .advice import error_code
from .executor import Execution
from .failures import account_differs, plan_failed
from .model import Account
from .patience import Patience
from .plan import Step
from .read_back import Difference
from .sdk import CallFailed


def require_as_written(
    look: Callable[[], Sequence[Difference]], done: Sequence[Step], account: Account, fields: Mapping[str, Any]
) -> None:
    """Look until nothing differs any more. Raises EngineError, with these fields, where something differs to the end.

    `look` reads what was declared and raises what botocore raises; what it does not find may not show yet.
    """
    patience = Patience()
    while True:
        try:
            found = look()
        except CallFailed as error:
            if error_code(error) != "NoSuchEntity" or not patience.wait():
                raise plan_failed(Execution(), list(done), account, error, **fields) from None
            continue
        if not found:
            return
        if not patience.wait():
            raise account_differs(found, done, account, **fields)
