# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The lines about one account that a summary shows with -v: those of the filters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.filter.audit_summary import audit_summary
from ansible_collections.aws_ml.permissions.plugins.filter.restore_summary import restore_summary
from ansible_collections.aws_ml.permissions.plugins.filter.retirement_summary import retirement_summary


def account_lines(result: Mapping[str, Any], planned: bool) -> list[str]:
    """The lines for a result of an audit, a retirement or a restore; none for other results. `planned`: check mode."""
    if {"retired", "refusals"} & set(result):
        return retirement_summary(result, planned)
    if result.get("failed"):
        return []
    if "objects" in result:
        return audit_summary(result)
    return restore_summary(result) if "sources" in result else []
