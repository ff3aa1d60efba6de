# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Groups as callers: a member of each asks what the group may do. Pure."""

from __future__ import annotations

from ..analyze.account_access import AccountAccess
from ..model import Account, Identity, identity_key, resource_name

_BEGINNING, _END = "=member of ", "="


def member_key(group: Identity) -> str:
    """The key of the member of a group."""
    return identity_key("user", f"{_BEGINNING}{group.name}{_END}")


def _member_of(group: Identity, account: Account) -> Identity:
    """A user who has only what a group has. No user of IAM has such a name."""
    name = f"{_BEGINNING}{group.name}{_END}"
    return Identity("user", name, "/", account.arn("user", "/", name), group.managed, group.inline)


def with_members(access: AccountAccess) -> AccountAccess:
    """The account with a member of each group."""
    groups = [one for one in access.identities.values() if one.kind == "group"]
    members = {member.key: member for member in (_member_of(group, access.account) for group in groups)}
    return AccountAccess(access.account, {**access.identities, **members}, access.documents)


def is_member(identity: Identity) -> bool:
    return identity.name.startswith(_BEGINNING)


def shown_resource(identity: Identity) -> str:
    """The identity as it is shown: a group for its member."""
    if is_member(identity):
        return resource_name("group", identity.name.removeprefix(_BEGINNING).removesuffix(_END))
    return identity.resource
