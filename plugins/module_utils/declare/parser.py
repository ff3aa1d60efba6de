# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""From the options of a task to its declarations. Pure.

The options have the form of `iam_baseline`. Another module is a baseline with one element, and its places have no
list index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..errors import Problem
from ..model import (
    AttachmentDeclaration,
    Declarations,
    PolicyDeclaration,
    Quarantine,
    RoleDeclaration,
    TrustDeclaration,
)
from ..policy.account_ids import with_ids_as_text
from ..policy.document import PolicyDocument, UnreadableDocument
from .placeholders import Placeholders, masked_values

Options = Mapping[str, Any]
Places = Mapping[str, Sequence[str]]

_DEEPEST = 100


class DeclarationParser:
    """Turns options into `Declarations` and collects in `problems` what cannot be read.

    `now` (UTC, ISO 8601) is the start of the quarantine for roles that are not in quarantine yet. `places` has, for
    each option of a baseline, how messages name its items, by default `option[index]`.
    """

    def __init__(self, placeholders: Placeholders, now: str = "", places: Places | None = None) -> None:
        self.placeholders = placeholders
        self._now = now
        self._places = places or {}
        self.problems: list[Problem] = []

    def baseline(self, options: Options) -> Declarations:
        """Everything in the options of `iam_baseline`. `state: absent` of the baseline applies to each item."""
        options = self._filled(options)
        absent = options.get("state") == "absent"

        def items(option: str) -> Iterator[tuple[str, Options]]:
            places = self._places.get(option, ())
            for index, item in enumerate(options.get(option) or ()):
                place = places[index] if places else f"{option}[{index}]"
                yield place, {**item, "state": "absent"} if absent else item

        return Declarations(
            policies=tuple(self._policy(item, place) for place, item in items("managed_policies")),
            roles=tuple(self._role(item, place) for place, item in items("roles")),
            attachments=tuple(self._attachment(item, place) for place, item in items("attachments")),
            trust_statements=tuple(self._trust(item, place) for place, item in items("trust_statements")),
        )

    def single(self, option: str, options: Options) -> Declarations:
        """A baseline with one element under `option`, such as `roles`. Its places are option names alone."""
        options = self._filled(options)
        if option == "managed_policies":
            return Declarations(policies=(self._policy(options, ""),))
        if option == "roles":
            return Declarations(roles=(self._role(options, ""),))
        if option == "attachments":
            return Declarations(attachments=(self._attachment(options, ""),))
        return Declarations(trust_statements=(self._trust(options, ""),))

    def _filled(self, options: Options) -> Options:
        if _is_deeper_than(options, _DEEPEST):
            self.problems.append(Problem("options", f"are nested deeper than {_DEEPEST} levels"))
            return {key: value for key, value in options.items() if isinstance(value, (str, bool))}
        filled: Options = self.placeholders.fill(options)
        return filled

    def _role(self, item: Options, place: str) -> RoleDeclaration:
        state = item.get("state") or "present"
        reason = item.get("quarantine_reason")
        if reason is not None and state != "quarantined":
            self.problems.append(
                Problem(within(place, "quarantine_reason"), "applies only with state: quarantined; leave it out")
            )
        if state == "quarantined":
            return RoleDeclaration(
                place, item["name"], True, item.get("path"), quarantine=Quarantine(self._now, reason or "")
            )
        inline = item.get("inline_policies")
        managed = item.get("managed_policies")
        return RoleDeclaration(
            place=place,
            name=item["name"],
            present=state == "present",
            path=item.get("path"),
            trust=self._document(item.get("assume_role_policy_document"), within(place, "assume_role_policy_document")),
            managed=None if managed is None else tuple(managed),
            inline=None if inline is None else self._documents(inline, within(place, "inline_policies")),
            boundary=item.get("boundary"),
            description=_description(item),
            max_session_duration=item.get("max_session_duration"),
            tags=_tags(item),
            purge_managed=item.get("purge_policies", True),
            purge_inline=item.get("purge_inline_policies", True),
            purge_tags=item.get("purge_tags", True),
        )

    def _policy(self, item: Options, place: str) -> PolicyDeclaration:
        return PolicyDeclaration(
            place=place,
            name=item["name"],
            present=item.get("state", "present") == "present",
            path=item.get("path"),
            description=_description(item),
            document=self._document(item.get("policy"), within(place, "policy")),
            tags=_tags(item),
            purge_tags=item.get("purge_tags", True),
            only_version=item.get("only_version", False),
        )

    def _attachment(self, item: Options, place: str) -> AttachmentDeclaration:
        present = item.get("state", "present") == "present"
        inline = item.get("inline_policies") or {}
        return AttachmentDeclaration(
            place=place,
            kind=item["iam_type"],
            name=item["iam_name"],
            present=present,
            managed=tuple(item.get("managed_policies") or ()),
            inline=self._documents(inline, within(place, "inline_policies")) if present else dict.fromkeys(inline),
        )

    def _trust(self, item: Options, place: str) -> TrustDeclaration:
        return TrustDeclaration(
            place=place,
            role=item["name"],
            present=item.get("state", "present") == "present",
            statements=tuple(map(with_ids_as_text, item["statements"])),
        )

    def _documents(self, sources: Mapping[str, Any], place: str) -> dict[str, PolicyDocument]:
        documents = {}
        for name, source in sources.items():
            if source is None:
                self.problems.append(Problem(f"{place}.{name}", "has no policy document"))
            document = self._document(source, f"{place}.{name}")
            if document is not None:
                documents[str(name)] = document
        return documents

    def _document(self, source: Any, place: str) -> PolicyDocument | None:
        if source is None:
            return None
        if not isinstance(source, (str, Mapping)):
            self.problems.append(Problem(place, "a policy document must be a JSON object with Version and Statement"))
            return None
        try:
            content = PolicyDocument.parse(source).content
        except UnreadableDocument as error:
            self.problems += list(masked_values(source, place)) or [Problem(place, str(error))]
            return None
        return PolicyDocument(_with_ids_as_text(content))


def _with_ids_as_text(content: Mapping[str, Any]) -> Mapping[str, Any]:
    statements = content.get("Statement")
    if isinstance(statements, (list, tuple)):
        return {**content, "Statement": [with_ids_as_text(statement) for statement in statements]}
    return {**content, "Statement": with_ids_as_text(statements)} if "Statement" in content else content


def _is_deeper_than(value: Any, levels: int) -> bool:
    level = [value]
    for _level in range(levels):
        level = [
            inner
            for outer in level
            if isinstance(outer, (Mapping, list, tuple))
            for inner in (outer.values() if isinstance(outer, Mapping) else outer)
        ]
        if not level:
            return False
    return True


def within(place: str, option: str) -> str:
    """The place of an option inside a declaration; the declaration of a single-object module has no place."""
    return f"{place}.{option}" if place else option


def _description(item: Options) -> str | None:
    """A description with the line ends that IAM returns: its replies are XML, which has only line feeds."""
    text: str | None = item.get("description")
    return None if text is None else text.replace("\r\n", "\n").replace("\r", "\n")


def _tags(item: Options) -> dict[str, str] | None:
    tags = item.get("tags")
    return None if tags is None else {str(key): "" if value is None else str(value) for key, value in tags.items()}


def named_roles(section: str | None, options: Options) -> Iterator[tuple[str, str]]:
    """Name and declared path of every role that the options name; those of one item where `section` is set."""
    items = {section: [options]} if section else options
    for item in items.get("roles") or ():
        yield item["name"], item.get("path") or "/"
    for item in items.get("trust_statements") or ():
        yield item["name"], "/"
    for item in items.get("attachments") or ():
        if item["iam_type"] == "role":
            yield item["iam_name"], "/"


def declared_values(declarations: Declarations) -> Iterator[tuple[str, Any]]:
    """The values of a declaration that can be written to AWS, with the place of their option."""
    for policy in declarations.policies:
        of_policy = {
            "name": policy.name,
            "path": policy.path,
            "description": policy.description,
            "policy": _content(policy.document),
            "tags": policy.tags,
        }
        yield from ((within(policy.place, option), value) for option, value in of_policy.items())
    for role in declarations.roles:
        of_role = {
            "name": role.name,
            "path": role.path,
            "description": role.description,
            "assume_role_policy_document": _content(role.trust),
            "managed_policies": role.managed,
            "inline_policies": _contents(role.inline),
            "boundary": role.boundary,
            "tags": role.tags,
        }
        yield from ((within(role.place, option), value) for option, value in of_role.items())
    for attachment in declarations.attachments:
        of_attachment = {
            "iam_name": attachment.name,
            "managed_policies": attachment.managed,
            "inline_policies": _contents(attachment.inline),
        }
        yield from ((within(attachment.place, option), value) for option, value in of_attachment.items())
    for trust in declarations.trust_statements:
        yield within(trust.place, "name"), trust.role
        yield within(trust.place, "statements"), trust.statements


def _content(document: PolicyDocument | None) -> Any:
    return document.content if document else None


def _contents(documents: Mapping[str, PolicyDocument | None] | None) -> Any:
    return {name: _content(document) for name, document in (documents or {}).items()}
