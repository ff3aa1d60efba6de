# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The changes that turn one user, group or role into its desired state. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..limits import Quotas
from ..model import CurrentState, Identity, Role
from ..policy.document import PolicyDocument
from .change import Change
from .identity_writer import IdentityWriter
from .permission_changes import permission_changes
from .role_changes import role_created, role_deleted, role_updated
from .tag_conditions import TestedTags


def identity_changes(
    before: Identity | None,
    after: Identity | None,
    *,
    state: CurrentState,
    new_documents: Mapping[str, PolicyDocument],
    quotas: Quotas,
    tested_tags: TestedTags,
    deferred: frozenset[str] = frozenset(),
) -> Iterator[Change]:
    """Everything that has to be written for one identity.

    `new_documents` contains, by ARN, the documents of policies that the same plan creates or replaces. `deferred`
    contains ARNs of principals that do not exist when a new role is created; the trust policy gets them at the end.
    `tested_tags` says which tags decide what an identity may do.
    """
    owner = before or after
    if owner is None:
        return
    writer = IdentityWriter(owner, state, new_documents, quotas, tested_tags)
    if isinstance(after, Role) and before is None:
        yield from role_created(writer, after, deferred)
    elif isinstance(before, Role) and isinstance(after, Role):
        yield from role_updated(writer, before, after)
    yield from permission_changes(writer, before, after)
    if isinstance(before, Role) and after is None:
        yield from role_deleted(writer, before)
