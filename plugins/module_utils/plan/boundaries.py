# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Whether a boundary that replaces another allows more. Pure, and cautious: if in doubt, it does.

A role has one permissions boundary at a time, so a new one does not add to the old limit but replaces it (IAM user
guide, permissions boundaries).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..access.difference import allows_nothing_beyond
from ..access.evaluator import Policies
from ..access.policies import Policy
from ..access.principals import Principal
from ..access.request import Request
from ..model import CurrentState, Role
from ..policy.document import PolicyDocument
from ..resolve.desired_state import DesiredState


def widened_boundaries(state: CurrentState, desired: DesiredState) -> Iterator[str]:
    """A warning for each role whose boundary is replaced by one that is not known to be at least as narrow."""
    new_documents = {policy.arn: policy.document for policy in desired.policies.values() if policy}
    for key, after in desired.identities.items():
        before = state.identities.get(key)
        if not isinstance(before, Role) or not isinstance(after, Role):
            continue
        old, new = before.boundary, after.boundary
        if not old or not new or old == new:
            continue
        documents = new_documents.get(new) or state.document_of(new), state.document_of(old)
        if not is_within(*documents, Principal.parse(after.arn)):
            yield (
                f"{after.resource} may be able to do more than before: its boundary {old} is replaced by {new}, which"
                " is not known to be at least as narrow. Compare the two; to keep the old one, leave boundary out or"
                " name it."
            )


def is_within(new: PolicyDocument | None, old: PolicyDocument | None, role: Principal) -> bool:
    """Whether it is proven that a boundary allows a role no more than another; None is an unknown document."""
    if new is None or old is None:
        return False
    narrow, wide = (Policies([Policy("permissions boundary", document)]) for document in (new, old))
    return allows_nothing_beyond(Request(role, "*", "*"), narrow, wide)
