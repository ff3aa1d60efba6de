# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is declared and what is there, as frozen data. No behaviour beyond naming things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .limits import DEFAULT_SESSION_DURATION
from .policy.document import PolicyDocument

IdentityKind = Literal["user", "group", "role"]


@dataclass(frozen=True)
class Account:
    """An AWS account: its id of 12 digits and the partition it lives in (`aws`, `aws-cn`, `aws-us-gov`, …)."""

    id: str
    partition: str

    @classmethod
    def owning(cls, arn: str) -> Account:
        """The account that an ARN of IAM or STS belongs to."""
        fields = arn.split(":")
        return cls(id=fields[4], partition=fields[1])

    def arn(self, kind: str, path: str, name: str) -> str:
        """The ARN an object of this account has or will have; `kind` is role, policy, user or group."""
        return f"arn:{self.partition}:iam::{self.id}:{kind}{path}{name}"


PROVISIONAL_ACCOUNT = Account("000000000000", "aws")
"""Stands in where a declaration is checked before the account is known."""


@dataclass(frozen=True)
class Identity:
    """A user, group or role that permissions are attached to.

    `id` is IAM's unique id, `created` when it was made (ISO 8601); both are empty where they are not known.
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

    @property
    def key(self) -> str:
        return identity_key(self.kind, self.name)


@dataclass(frozen=True)
class Role(Identity):
    """A role whole. `last_used` is IAM's RoleLastUsed: `{"date": ISO 8601, "region": …}`, or empty."""

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
    """A customer managed policy whole. `versions` leaves out the default one, oldest first."""

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


@dataclass(frozen=True)
class AwsManagedPolicy:
    """A policy that AWS owns. `document` is None where it could not be read.

    `attachable` is False for a policy that AWS has withdrawn: it works where it is attached, and only there.
    `version` is that of its document, empty where it was not asked for.
    """

    name: str
    arn: str
    document: PolicyDocument | None = None
    attachable: bool = True
    version: str = ""


@dataclass(frozen=True)
class CurrentState:
    """What is in the account, as far as it was read.

    `identities` is keyed by `identity_key`, `policies` by lower-case name, because IAM names are unique
    regardless of case; `aws_policies` by name, with every path under which AWS has a policy of that name.
    `missing_principals` maps ARNs of this account that nothing has to the ARN that a role or user of the same
    name has, if there is one; `own_policy_arns` maps the names of all customer managed policies to their ARNs;
    `policy_suggestions` maps names that nothing has to ARNs of AWS's policies with a name like it;
    `policy_users` maps the ARNs of policies that are to be deleted to the keys of who uses them; `quarantines` maps
    the keys of roles that are denied everything to when this collection quarantined them, as its own record says.
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
    """When a role was quarantined (UTC, ISO 8601) and why; the reason is empty where none was given.

    A declared one that is `anew` begins now, whatever the tags of the role say.
    """

    since: str
    reason: str = ""
    anew: bool = False

    def shown(self) -> dict[str, str]:
        return {"since": self.since, "reason": self.reason}


@dataclass(frozen=True)
class RoleDeclaration:
    """A role as declared. None means: say nothing of it, leave what is there.

    A role with a `quarantine` is to be quarantined and says nothing else.
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
    """A customer managed policy as declared."""

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
    """Policies on an identity that someone else owns. A document of None names a policy to remove."""

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
    """Statements in the trust policy of a role that someone else owns."""

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
    """Names are unique per kind, whatever their case and path (FACTS C5)."""
    return f"{kind}/{name.lower()}"


def policy_key(arn: str) -> str:
    return f"policy/{arn}"
