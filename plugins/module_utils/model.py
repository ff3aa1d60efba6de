# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Declarations and current state as frozen data. The only behaviour is naming."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .limits import DEFAULT_SESSION_DURATION
from .policy.document import PolicyDocument

IdentityKind = Literal["user", "group", "role"]


@dataclass(frozen=True)
class Account:
    """An AWS account: its id of 12 digits and its partition (`aws`, `aws-cn`, `aws-us-gov`, …)."""

    id: str
    partition: str

    @classmethod
    def owning(cls, arn: str) -> Account:
        """The account that an ARN of IAM or STS belongs to."""
        fields = arn.split(":")
        return cls(id=fields[4], partition=fields[1])

    def arn(self, kind: str, path: str, name: str) -> str:
        """The ARN that an object of this account has or will have; `kind` is role, policy, user or group."""
        return f"arn:{self.partition}:iam::{self.id}:{kind}{path}{name}"


PROVISIONAL_ACCOUNT = Account("000000000000", "aws")
"""The account of a declaration that is checked before the real account is known."""


@dataclass(frozen=True)
class Identity:
    """A user, group or role that permissions are attached to.

    `id` is IAM's unique id, `created` the time of its creation (ISO 8601). Both are empty where they are not known.
    `groups` are the names of the groups of a user.
    """

    kind: IdentityKind
    name: str
    path: str
    arn: str
    managed: frozenset[str] = frozenset()
    inline: Mapping[str, PolicyDocument] = field(default_factory=dict)
    boundary: str | None = None
    id: str = field(default="", compare=False)
    created: str = field(default="", compare=False)
    groups: tuple[str, ...] = field(default=(), compare=False)

    @property
    def key(self) -> str:
        return identity_key(self.kind, self.name)

    @property
    def resource(self) -> str:
        return resource_name(self.kind, self.name)


@dataclass(frozen=True)
class Role(Identity):
    """A complete role. `last_used` is IAM's RoleLastUsed: `{"date": ISO 8601, "region": …}`, or empty."""

    trust: PolicyDocument = field(default_factory=lambda: PolicyDocument({}))
    description: str = ""
    max_session_duration: int = DEFAULT_SESSION_DURATION
    tags: Mapping[str, str] = field(default_factory=dict)
    last_used: Mapping[str, str] = field(default_factory=dict)
    instance_profiles: tuple[str, ...] = ()
    source_template: str | None = None


@dataclass(frozen=True)
class PolicyVersion:
    """A version of a customer managed policy. `document` is None where it was not read."""

    id: str
    document: PolicyDocument | None


@dataclass(frozen=True)
class ManagedPolicy:
    """A complete customer managed policy. `versions` does not include the default version; the oldest is first."""

    name: str
    path: str
    arn: str
    document: PolicyDocument
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    default_version: str = "v1"
    versions: tuple[PolicyVersion, ...] = ()
    attachments: int = 0
    boundary_uses: int = 0
    id: str = field(default="", compare=False)
    created: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        return policy_key(self.arn)

    @property
    def resource(self) -> str:
        return resource_name("policy", self.name)


@dataclass(frozen=True)
class AwsManagedPolicy:
    """An AWS managed policy. `document` is None where it could not be read.

    `attachable` is False for a policy that AWS has deprecated: it works where it is attached, and cannot be attached to
    anything else. `version` is the version of its document, empty where it was not read.
    """

    name: str
    arn: str
    document: PolicyDocument | None = None
    attachable: bool = True
    version: str = ""


@dataclass(frozen=True)
class CurrentState:
    """The current state of the account, as far as it was read.

    `identities` is keyed by `identity_key`, `policies` by lower-case name, because IAM names are unique
    regardless of case; `aws_policies` by name, with every path that has an AWS managed policy of that name.
    `missing_principals` maps ARNs of this account that do not exist to the ARN of the role or user of the same
    name, if there is one; `own_policy_arns` maps the names of all customer managed policies to their ARNs;
    `policy_suggestions` maps names that do not exist to ARNs of AWS managed policies with a similar name;
    `policy_users` maps the ARNs of policies that are to be deleted to the keys of the identities that use them;
    `quarantines` maps the keys of roles that are denied everything to the time at which this collection quarantined
    them, from its own record.
    """

    account: Account
    identities: Mapping[str, Identity] = field(default_factory=dict)
    policies: Mapping[str, ManagedPolicy] = field(default_factory=dict)
    aws_policies: Mapping[str, tuple[AwsManagedPolicy, ...]] = field(default_factory=dict)
    missing_principals: Mapping[str, str | None] = field(default_factory=dict)
    own_policy_arns: Mapping[str, str] = field(default_factory=dict)
    policy_suggestions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    policy_users: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    quarantines: Mapping[str, str] = field(default_factory=dict)

    def role(self, name: str) -> Role | None:
        found = self.identities.get(identity_key("role", name))
        return found if isinstance(found, Role) else None

    def policy_at(self, arn: str) -> ManagedPolicy | None:
        return next((policy for policy in self.policies.values() if policy.arn == arn), None)

    def aws_policy_at(self, arn: str) -> AwsManagedPolicy | None:
        candidates = self.aws_policies.get(arn.rpartition("/")[2], ())
        return next((policy for policy in candidates if policy.arn == arn), None)

    def document_of(self, arn: str) -> PolicyDocument | None:
        """The document of a managed policy of either kind, None where it is not known."""
        policy = self.policy_at(arn) or self.aws_policy_at(arn)
        return policy.document if policy else None


@dataclass(frozen=True)
class Quarantine:
    """The time at which a role was quarantined (UTC, ISO 8601) and the reason, empty where none was given.

    A declared quarantine that is `anew` begins now, even if the tags of the role name an earlier time.
    """

    since: str
    reason: str = ""
    anew: bool = False

    def shown(self) -> dict[str, str]:
        return {"since": self.since, "reason": self.reason}


@dataclass(frozen=True)
class RoleDeclaration:
    """A declared role. None means that the value is not declared: the current value does not change.

    A role with a `quarantine` is to be quarantined and declares nothing else.
    """

    place: str
    name: str
    present: bool
    path: str | None = None
    trust: PolicyDocument | None = None
    managed: tuple[str, ...] | None = None
    inline: Mapping[str, PolicyDocument] | None = None
    boundary: str | None = None
    description: str | None = None
    max_session_duration: int | None = None
    tags: Mapping[str, str] | None = None
    purge_managed: bool = True
    purge_inline: bool = True
    purge_tags: bool = True
    quarantine: Quarantine | None = None

    @property
    def key(self) -> str:
        return identity_key("role", self.name)


@dataclass(frozen=True)
class PolicyDeclaration:
    """A declared customer managed policy."""

    place: str
    name: str
    present: bool
    path: str | None = None
    description: str | None = None
    document: PolicyDocument | None = None
    tags: Mapping[str, str] | None = None
    purge_tags: bool = True
    only_version: bool = False


@dataclass(frozen=True)
class AttachmentDeclaration:
    """Policies for an identity that is not managed by this task. A document of None means a policy to remove."""

    place: str
    kind: IdentityKind
    name: str
    present: bool
    managed: tuple[str, ...] = ()
    inline: Mapping[str, PolicyDocument | None] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return identity_key(self.kind, self.name)


@dataclass(frozen=True)
class TrustDeclaration:
    """Statements for the trust policy of a role that is not managed by this task."""

    place: str
    role: str
    present: bool
    statements: tuple[Mapping[str, Any], ...]

    @property
    def key(self) -> str:
        return identity_key("role", self.role)


@dataclass(frozen=True)
class Declarations:
    """Everything one task declares for one account."""

    policies: tuple[PolicyDeclaration, ...] = ()
    roles: tuple[RoleDeclaration, ...] = ()
    attachments: tuple[AttachmentDeclaration, ...] = ()
    trust_statements: tuple[TrustDeclaration, ...] = ()

    def identity_keys(self) -> set[str]:
        declared: Iterator[RoleDeclaration | AttachmentDeclaration | TrustDeclaration] = iter(
            (*self.roles, *self.attachments, *self.trust_statements)
        )
        return {declaration.key for declaration in declared}


def identity_key(kind: str, name: str) -> str:
    """The key of an identity. Names are unique for each kind, regardless of case and path (FACTS C5)."""
    return resource_name(kind, name.lower())


def policy_key(arn: str) -> str:
    return resource_name("policy", arn)


def resource_name(kind: str, name: str) -> str:
    """The name of an object in plans, messages and results: `role/NAME`, `policy/NAME`, `service/NAME`, …"""
    return f"{kind}/{name}"
