# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""How the changes of an identity's inline policies are split into parts. Pure.

IAM counts all inline policies of an identity together (FACTS C1), so all intermediate documents must fit together.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..policy.document import PolicyDocument
from .change import Part, as_one_part, document_parts

Documents = Mapping[str, PolicyDocument]


def inline_parts(
    before: Documents, after: Documents, identities: frozenset[str], quota: int
) -> dict[str, tuple[Part, ...]]:
    """The parts of each inline policy that changes, by its name; whole writes if parts could exceed the quota."""
    cut = {
        name: document_parts(before.get(name), after.get(name), identities, quota)
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    }
    unchanged = sum(document.size for name, document in before.items() if name not in cut)
    # The order of these writes is not known yet, so each policy counts with its largest document.
    most = unchanged + sum(_most(before.get(name), parts) for name, parts in cut.items())
    return cut if most <= quota else {name: (as_one_part(parts),) for name, parts in cut.items()}


def _most(old: PolicyDocument | None, parts: tuple[Part, ...]) -> int:
    """The size of the largest document that a policy has at any time."""
    return max(document.size if document else 0 for document in (old, *(part.document for part in parts)))
