# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""A request to AWS, of which the context may be known in part. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from .context import Context
from .principals import Principal

_ASSUMING = {
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:tagsession",
    "sts:setsourceidentity",
}


@dataclass(frozen=True)
class Request:
    """Who asks for which action on which resource, in which context.

    `resource` is an ARN, or `*` for actions without a resource. `owner` is the account of the resource where the ARN
    does not say it (an S3 bucket); without it, the resource belongs to the account of the caller. `tags` are those of
    the caller. Keys that follow from these, such as aws:PrincipalArn, need not be in `context`.
    """

    principal: Principal
    action: str
    resource: str
    context: Context = field(default_factory=Context)
    owner: str | None = None
    tags: Mapping[str, str] | None = None

    @cached_property
    def lower_action(self) -> str:
        return self.action.lower()

    @cached_property
    def resource_account(self) -> str | None:
        """The account of the resource: from its ARN, else the owner that is given, else that of the caller."""
        fields = self.resource.split(":", 5)
        if len(fields) > 4 and len(fields[4]) == 12 and fields[4].isdigit():
            return fields[4]
        return self.owner or self.principal.account

    @cached_property
    def assumes_role(self) -> bool:
        """Whether a trust policy decides: who assumes a role, and tags the session or names its source meanwhile."""
        return self.lower_action in _ASSUMING

    @cached_property
    def full_context(self) -> Context:
        """The context with the keys that follow from caller and resource."""
        account = self.resource_account
        return self.caller_context.with_defaults({} if account is None else {"aws:resourceaccount": account})

    @cached_property
    def caller_context(self) -> Context:
        """The context with the keys that follow from the caller."""
        values, absent = self.principal.context()
        for key, value in (self.tags or {}).items():
            values[f"aws:principaltag/{key.lower()}"] = value
        return self.context.with_defaults(values, absent)
