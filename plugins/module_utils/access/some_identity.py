# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Identities of an account that nothing is known of but the account. Pure."""

from __future__ import annotations

from .policies import Policy
from .principals import Principal, PrincipalKind


class SomeIdentity(Principal):
    """Any identity of an account: the condition keys that tell one from another are not known."""

    def context(self) -> tuple[dict[str, str], tuple[str, ...]]:
        values, _absent = super().context()
        known = {key: value for key, value in values.items() if key not in ("aws:principalarn", "aws:principaltype")}
        return known, ("aws:principalservicename",)


def identities_of(root: Principal, resource_policy: Policy) -> list[Principal]:
    """Identities that stand for all of an account: any, and each that a policy of a resource names."""
    partition, account = root.name.split(":")[1], root.account
    found: list[Principal] = [SomeIdentity(PrincipalKind.ROLE, f"arn:{partition}:iam::{account}:role/*")]
    for statement in resource_policy.document.allowing:
        for _kind, name in statement.principals or ():
            try:
                named = Principal.parse(name)
            except ValueError:  # a pattern, or the id of a deleted identity
                continue
            if named.account == account and named.kind is not PrincipalKind.ROOT and named not in found:
                found.append(named)
    return found
