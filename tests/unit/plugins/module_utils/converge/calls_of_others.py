# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others do in an account, as data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

_DOCUMENTS = {"AssumeRolePolicyDocument", "PolicyDocument"}


def made(iam: Any, calls: Iterable[Mapping[str, Mapping[str, Any]]], account: str) -> None:
    """Make the calls, each a method of the client and its parameters; `<account_id>` in them is filled in."""
    for call in calls:
        for method, parameters in call.items():
            filled = json.loads(json.dumps(parameters).replace("<account_id>", account))
            for name in _DOCUMENTS & filled.keys():
                filled[name] = json.dumps(filled[name])
            getattr(iam, method)(**filled)
