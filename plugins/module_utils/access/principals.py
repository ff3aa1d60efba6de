# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Who makes a request, and how a policy of a resource names it. Pure.

Source: IAM user guide, "AWS JSON policy elements: Principal" and "… NotPrincipal".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import cached_property

from ..policy.statement import Principal as WrittenPrincipal

_IAM_ARN = re.compile(r"arn:([^:]*):iam::(\d{12}):(root|user/.+|role/.+|(?:saml|oidc)-provider/.+)")
_SESSION_ARN = re.compile(r"arn:([^:]*):sts::(\d{12}):(assumed-role/([^/]+)/.+|federated-user/.+)")
_OF_ACCOUNTS = ("aws:principalarn", "aws:principalaccount", "aws:username")
_OF_ORGANIZATIONS = ("aws:principalorgid", "aws:principalorgpaths")
_ACCOUNT = re.compile(r"(?:arn:[^:]*:iam::)?(\d{12})(?::root)?")


class PrincipalKind(Enum):
    USER = "User"
    ROLE = "AssumedRole"
    FEDERATED_USER = "FederatedUser"
    ROOT = "Account"
    SERVICE = "Service"
    IDENTITY_PROVIDER = "Federated"
    ANYONE = "Anonymous"


class Named(IntEnum):
    """How a policy names a caller. Only what is above `BY_ACCOUNT` grants something without an identity policy."""

    NOT = 0
    BY_ACCOUNT = 1
    AS_IDENTITY = 2
    AS_SESSION = 3


@dataclass(frozen=True)
class Principal:
    """A caller.

    `name` is the ARN of the user, role, root user, federated user or provider, the name of a service or of an identity
    provider, or `*` for somebody without credentials. `session` is the ARN of the session, if it is known.
    """

    kind: PrincipalKind
    name: str
    session: str = ""

    @classmethod
    def parse(cls, text: str) -> Principal:
        """Read an ARN, the name of a service such as lambda.amazonaws.com, an account id, or `*`.

        The ARN of an assumed role has no path, so its role is taken to have none. Raises ValueError.
        """
        iam, session = _IAM_ARN.fullmatch(text), _SESSION_ARN.fullmatch(text)
        if iam:
            resource = iam.group(3)
            kinds = {"root": PrincipalKind.ROOT, "user": PrincipalKind.USER, "role": PrincipalKind.ROLE}
            return cls(kinds.get(resource.partition("/")[0], PrincipalKind.IDENTITY_PROVIDER), text)
        if session:
            partition, account, resource, role = session.groups()
            if role is None:
                return cls(PrincipalKind.FEDERATED_USER, text)
            return cls(PrincipalKind.ROLE, f"arn:{partition}:iam::{account}:role/{role}", text)
        if text == "*":
            return cls(PrincipalKind.ANYONE, text)
        if re.fullmatch(r"\d{12}", text):
            return cls(PrincipalKind.ROOT, f"arn:aws:iam::{text}:root")
        if re.fullmatch(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?", text) and text != "cognito-identity.amazonaws.com":
            return cls(PrincipalKind.SERVICE, text)
        if re.fullmatch(r"[\w.-]+\.[a-z]{2,}(/.*)?", text):
            return cls(PrincipalKind.IDENTITY_PROVIDER, text)
        raise ValueError(f"{text} is not an ARN of IAM or STS, a service, an account id or *")

    @cached_property
    def account(self) -> str | None:
        """The account of the caller; None for services, identity providers and anonymous callers."""
        if self.kind in (PrincipalKind.SERVICE, PrincipalKind.IDENTITY_PROVIDER, PrincipalKind.ANYONE):
            return None
        return self.name.split(":")[4]

    @cached_property
    def is_service_linked_role(self) -> bool:
        """Whether it is a role that organization policies and boundaries do not limit."""
        return self.kind is PrincipalKind.ROLE and ":role/aws-service-role/" in self.name

    def context(self) -> tuple[dict[str, str], tuple[str, ...]]:
        """The condition keys that follow from the caller, and those that are absent because of it.

        Source: IAM user guide, "AWS global condition context keys", the availability of each key. Whoever has no
        credentials of AWS signs no request.
        """
        if self.kind is PrincipalKind.SERVICE:
            keys = {"aws:principalisawsservice": "true", "aws:principalservicename": self.name}
            return keys, (*_OF_ACCOUNTS, *_OF_ORGANIZATIONS)
        if self.account is None:
            absent = ("aws:principalisawsservice", "aws:principalservicename", *_OF_ORGANIZATIONS)
            if self.kind is PrincipalKind.IDENTITY_PROVIDER:
                return {}, (*absent, *_OF_ACCOUNTS)
            keys = {"aws:principalaccount": "anonymous", "aws:principaltype": self.kind.value}
            return keys, (*absent, "aws:principalarn", "aws:username")
        keys = {
            "aws:principalisawsservice": "false",
            "aws:principalarn": self.name,
            "aws:principalaccount": self.account,
            "aws:principaltype": self.kind.value,
        }
        if self.kind is PrincipalKind.USER:
            return keys | {"aws:username": self.name.rpartition("/")[2]}, ("aws:principalservicename",)
        return keys, ("aws:principalservicename", "aws:username")

    def named_by(self, written: WrittenPrincipal) -> Named:
        """How one entry of Principal or NotPrincipal names this caller."""
        kind, value = written
        if value == "*" and kind in ("AWS", "*"):
            return Named.AS_SESSION
        if kind == "Service":
            return Named.AS_SESSION if self.kind is PrincipalKind.SERVICE and value == self.name else Named.NOT
        if kind == "Federated":
            is_it = self.kind is PrincipalKind.IDENTITY_PROVIDER and value == self.name
            return Named.AS_SESSION if is_it else Named.NOT
        if kind != "AWS" or self.account is None:
            return Named.NOT
        if value == self.session or (value == self.name and self.kind is not PrincipalKind.ROLE):
            return Named.AS_SESSION
        if value == self.name:
            return Named.AS_IDENTITY
        account = _ACCOUNT.fullmatch(value)
        return Named.BY_ACCOUNT if account and account.group(1) == self.account else Named.NOT
