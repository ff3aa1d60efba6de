# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the data of a service's files to a Service, with every mistake of meaning and its place. Pure.

The form of the data is checked before, by the JSON Schema of services. What is found here: expressions that cannot be
read, variables and locals that are not there, objects that no profile has, defaults that are not of their type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from ..errors import Problem
from .expressions import Expression, WrongExpression
from .parts import PROFILES, Data, JoinedParts, Path
from .service import (
    SECTIONS,
    AttachmentDefinition,
    Locals,
    ObjectDefinition,
    Profile,
    Requirement,
    Rule,
    Service,
)
from .templates import Template, compiled, repetition
from .value_kinds import KINDS
from .variables import Variable

_COMMON = {
    "roles": ("path", "tags", "boundary", "max_session_duration"),
    "managed_policies": ("path", "tags"),
}
"""Variables that count for every object of a section, as its options of the same names, where a service has them."""

_OF_OBJECT = ("for_each", "when", "absent_when", "grants_like", "trust", "owns")
_IDENTITY = ("name", "state", "to", "former", "place")


@dataclass(frozen=True)
class DefinitionProblem:
    """A mistake in a definition."""

    path: Path
    message: str


@dataclass(frozen=True)
class _Parts:
    """What the service and one of its profiles say of an object, and whether that profile has it."""

    of_service: Data
    of_profile: Data
    profile: str
    belongs: bool


@dataclass
class Parser:
    """Reads one service. What is wrong is in `problems` afterwards."""

    name: str
    files: Mapping[str, Data]
    problems: list[DefinitionProblem] = field(default_factory=list)

    def service(self) -> Service:
        """The service that the files define; of use only where there are no problems."""
        self._parts = JoinedParts(self.files)
        self.problems += [DefinitionProblem(path, message) for path, message in self._parts.problems]
        content = self._parts.content
        variables = {name: Variable.parse(name, of) for name, of in (content.get("variables") or {}).items()}
        self._check_variables(variables)
        known = frozenset(variables)
        of_service, known = self._locals("", content.get("locals") or {}, known)
        self._common = {
            section: {name: f"${{{name}}}" for name in names if name in variables} for section, names in _COMMON.items()
        }
        profiles = {name: self._profile(name, known) for name in self.profile_names()}
        return Service(
            name=self.name,
            title=content["title"],
            content=content,
            variables=variables,
            samples=tuple(content.get("samples") or ({},)),
            profiles=profiles,
            locals=of_service,
            requirements=tuple(self._requirements(known)),
            checks=tuple(self._rules("checks", known)),
            notices=tuple(self._rules("notices", known)),
            remedies={
                code: self._template(self._parts.path("remedies", code), text, known)
                for code, text in (content.get("remedies") or {}).items()
            },
        )

    def profile_names(self) -> list[str]:
        return [name for name in self.files if name in PROFILES]

    def _check_variables(self, variables: Mapping[str, Variable]) -> None:
        for name, variable in variables.items():
            path = self._parts.path("variables", name)
            found: list[Problem] = []
            variable.value(variable.default, name, found)
            self.problems += [DefinitionProblem((*path, "default"), str(one)) for one in found if not variable.required]
            for kind in _kinds(variable):
                if kind not in KINDS:
                    self.problems.append(DefinitionProblem(path, f"{kind} is not a kind of value{_near(kind, KINDS)}"))

    def _profile(self, name: str, known: frozenset[str]) -> Profile:
        of_profile, known = self._locals(name, self.files[name].get("locals") or {}, known)
        objects = {section: tuple(self._objects(name, section, known)) for section in SECTIONS}
        return Profile(name, objects, of_profile)

    def _objects(self, profile: str, section: str, known: frozenset[str]) -> Iterator[ObjectDefinition]:
        of_service: Data = self._parts.content.get(section) or {}
        of_profiles = {name: self.files[name].get(section) or {} for name in self.profile_names()}
        keys = dict.fromkeys([*of_service, *(key for objects in of_profiles.values() for key in objects)])
        for key in keys:
            common: Data = of_service.get(key) or {}
            like = common.get("grants_like", key)
            mentioned = [name for name, objects in of_profiles.items() if like in objects]
            belongs = profile in mentioned or not mentioned
            # An object that the service itself does not name is named by the profiles that have it.
            source = profile if belongs or key in of_service else mentioned[0]
            parts = _Parts(common, of_profiles[source].get(like) or {}, profile, belongs)
            path = self._parts.path(section, key) if key in of_service else (source, section, key)
            if section == "attachments":
                owners = [objects.get(like) or {} for objects in of_profiles.values()]
                yield self._attachment(path, parts, owners, known)
            else:
                yield ObjectDefinition(**self._object(path, parts, known))

    def _attachment(
        self, path: Path, parts: _Parts, owners: Sequence[Data], known: frozenset[str]
    ) -> AttachmentDefinition:
        of_object = self._object(path, parts, known)
        inner = known | _names(of_object["loops"])
        owns = parts.of_service.get("owns")
        owned = [owns] if owns is not None else [_policies(_merged((parts.of_service, owner))) for owner in owners]
        return AttachmentDefinition(**of_object, owned=tuple(self._template(path, one, inner) for one in owned))

    def _object(self, path: Path, parts: _Parts, known: frozenset[str]) -> dict[str, Any]:
        """What every kind of object has, by the fields of ObjectDefinition."""
        section, key = path[1:]
        both = (parts.of_service, parts.of_profile)
        loops = self._loops(path, parts.of_service or parts.of_profile, known)
        inner = known | _names(loops)
        content = {
            **({"managed_policies": [], "inline_policies": {}} if section == "roles" else {}),
            **self._common.get(section, {}),
            **_merged({name: value for name, value in part.items() if name not in _OF_OBJECT} for part in both),
        }
        trust = parts.of_profile.get("trust", parts.of_service.get("trust"))
        if trust is not None and parts.belongs:
            content["assume_role_policy_document"] = self._trust(path, parts.profile, trust)
        absent_when = parts.of_service.get("absent_when", parts.of_profile.get("absent_when"))
        return {
            "key": key,
            "identity": self._template(path, {name: content[name] for name in _IDENTITY if name in content}, inner),
            "content": self._template(path, {name: of for name, of in content.items() if name not in _IDENTITY}, inner),
            "belongs": parts.belongs,
            "loops": loops,
            "when": tuple(self._expression((*path, "when"), part["when"], inner) for part in both if "when" in part),
            "absent_when": None
            if absent_when is None
            else self._expression((*path, "absent_when"), absent_when, inner),
            "variables": tuple(self._naming(content.get("name", ""), loops)),
        }

    def _trust(self, path: Path, profile: str, name: str) -> Any:
        documents = self.files[profile].get("trust_policies") or {}
        if name not in documents:
            where = f"the trust_policies of {profile}.yml"
            self.problems.append(
                DefinitionProblem((*path, "trust"), f"{name} is not in {where}{_near(name, documents)}")
            )
        return documents.get(name)

    def _naming(self, name: Any, loops: Sequence[tuple[str, Expression]]) -> Iterator[str]:
        """The variables that a name comes from."""
        of_loops = {loop: sorted(expression.names) for loop, expression in loops}
        for expression, _inner in _compiled_or_nothing(name):
            for used in sorted(expression.names):
                yield from of_loops.get(used, [used])

    def _requirements(self, known: frozenset[str]) -> Iterator[Requirement]:
        for name, content in (self._parts.content.get("variables") or {}).items():
            required = content.get("required")
            if required is None or required is True:
                continue
            for index, one in enumerate(required if isinstance(required, list) else [required]):
                path = (*self._parts.path("variables", name), "required", str(index))
                yield Requirement(
                    name, self._expression(path, one["when"], known), self._template(path, one["because"], known)
                )

    def _rules(self, section: str, known: frozenset[str]) -> Iterator[Rule]:
        for index, rule in enumerate(self._parts.content.get(section) or ()):
            path = self._parts.path(section, str(index))
            loops = self._loops(path, rule, known)
            inner = known | _names(loops)
            yield Rule(
                self._template((*path, "message"), rule["message"], inner),
                self._expression((*path, "when"), rule["when"], inner) if "when" in rule else None,
                loops,
                rule.get("variable", ""),
            )

    def _loops(self, path: Path, content: Data, known: frozenset[str]) -> tuple[tuple[str, Expression], ...]:
        if "for_each" not in content:
            return ()
        try:
            loops = repetition(content["for_each"])
        except WrongExpression as error:
            self.problems.append(DefinitionProblem((*path, "for_each"), str(error)))
            return ()
        for name, expression in loops:
            self._check_names((*path, "for_each"), expression, known)
            known |= {name, f"{name}_index"}
        return loops

    def _locals(self, profile: str, content: Data, known: frozenset[str]) -> tuple[Locals, frozenset[str]]:
        found = []
        for name, template in content.items():
            path = (profile, "locals", name) if profile else self._parts.path("locals", name)
            found.append((name, self._template(path, template, known)))
            known |= {name}
        return tuple(found), known

    def _template(self, path: Path, content: Any, known: frozenset[str]) -> Template:
        try:
            template = compiled(content)
        except WrongExpression as error:
            self.problems.append(DefinitionProblem(path, str(error)))
            return compiled(None)
        for expression, inner in template.expressions():
            self._check_names(path, expression, known | inner)
        return template

    def _expression(self, path: Path, text: Any, known: frozenset[str]) -> Expression:
        try:
            expression = Expression.compiled(str(text))
        except WrongExpression as error:
            self.problems.append(DefinitionProblem(path, str(error)))
            return Expression.compiled("`null`")
        self._check_names(path, expression, known)
        return expression

    def _check_names(self, path: Path, expression: Expression, known: frozenset[str]) -> None:
        for name in sorted(expression.names - known):
            hint = _near(name, known)
            message = f"`{expression.text}` uses {name}, which is not a variable or an earlier local{hint}"
            self.problems.append(DefinitionProblem(path, message))


def _names(loops: Sequence[tuple[str, Expression]]) -> set[str]:
    """The names that loops define."""
    return {text for name, _expression in loops for text in (name, f"{name}_index")}


def _policies(content: Data) -> dict[str, Any]:
    return {key: content[key] for key in ("managed_policies", "inline_policies") if key in content}


def _merged(parts: Any) -> dict[str, Any]:
    """Mappings laid over each other, and the mappings within them."""
    merged: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
            merged[key] = _merged((merged[key], value)) if both else value
    return merged


def _compiled_or_nothing(content: Any) -> Iterator[tuple[Expression, frozenset[str]]]:
    try:
        yield from compiled(content).expressions()
    except WrongExpression:
        return


def _kinds(variable: Variable) -> Iterator[str]:
    if variable.kind:
        yield variable.kind
    for option in variable.options.values():
        yield from _kinds(option)


def _near(name: str, known: Any) -> str:
    near = get_close_matches(name, sorted(known), 1)
    return f"; did you mean {near[0]}?" if near else ""
