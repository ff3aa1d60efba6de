# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Creates the changes of one user, group or role. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..limits import Quotas
from ..model import CurrentState, Identity, identity_key, policy_key
from ..policy.document import PolicyDocument
from ..policy.trust_policy import own_principals
from .change import Change, Effect, Part, Stage, always
from .change_key import ChangeKey, ChangeKind
from .plan import Step
from .tag_conditions import TestedTags


class IdentityWriter:
    """Creates changes of one identity: their keys, their steps, and what has to exist for them."""

    def __init__(
        self,
        owner: Identity,
        state: CurrentState,
        new_documents: Mapping[str, PolicyDocument],
        quotas: Quotas,
        tested_tags: TestedTags,
    ) -> None:
        self.owner = owner
        self.state = state
        self.new_documents = new_documents
        self.quotas = quotas
        self.tested_tags = tested_tags
        self.only = frozenset((owner.key,))
        self.kind = owner.kind.capitalize()
        self.resource = owner.resource

    def single(
        self,
        kind: ChangeKind,
        action: str,
        stage: Stage,
        parameters: Mapping[str, Any],
        reason: str,
        *,
        detail: str = "",
        uses: frozenset[str] = frozenset(),
        effects: tuple[Effect, ...] = (),
        takes_away: Mapping[str, Any] | None = None,
        **of_change: Any,
    ) -> Change:
        """A change of one step. `detail` distinguishes it from others of the same kind and role."""
        step = self.step(action, parameters, reason, uses=uses, takes_away=takes_away or {})
        return Change(
            self.key(kind, detail), stage, (Part(effects),), always(step), self.owner.key, uses=uses, **of_change
        )

    def key(self, kind: ChangeKind, detail: str = "") -> ChangeKey:
        return ChangeKey(kind, self.resource, detail)

    def step(self, action: str, parameters: Mapping[str, Any], reason: str, **fields: Any) -> Step:
        named = {f"{self.kind}Name": self.owner.name, **parameters}
        return Step(action, self.resource, reason, self.owner.key, named, **fields)

    def needed(self, trust: PolicyDocument, boundary: str | None) -> frozenset[str]:
        """Keys of what has to exist for this trust policy and boundary, except the role itself."""
        named = own_principals(trust, self.state.account.id)
        keys = {identity_key("role", arn.rpartition("/")[2]) for arn in named if ":role/" in arn}
        return frozenset(keys - {self.owner.key}) | self.policies(boundary)

    @staticmethod
    def policies(arn: str | None) -> frozenset[str]:
        return frozenset((policy_key(arn),)) if arn else frozenset()
