# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Guesses of the variables of a service from all objects of an account. Pure."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..catalogue.declaration import evaluated
from ..catalogue.service import ServiceDefinition
from ..catalogue.variables import EMPTY, Variable
from ..declare.placeholders import Placeholders
from ..declare.policy_references import policy_name
from ..model import CurrentState, Identity, ManagedPolicy, Role
from .marked_values import ANY_PATH, Guess, fits, guesses, marked, texts_with_marks
from .portable import portable

Data = Mapping[str, Any]

_ROLE_ARN = re.compile(r"<role_arn:([^<>]+)>")


class Guesses:
    """`names` are the names of AWS managed policies by ARN, by which services name them."""

    def __init__(self, service: ServiceDefinition, state: CurrentState, names: Mapping[str, str]) -> None:
        self._service = service
        self._state = state
        self._names = names
        self._kinds = dict(_kinds(service))

    def of_profile(self, profile: str, wanted: frozenset[str]) -> dict[str, list[Any]]:
        """The values to try by variable, the most frequent first, without those that are the default."""
        found: list[Guess] = []
        entries: dict[str, list[Any]] = defaultdict(list)
        for values in self._markings(profile):
            declaration, _problems = evaluated(self._service, values)
            if declaration is None:
                continue
            for section in ("roles", "managed_policies", "attachments", "trust_statements"):
                for item in self._filled(getattr(declaration, section)):
                    for actual in self._subjects(section, item, wanted):
                        of_one = list(guesses(item, actual, self._kinds))
                        found += [guess for guess in of_one if "[]." not in guess[0]]
                        for name, entry in _entries(of_one):
                            if entry not in entries[name]:
                                entries[name].append(entry)
        portable_guesses = [(place, portable(value, self._state.account)) for place, value in found]
        values = self._collected(portable_guesses)
        for name, several in entries.items():
            values[name] = [portable(several, self._state.account)]
        return values

    def _markings(self, profile: str) -> Iterator[dict[str, Any]]:
        """Values with marks. One variable can hide the places of another, so there are several: few marks and each of
        the others in addition, and all marks without each of the others."""
        variables = {key: of for key, of in self._service.variables.items() if key not in ("state", "profile")}
        marks = {name: marked(variable, name) for name, variable in variables.items()}
        whole = {
            name: list(of.choices) if of.type == "list" else True for name, of in variables.items() if _is_switch(of)
        }
        usual = {name for name, of in variables.items() if of.default not in EMPTY or of.required}
        usual |= {"tags", "boundary", "region"} & variables.keys()
        few = {"profile": profile, **{name: marks[name] for name in usual}}
        every = {"profile": profile, **marks, **whole}
        yield from (few, every, {"profile": profile, **marks}, {**few, **whole})
        for name, variable in variables.items():
            if name not in usual:
                yield {**few, name: marks[name]}
                yield {key: value for key, value in every.items() if key != name}
            if _is_switch(variable):
                yield {**few, name: whole[name]}
            elif variable.choices:
                yield from ({**of, name: choice} for choice in variable.choices for of in (few, every))

    def _filled(self, items: Sequence[Data]) -> list[Data]:
        """Items with the account in place of its placeholders, and a mark in place of the path of each role."""
        account = self._state.account
        filled: list[Data] = Placeholders(account).fill([dict(item) for item in items])
        text = json.dumps(filled, ensure_ascii=False, default=str)
        found: list[Data] = json.loads(_ROLE_ARN.sub(rf"{account.arn('role', ANY_PATH, '')}\1", text))
        return found

    def _subjects(self, section: str, item: Data, wanted: frozenset[str]) -> Iterator[Data]:
        """What an item may have been made as, in the form of an item."""
        if item.get("state", "present") == "absent":
            return
        if section == "managed_policies":
            yield from self._policies(item)
        elif section == "roles":
            yield from self._roles(item, wanted)
        elif section == "attachments":
            yield from self._attached(item)
        else:
            yield from self._trusting(item)

    def _policies(self, item: Data) -> Iterator[Data]:
        for policy in self._state.policies.values():
            if fits(item["name"], policy.name, self._kinds):
                yield _as_policy_item(policy)

    def _roles(self, item: Data, wanted: frozenset[str]) -> Iterator[Data]:
        if not texts_with_marks(item["name"]):
            role = self._state.role(item["name"])
            if role is not None:
                yield self._as_role_item(role)
            return
        for key in sorted(wanted):
            one = self._state.identities.get(key)
            if isinstance(one, Role) and fits(item["name"], one.name, self._kinds) and _looks_alike(item, one):
                yield self._as_role_item(one)

    def _attached(self, item: Data) -> Iterator[Data]:
        managed, inline = set(item.get("managed_policies") or ()), item.get("inline_policies") or {}
        for identity in self._state.identities.values():
            if identity.kind != item["iam_type"] or not fits(item["iam_name"], identity.name, self._kinds):
                continue
            named = sorted({*self._named(identity.managed), *map(policy_name, identity.managed), *identity.managed})
            has_inline = any(fits(name, other, self._kinds) for name in inline for other in identity.inline)
            if has_inline or any(fits(name, other, self._kinds) for name in managed for other in named):
                yield {
                    "iam_name": identity.name,
                    "managed_policies": named,
                    "inline_policies": {name: one.content for name, one in identity.inline.items()},
                }

    def _trusting(self, item: Data) -> Iterator[Data]:
        sids = {statement.get("Sid") for statement in item.get("statements") or ()}
        for one in self._state.identities.values():
            if isinstance(one, Role) and any(statement.sid in sids for statement in one.trust.parsed if statement.sid):
                yield {"name": one.name, "statements": list(one.trust.statements)}

    def _as_role_item(self, role: Role) -> Data:
        return {
            "name": role.name,
            "path": role.path,
            "description": role.description,
            "max_session_duration": role.max_session_duration,
            "tags": dict(role.tags),
            "boundary": role.boundary or "",
            "assume_role_policy_document": role.trust.content,
            "managed_policies": self._named(role.managed),
            "inline_policies": {name: one.content for name, one in role.inline.items()},
        }

    def _named(self, arns: frozenset[str]) -> list[str]:
        return [self._names.get(arn, arn) for arn in sorted(arns)]

    def _collected(self, found: Sequence[Guess]) -> dict[str, list[Any]]:
        """By variable: for a text each guess, the most frequent first; for a list all guesses together."""
        by_place: dict[str, Counter[str]] = defaultdict(Counter)
        for place, value in found:
            by_place[place][json.dumps(value, sort_keys=True)] += 1
        collected: dict[str, list[Any]] = {}
        for name, variable in self._service.variables.items():
            ordered = [json.loads(text) for text, _count in by_place[name].most_common(4)]
            if variable.type == "people":
                people = {
                    of: [json.loads(text) for text in sorted(by_place[f"{name}.{of}"])] for of in variable.options
                }
                people = {of: names for of, names in people.items() if names}
                collected[name] = [people] if people else []
            elif variable.type == "list" and variable.elements == "str" and not variable.choices:
                every = [json.loads(text) for text in sorted(by_place[name])]
                collected[name] = [every, *([one] for one in every if len(every) > 1)] if every else []
            else:
                collected[name] = [value for value in ordered if value != variable.default or variable.type == "dict"]
        return collected


def _as_policy_item(policy: ManagedPolicy) -> Data:
    return {"name": policy.name, "path": policy.path, "tags": dict(policy.tags), "policy": policy.document.content}


def _looks_alike(item: Data, identity: Identity) -> bool:
    """Whether a role has an inline policy of the item, or the item has none."""
    inline = item.get("inline_policies") or {}
    return not inline or bool(inline.keys() & identity.inline.keys()) or any(map(texts_with_marks, inline))


def _entries(found: Sequence[Guess]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The entries of lists of dictionaries, from the guesses of one object."""
    entries: dict[str, dict[str, Any]] = defaultdict(dict)
    for place, value in found:
        name, separator, option = place.partition("[].")
        if separator:
            entries[name].setdefault(option, value)
    for name, entry in entries.items():
        if entry.get("name"):
            yield name, {"name": entry.pop("name"), **entry}


def _is_switch(variable: Variable) -> bool:
    """Whether the values of a variable say which parts of the service there are."""
    return variable.type == "bool" or (variable.type == "list" and bool(variable.choices))


def _kinds(service: ServiceDefinition) -> Iterator[tuple[str, str]]:
    for name, variable in service.variables.items():
        yield name, variable.kind
        for option, of in variable.options.items():
            yield f"{name}{'.' if variable.type == 'people' else '[].'}{option}", of.kind
