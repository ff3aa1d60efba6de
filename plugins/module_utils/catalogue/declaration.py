# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The declaration of a service for an account, from the values of its variables for that account. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import Problem, shown
from .expressions import Scope, TooMuchWork, Values, WrongExpression
from .service import MessageRule, ObjectDefinition, ServiceDefinition
from .templates import NOTHING, Template, scopes
from .variables import EMPTY

Item = dict[str, Any]

_KINDS = ("user", "group", "role")


@dataclass
class ServiceDeclaration:
    """What a service declares: by section, items as `iam_baseline` takes them.

    `remedies` name, by the code of a finding, the variable that fixes it. `notices` are always shown to the user.
    `expect` are assertions of access: each with its `place` in the definition, and its `entry` as `iam_services` takes
    them.
    """

    service: str
    profile: str
    state: str
    roles: list[Item] = field(default_factory=list)
    managed_policies: list[Item] = field(default_factory=list)
    attachments: list[Item] = field(default_factory=list)
    trust_statements: list[Item] = field(default_factory=list)
    remedies: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    expect: list[Item] = field(default_factory=list)


def declared(service: ServiceDefinition, given: Mapping[str, Any]) -> tuple[ServiceDeclaration | None, list[Problem]]:
    """The declaration for values by the names of their variables, or all problems of the values."""
    problems: list[Problem] = []
    values: dict[str, Any] = {
        name: variable.value(given.get(name), f"{service.prefix}{name}", problems)
        for name, variable in service.variables.items()
    }
    has_values = all(values[name] is not None or given.get(name) is None for name in values)
    if not has_values or values["profile"] not in service.profiles:
        return None, problems  # nothing that depends on such a value can be judged
    found: list[Problem] = []
    declaration = None
    try:
        declaration = _Evaluation(service, values, found).result()
    except WrongExpression as error:
        # If a value is missing or wrong, other expressions can fail for that reason.
        if isinstance(error, TooMuchWork) or not (problems or found):
            message = f"its definition cannot be evaluated for these values: {error}"
            found = [Problem(f"service {service.name}", message)]
    wrong = {problem.place for problem in problems}
    problems += [problem for problem in found if problem.place not in wrong]
    return (None if problems else declaration), problems


def evaluated(service: ServiceDefinition, values: Mapping[str, Any]) -> tuple[ServiceDeclaration | None, int]:
    """The declaration for values that were not checked, such as the guesses of an export, and how many problems it has.

    Variables that are not given have their defaults. There is none if it cannot be evaluated.
    """
    filled = {name: values.get(name, variable.value(None, "", [])) for name, variable in service.variables.items()}
    problems: list[Problem] = []
    try:
        return _Evaluation(service, filled, problems).result(), len(problems)
    except WrongExpression:
        return None, len(problems)


class _Evaluation:
    """One service for the converted values of one account. Problems of the values are added to `problems`."""

    def __init__(self, service: ServiceDefinition, values: Values, problems: list[Problem]) -> None:
        self._service = service
        self._profile = service.profiles[values["profile"]]
        self._is_absent = values["state"] == "absent"
        known = Scope(values)
        for name, template in (*service.locals, *self._profile.locals):
            found = template.value(known)
            known[name] = None if found is NOTHING else found
            known.evaluator.charge_for(known[name])
        self._values: Scope = known
        self._problems = problems

    def result(self) -> ServiceDeclaration:
        """The declaration. It is valid only if there are no problems. Raises WrongExpression."""
        self._problems += self._missing()
        self._problems += (
            Problem(self._place(rule.variable), text) for rule, text in self._messages(self._service.checks)
        )
        objects = self._profile.objects
        return ServiceDeclaration(
            service=self._service.name,
            profile=self._profile.name,
            state=self._values["state"],
            roles=self._named("roles", objects["roles"]),
            managed_policies=self._named("managed_policies", objects["managed_policies"]),
            attachments=[item for one in objects["attachments"] for item in self._attachments(one)],
            trust_statements=[item for one in objects["trust_statements"] for item in self._trust_statements(one)],
            remedies={code: str(text.value(self._values)) for code, text in self._service.remedies.items()},
            notices=tuple(text for _rule, text in self._messages(self._service.notices)),
            expect=[] if self._is_absent else list(self._expectations()),
        )

    def _missing(self) -> Iterator[Problem]:
        found = set()
        for name, variable in self._service.variables.items():
            if variable.required and self._values[name] in EMPTY:
                found.add(name)
                yield Problem(self._place(name), f"missing; {self._service.title} needs it")
        for one in self._service.requirements:
            if one.variable not in found and self._values[one.variable] in EMPTY and one.when.holds(self._values):
                found.add(one.variable)
                yield Problem(self._place(one.variable), f"missing; {one.because.value(self._values)} needs it")

    def _expectations(self) -> Iterator[Item]:
        for one in self._profile.assertions:
            for scope in scopes(one.loops, self._values):
                if one.when is None or one.when.holds(scope):
                    entry = one.entry.value(scope)
                    self._values.evaluator.charge_for(entry)
                    yield {"place": one.place, "entry": {key: _example(key, value) for key, value in entry.items()}}

    def _messages(self, rules: tuple[MessageRule, ...]) -> Iterator[tuple[MessageRule, str]]:
        for rule in rules:
            for scope in scopes(rule.loops, self._values):
                if rule.when is None or rule.when.holds(scope):
                    yield rule, str(rule.message.value(scope))

    def _named(self, section: str, definitions: tuple[ObjectDefinition, ...]) -> list[Item]:
        """Roles or customer managed policies. Their names must be unique."""
        items = []
        taken: dict[str, ObjectDefinition] = {}
        for one in definitions:
            for item, counts in self._items(one):
                other = taken.get(item["name"].lower())
                taken[item["name"].lower()] = one
                self._problems += [self._twice(section, item["name"], one, other)] if other else []
                if counts:
                    items.append(item)
        return items

    def _twice(self, section: str, name: str, one: ObjectDefinition, other: ObjectDefinition) -> Problem:
        kind = "role" if section == "roles" else "policy"
        place, *others = dict.fromkeys((*one.variables, *other.variables)) or (one.key,)
        if one.variables and other.variables:
            also = f", {', '.join(map(self._place, others))}" if others else ""
            text = f"{shown(name)} is the name of more than one {kind} of this service{also}; give each its own"
        else:
            text = f"{shown(name)} is the name of another {kind} of {self._service.title}; give this one its own"
        return Problem(self._place(place), text)

    def _items(self, one: ObjectDefinition) -> Iterator[tuple[Item, bool]]:
        """The items of a role or policy, and whether each is declared. A fixed name is reserved even if it is not."""
        for scope in scopes(one.loops, self._values):
            identity = one.identity.value(scope)
            if self._is_wanted(one, scope) and identity.get("state", "present") == "present":
                yield {"name": _name(one, identity), **self._content(one, scope)}, True
            elif self._is_removed(one, scope):
                yield {"name": _name(one, identity), "state": "absent"}, True
            elif not one.variables:
                yield {"name": _name(one, identity), "state": "absent"}, False

    def _content(self, one: ObjectDefinition, scope: Values) -> Item:
        found: Item = one.content.value(scope)
        self._values.evaluator.charge_for(found)
        return found

    def _is_removed(self, one: ObjectDefinition, scope: Values) -> bool:
        return one.absent_when is None or one.absent_when.holds(scope)

    def _is_wanted(self, one: ObjectDefinition, scope: Values) -> bool:
        return one.belongs and not self._is_absent and all(when.holds(scope) for when in one.when)

    def _attachments(self, one: ObjectDefinition) -> Iterator[Item]:
        places: dict[str, str] = {}
        for scope in scopes(one.loops, self._values):
            given = self._content(one, scope) if self._is_wanted(one, scope) else {}
            managed, inline = _owned(one.owned, scope)
            for identity, is_former in self._identities(one, scope, places):
                mine = {} if is_former else {key: value for key, value in given.items() if value}
                if mine:
                    yield {**identity, **mine}
                off = [policy for policy in managed if policy not in mine.get("managed_policies", ())]
                off_inline: Item = {name: {} for name in inline if name not in mine.get("inline_policies", ())}
                if off or off_inline:
                    yield {**identity, "state": "absent", "managed_policies": off, "inline_policies": off_inline}

    def _identities(self, one: ObjectDefinition, scope: Values, places: dict[str, str]) -> Iterator[tuple[Item, bool]]:
        """Each identity of an attachment, and whether it is a former one that must lose everything."""
        content = one.identity.value(scope)
        place = str(content.get("place", one.key))
        for key, of in (("to", place), ("former", f"former_{place}")):
            people = content.get(key) or {}
            if not isinstance(people, Mapping):
                raise WrongExpression(f"{key} of {one.key} must have users, groups and roles")
            for kind in _KINDS:
                where = self._place(f"{of}.{kind}s" if of else f"{kind}s")
                for name in _once(one, people.get(f"{kind}s") or ()):
                    who = f"{kind} {name}"
                    earlier = places.setdefault(who.lower(), where)
                    if earlier == where:
                        yield {"iam_type": kind, "iam_name": name}, key == "former"
                    else:
                        self._problems.append(Problem(where, f"{who} is in {earlier} too; name it in one of them"))

    def _trust_statements(self, one: ObjectDefinition) -> Iterator[Item]:
        for scope in scopes(one.loops, self._values):
            is_wanted = self._is_wanted(one, scope)
            if not is_wanted and not self._is_removed(one, scope):
                continue
            name = _name(one, one.identity.value(scope))
            content = self._content(one, scope)
            if is_wanted:
                yield {"name": name, **content}
            else:
                yield {"name": name, "state": "absent", "statements": _sids(one, content.get("statements"))}

    def _place(self, variable: str) -> str:
        return f"{self._service.prefix}{variable}"


def _example(key: str, value: Any) -> Any:
    """A resource or a condition value of an assertion, with an example for each wildcard that a variable has in it."""
    if isinstance(value, str):
        return value.replace("*", "x").replace("?", "x") if key in ("resource", "context") and value != "*" else value
    if isinstance(value, Mapping):
        return {name: _example(key, of) for name, of in value.items()}
    return [_example(key, of) for of in value] if isinstance(value, list) else value


def _name(one: ObjectDefinition, identity: Item) -> str:
    name = identity.get("name")
    if not isinstance(name, str) or not name:
        raise WrongExpression(f"the name of {one.key} is {'not text' if name else 'empty'}")
    return name


def _sids(one: ObjectDefinition, statements: Any) -> list[dict[str, str]]:
    """The statements to remove, which are identified by their Sids."""
    if not isinstance(statements, list) or not all(isinstance(of, Mapping) and "Sid" in of for of in statements):
        raise WrongExpression(f"the statements of {one.key} are not a list of statements with a Sid each")
    return [{"Sid": statement["Sid"]} for statement in statements]


def _once(one: ObjectDefinition, names: Iterable[Any]) -> list[str]:
    """Names of IAM without duplicates. IAM ignores their case."""
    if not isinstance(names, list) and names:
        raise WrongExpression(f"the users, groups or roles of {one.key} are not a list")
    if not all(isinstance(name, str) for name in names):
        raise WrongExpression(f"a user, group or role of {one.key} is not text")
    return list({name.lower(): name for name in names if name}.values())


def _owned(templates: tuple[Template, ...], scope: Values) -> tuple[list[str], list[str]]:
    """The names of all managed and inline policies that a service may have attached, without duplicates."""
    managed: list[str] = []
    inline: list[str] = []
    for template in templates:
        for content in template.every_value(scope):
            managed += _listed(content, "managed_policies")
            inline += _listed(content, "inline_policies")
    return list(dict.fromkeys(managed)), list(dict.fromkeys(inline))


def _listed(content: Item, key: str) -> Iterable[Any]:
    found = content.get(key) or ()
    if isinstance(found, str) or not isinstance(found, Iterable) or not all(isinstance(name, str) for name in found):
        raise WrongExpression(f"{key} of an attachment are not names")
    return found
