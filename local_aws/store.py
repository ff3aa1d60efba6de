# SPDX-License-Identifier: GPL-3.0-or-later
"""moto's IAM state of each account: finds accounts and entities in it, copies it and restores it.

AWS's own managed policies are one set for all accounts of a partition. moto would build 1,500 objects and parse 5 MB of
JSON for each account; how often such a policy is used is counted from the attachments instead.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator
from functools import cache
from typing import Any, TypeAlias, TypeVar

import moto.iam.models as iam_models
from moto.iam.models import Group, IAMBackend, InstanceProfile, ManagedPolicy, Role, User, iam_backends
from moto.moto_api._internal import mock_random

from .answer import no_such_entity

Store: TypeAlias = IAMBackend
T = TypeVar("T")

_make_aws_policies = IAMBackend._init_aws_policies


class _CheckedBefore:
    """Replaces moto's document validators: `documents` and `trust` have already checked the text."""

    def __init__(self, document: str) -> None:
        self.document = document

    def validate(self) -> None:
        """Does nothing."""


_aws_policies: dict[str, list[ManagedPolicy]] = {}


def _shared_aws_policies(store: Store) -> list[ManagedPolicy]:
    if store.partition not in _aws_policies:
        _aws_policies[store.partition] = _make_aws_policies(store)
    return _aws_policies[store.partition]


@cache
def aws_policies(partition: str) -> dict[str, ManagedPolicy]:
    """AWS's managed policies of a partition by ARN."""
    return {policy.arn: policy for policy in _aws_policies[partition]}


def prepare_moto() -> None:
    """Change moto for every account: shared AWS policies, and none of its own document checks."""
    mock_random.seed()  # servers that are forks of one process generate their own ids
    vars(iam_models).update(IAMPolicyDocumentValidator=_CheckedBefore, IAMTrustPolicyDocumentValidator=_CheckedBefore)
    setattr(IAMBackend, "_init_aws_policies", _shared_aws_policies)  # noqa: B010 - typed as a method of moto's class


def live_store(account: str, partition: str = "aws") -> Store:
    """The account's state as it is now."""
    return iam_backends[account][partition]


def live_stores() -> Iterator[Store]:
    """The state of every account and partition touched so far."""
    for partitions in list(iam_backends.values()):
        yield from list(partitions.values())


def account_known(account: str) -> bool:
    """Whether this server has that account."""
    return account in iam_backends


def account_of(access_key: str, management: str) -> str:
    """The account an access key belongs to; an unknown key is an administrator of the management account."""
    for store in live_stores():
        if access_key in store.access_keys:
            return str(store.account_id)
    return management


def find_role(store: Store, name: str) -> Role | None:
    """The role of that name."""
    return next((role for role in store.roles.values() if role.name == name), None)


def _existing(found: T | None, message: str) -> T:
    if found is None:
        raise no_such_entity(message)
    return found


def role_named(store: Store, name: str) -> Role:
    """The role of that name, or AWS's `NoSuchEntity`."""
    return _existing(find_role(store, name), f"The role with name {name} cannot be found.")


def user_named(store: Store, name: str) -> User:
    """The user of that name, or AWS's `NoSuchEntity`."""
    return _existing(store.users.get(name), f"The user with name {name} cannot be found.")


def group_named(store: Store, name: str) -> Group:
    """The group of that name, or AWS's `NoSuchEntity`."""
    return _existing(store.groups.get(name), f"The group with name {name} cannot be found.")


def policy_with_arn(store: Store, arn: str) -> ManagedPolicy:
    """The managed policy of that ARN, or AWS's `NoSuchEntity`."""
    return _existing(store.managed_policies.get(arn), f"Policy {arn} was not found.")


def holders(store: Store) -> Iterator[Role | User | Group]:
    """Everything a managed policy can be attached to."""
    yield from store.users.values()
    yield from store.groups.values()
    yield from store.roles.values()


def local_policies(store: Store) -> list[ManagedPolicy]:
    """The account's own managed policies."""
    return [policy for arn, policy in store.managed_policies.items() if arn not in aws_policies(store.partition)]


def profiles_of(store: Store, role: Role) -> list[InstanceProfile]:
    """The instance profiles a role is in."""
    return [profile for profile in store.instance_profiles.values() if any(r.id == role.id for r in profile.roles)]


def user_tags(store: Store, user: User) -> list[dict[str, str]]:
    """The tags of a user, which moto stores separately from the user."""
    tags: list[dict[str, str]] = store.tagger.list_tags_for_resource(user.arn)["Tags"]
    return tags


def attachment_counts(store: Store) -> tuple[dict[str, int], dict[str, int]]:
    """How often each managed policy ARN is attached, and how often it is a permissions boundary."""
    attached: dict[str, int] = {}
    boundaries: dict[str, int] = {}
    for holder in holders(store):
        for arn in holder.managed_policies:
            attached[arn] = attached.get(arn, 0) + 1
        boundary = getattr(holder, "permissions_boundary_arn", None)
        if boundary:
            boundaries[boundary] = boundaries.get(boundary, 0) + 1
    return attached, boundaries


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, store: Store) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._store = store
        self._shared = {id(policy): arn for arn, policy in aws_policies(store.partition).items()}

    def persistent_id(self, obj: Any) -> str | None:
        return "store" if obj is self._store else self._shared.get(id(obj))


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, store: Store, partition: str) -> None:
        super().__init__(file)
        self._store = store
        self._shared = aws_policies(partition)

    def persistent_load(self, pid: str) -> Any:
        return self._store if pid == "store" else self._shared[pid]


def freeze(store: Store) -> bytes:
    """A copy of an account's state; credentials are not part of it, so that sessions outlive a reset."""
    kept = {name: value for name, value in vars(store).items() if name not in ("aws_managed_policies", "access_keys")}
    kept["managed_policies"] = {policy.arn: policy for policy in local_policies(store)}
    buffer = io.BytesIO()
    _Pickler(buffer, store).dump(kept)
    return buffer.getvalue()


def thaw(frozen: bytes, into: Store) -> Store:
    """Restore a copied state into a store."""
    shared = aws_policies(into.partition)
    state = _Unpickler(io.BytesIO(frozen), into, into.partition).load()
    state["managed_policies"] = {**shared, **state["managed_policies"]}
    into.__dict__.update(state)
    return into


def thaw_apart(frozen: bytes, live: Store) -> Store:
    """A copied state as a separate store, besides the live one that it was copied from."""
    apart = Store.__new__(Store)
    apart.__dict__.update(
        partition=live.partition, aws_managed_policies=live.aws_managed_policies, access_keys=live.access_keys
    )
    return thaw(frozen, apart)
