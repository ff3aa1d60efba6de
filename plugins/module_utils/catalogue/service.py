# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""A service of the catalogue after its files were read and checked. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .expressions import Expression
from .templates import Template
from .variables import Variable

SECTIONS = ("roles", "managed_policies", "attachments", "trust_statements")
"""The sections of a definition. The names are those of the options of `iam_baseline`."""

Locals = tuple[tuple[str, Template], ...]


@dataclass(frozen=True)
class ObjectDefinition:
    """A role, customer managed policy, attachment or trust statement of one profile.

    It is present if `belongs` (the profile has it) and all of `when` are true. Otherwise it is absent if `absent_when`
    is true, and unchanged if not. `loops` repeat it. `variables` are those that its name depends on, for messages; none
    if the name is fixed. `identity` has its `name`, and `state` if an entry of a list can be absent; that of an
    attachment has `to` and `former` (`users`, `groups` and `roles` each) and their `place` in messages. `content` has
    the other options of `iam_baseline` for its section.

    `owned` is for an attachment: the templates of all policies that the service may ever have attached to these
    identities, with `managed_policies` and `inline_policies`, one for each profile. Policies that are not declared now
    are removed.
    """

    key: str
    identity: Template
    content: Template
    belongs: bool = True
    loops: tuple[tuple[str, Expression], ...] = ()
    when: tuple[Expression, ...] = ()
    absent_when: Expression | None = None
    variables: tuple[str, ...] = ()
    owned: tuple[Template, ...] = ()


@dataclass(frozen=True)
class Requirement:
    """When a variable must have a value, and what needs it."""

    variable: str
    when: Expression
    because: Template


@dataclass(frozen=True)
class MessageRule:
    """A check or a notice: a message if the condition is true, for each scope of `loops`. `variable` is its place."""

    message: Template
    when: Expression | None = None
    loops: tuple[tuple[str, Expression], ...] = ()
    variable: str = ""


@dataclass(frozen=True)
class AssertionDefinition:
    """An assertion of access, an entry of the option `expect` of `iam_services`, for each scope of `loops` in which
    `when` is true. `place` is where the file has it."""

    place: str
    entry: Template
    when: Expression | None = None
    loops: tuple[tuple[str, Expression], ...] = ()


@dataclass(frozen=True)
class ProfileDefinition:
    """The objects of one profile by section, its locals, which follow those of the service, and what it promises."""

    name: str
    objects: Mapping[str, tuple[ObjectDefinition, ...]]
    locals: Locals = ()
    assertions: tuple[AssertionDefinition, ...] = ()


@dataclass(frozen=True)
class ServiceDefinition:
    """`content` is the definition as it was read, for documentation; `name` is the name of its folder.

    `samples` are values of variables with which audits recognize the profiles of the service.
    """

    name: str
    title: str
    content: Mapping[str, Any] = field(compare=False, repr=False)
    variables: Mapping[str, Variable]
    profiles: Mapping[str, ProfileDefinition]
    locals: Locals = ()
    requirements: tuple[Requirement, ...] = ()
    checks: tuple[MessageRule, ...] = ()
    notices: tuple[MessageRule, ...] = ()
    remedies: Mapping[str, Template] = field(default_factory=dict)
    samples: tuple[Mapping[str, Any], ...] = ({},)

    @property
    def prefix(self) -> str:
        """The prefix of the names of its variables in an inventory."""
        return f"{self.name}_iam_"
