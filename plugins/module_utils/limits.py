# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""IAM's limits: those that AWS fixes, and the quotas of an account, with IAM's defaults (FACTS C1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_SESSION_DURATION = 3600
"""Seconds; the maximum session duration of a role that was created without one."""

POLICY_VERSION_LIMIT = 5
"""Versions of one customer managed policy."""

MAXIMUM_TAGS = 50
"""Tags on one role or policy."""

MAXIMUM_TRUST_SIZE = 8192
"""Characters without white space in a trust policy, at the highest quota that AWS grants."""

MAXIMUM_MANAGED_POLICIES = 25
"""Managed policies on one identity, at the highest quota that AWS grants."""


@dataclass(frozen=True)
class Quotas:
    """The quotas of one account; sizes in characters without white space.

    The keys of `attached_policies` and `inline_size` are role, user and group.
    """

    attached_policies: Mapping[str, int] = field(default_factory=lambda: {"role": 10, "user": 10, "group": 10})
    trust_policy_size: int = 2048
    inline_size: Mapping[str, int] = field(default_factory=lambda: {"role": 10240, "user": 2048, "group": 5120})
    managed_policy_size: int = 6144
    roles: int = 1000
    managed_policies: int = 1500
    roles_in_use: int = 0
    managed_policies_in_use: int = 0
