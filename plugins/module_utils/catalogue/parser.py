# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""From the data of a service's files to a ServiceDefinition, with every mistake of meaning and its place. Pure.

The form of the data is checked before, by the JSON Schema of services. This module finds expressions that cannot be
read, and variables, locals and trust policies that do not exist. `meaning` finds the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .definition_problem import DefinitionProblem, near, unreadable_texts
from .expressions import WHOLE, Expression, WrongExpression
from .merged_content import merged, policies_to_remove
from .parts import ASSERTIONS, EVERY_PROFILE, PROFILES, Data, JoinedParts, Path
from .service import (
    SECTIONS,
    AssertionDefinition,
    Locals,
    MessageRule,
    ObjectDefinition,
    ProfileDefinition,
    Requirement,
    ServiceDefinition,
)
from .templates import Template, compiled, repetition
from .variables import Variable

Known = Mapping[str, Any]
"""The names that an expression may use, each with what it comes from: a Variable, the Template of a local, the
Expression of the list that a repetition is in, or None."""

_COMMON = {
    "roles": ("path", "tags", "boundary", "max_session_duration"),
    "managed_policies": ("path", "tags"),
}
"""Variables that apply to every object of a section, as options of the same names, if a service has them."""

_OF_OBJECT = ("for_each", "when", "absent_when", "grants_like", "trust", "owns")
_IDENTITY = ("name", "state", "to", "former", "place")


@dataclass(frozen=True)
class _Parts:
    """The content of an object in the service and one of its profiles, and whether that profile has it."""

    of_service: Data
    of_profile: Data
    profile: str
    belongs: bool
    also: tuple[Path, ...] = ()


@dataclass
class Parser:
    """Reads one service. Its mistakes are in `problems` afterwards."""

    name: str
    files: Mapping[str, Data]
    problems: list[DefinitionProblem] = field(default_factory=list)

    def service(self) -> ServiceDefinition:
        """The service that the files define. It is valid only if there are no problems."""
        self._parts = JoinedParts(self.files)
        self.problems += [DefinitionProblem(path, message) for path, message in self._parts.problems]
        content = self._parts.content
        variables = {name: Variable.parse(name, of) for name, of in (content.get("variables") or {}).items()}
        of_service, known = self._locals("", content.get("locals") or {}, variables)
        self._common = {
            section: {name: f"${{{name}}}" for name in names if name in variables} for section, names in _COMMON.items()
        }
        profiles = {name: self._profile(name, known) for name in self.profile_names()}
        return ServiceDefinition(
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

    def _profile(self, name: str, known: Known) -> ProfileDefinition:
        of_profile, known = self._locals(name, self.files[name].get("locals") or {}, known)
        objects = {section: tuple(self._objects(name, section, known)) for section in SECTIONS}
        return ProfileDefinition(name, objects, of_profile, tuple(self._assertions(name, known)))

    def _assertions(self, profile: str, known: Known) -> Iterator[AssertionDefinition]:
        of_file = self.files.get(ASSERTIONS) or {}
        for section in (EVERY_PROFILE, profile):
            for index, entry in enumerate(of_file.get(section) or ()):
                path = (ASSERTIONS, section, str(index))
                loops = self._loops(path, entry, known)
                inner = {**known, **_of_loops(loops)}
                content = {key: value for key, value in entry.items() if key not in ("when", "for_each")}
                yield AssertionDefinition(
                    f"{section}[{index}]",
                    self._template(path, content, inner),
                    self._expression((*path, "when"), entry["when"], inner) if "when" in entry else None,
                    loops,
                )

    def _objects(self, profile: str, section: str, known: Known) -> Iterator[ObjectDefinition]:
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
            of_source = of_profiles[source].get(like) or {}
            also = ((source, section, like), (source, "trust_policies", str(of_source.get("trust"))))
            parts = _Parts(common, of_source, profile, belongs, also)
            path = self._parts.path(section, key) if key in of_service else (source, section, key)
            if section == "attachments":
                owners = [objects.get(like) or {} for objects in of_profiles.values()]
                yield self._attachment(path, parts, owners, known)
            else:
                yield ObjectDefinition(**self._object(path, parts, known))

    def _attachment(self, path: Path, parts: _Parts, owners: Sequence[Data], known: Known) -> ObjectDefinition:
        of_object = self._object(path, parts, known)
        inner = {**known, **_of_loops(of_object["loops"])}
        owns = parts.of_service.get("owns")
        owned = (
            [owns] if owns is not None else [policies_to_remove(merged((parts.of_service, owner))) for owner in owners]
        )
        also = tuple((name, *path[1:]) for name in self.profile_names())
        return ObjectDefinition(**of_object, owned=tuple(self._template(path, one, inner, also) for one in owned))

    def _object(self, path: Path, parts: _Parts, known: Known) -> dict[str, Any]:
        """What every kind of object has, by the fields of ObjectDefinition."""
        section, key = path[1:]
        both = (parts.of_service, parts.of_profile)
        loops = self._loops(path, parts.of_service or parts.of_profile, known, parts.also)
        inner = {**known, **_of_loops(loops)}
        content = {
            **({"managed_policies": [], "inline_policies": {}} if section == "roles" else {}),
            **self._common.get(section, {}),
            **merged({name: value for name, value in part.items() if name not in _OF_OBJECT} for part in both),
        }
        trust = parts.of_profile.get("trust", parts.of_service.get("trust"))
        if trust is not None and parts.belongs:
            content["assume_role_policy_document"] = self._trust(path, parts.profile, trust)
        # An object that only another profile has is never created here, and may use locals of that profile. For a trust
        # statement, the content says what is removed.
        is_made = parts.belongs or section == "trust_statements"
        keys = set(content) - set(_IDENTITY) if is_made else set()
        conditions = [part["when"] for part in both if "when" in part] if is_made else []
        absent_when = parts.of_service.get("absent_when", parts.of_profile.get("absent_when"))
        return {
            "key": key,
            "identity": self._template(path, _chosen(content, _IDENTITY), inner, parts.also),
            "content": self._template(path, _chosen(content, keys), inner, parts.also),
            "belongs": parts.belongs,
            "loops": loops,
            "when": tuple(self._expression(path, text, inner, parts.also) for text in conditions),
            "absent_when": None if absent_when is None else self._expression(path, absent_when, inner, parts.also),
            "variables": tuple(self._naming(content.get("name", ""), loops)),
        }

    def _trust(self, path: Path, profile: str, name: str) -> Any:
        documents = self.files[profile].get("trust_policies") or {}
        if name not in documents:
            where = f"the trust_policies of {profile}.yml"
            message = f"`{name}` is not in {where}{near(name, documents)}"
            self.problems.append(DefinitionProblem(path, message, name, ((profile, *path[1:]),)))
        return documents.get(name)

    def _naming(self, name: Any, loops: Sequence[tuple[str, Expression]]) -> Iterator[str]:
        """The variables that a name comes from."""
        of_loops = {loop: sorted(expression.names) for loop, expression in loops}
        for expression, _inner in _compiled_or_nothing(name):
            for used in sorted(expression.names):
                yield from of_loops.get(used, [used])

    def _requirements(self, known: Known) -> Iterator[Requirement]:
        for name, content in (self._parts.content.get("variables") or {}).items():
            required = content.get("required")
            if required is None or required is True:
                continue
            for index, one in enumerate(required if isinstance(required, list) else [required]):
                path = (*self._parts.path("variables", name), "required", str(index))
                yield Requirement(
                    name, self._expression(path, one["when"], known), self._template(path, one["because"], known)
                )

    def _rules(self, section: str, known: Known) -> Iterator[MessageRule]:
        for index, rule in enumerate(self._parts.content.get(section) or ()):
            path = self._parts.path(section, str(index))
            loops = self._loops(path, rule, known)
            inner = {**known, **_of_loops(loops)}
            yield MessageRule(
                self._template((*path, "message"), rule["message"], inner),
                self._expression((*path, "when"), rule["when"], inner) if "when" in rule else None,
                loops,
                rule.get("variable", ""),
            )

    def _loops(
        self, path: Path, content: Data, known: Known, also: tuple[Path, ...] = ()
    ) -> tuple[tuple[str, Expression], ...]:
        if "for_each" not in content:
            return ()
        try:
            loops = repetition(content["for_each"])
        except WrongExpression as error:
            self._unreadable(path, error, {"for_each": content["for_each"]}, also)
            return ()
        for name, expression in loops:
            self._check_names(path, expression, known, also)
            known = {**known, **_of_loops([(name, expression)])}
        return loops

    def _locals(self, profile: str, content: Data, known: Known) -> tuple[Locals, Known]:
        found = []
        for name, template in content.items():
            path = (profile, "locals", name) if profile else self._parts.path("locals", name)
            if name in known:
                self.problems.append(DefinitionProblem(path, f"`{name}` is a variable or an earlier local"))
            found.append((name, self._template(path, template, known)))
            known = {**known, name: found[-1][1]}
        return tuple(found), known

    def _template(self, path: Path, content: Any, known: Known, also: tuple[Path, ...] = ()) -> Template:
        try:
            template = compiled(content)
        except WrongExpression as error:
            self._unreadable(path, error, content, also)
            return compiled(None)
        for expression, inner in template.expressions():
            self._check_names(path, expression, {**known, **dict.fromkeys(inner)} if inner else known, also)
        return template

    def _expression(self, path: Path, text: Any, known: Known, also: tuple[Path, ...] = ()) -> Expression:
        try:
            expression = Expression.compiled(str(text))
        except WrongExpression as error:
            self._unreadable(path, error, {"when": text}, also)
            return Expression.compiled("`null`")
        self._check_names(path, expression, known, also)
        return expression

    def _unreadable(self, path: Path, error: WrongExpression, content: Any, also: tuple[Path, ...]) -> None:
        """Report each text in `content` that is not a template, or `content` itself if it is not a template."""
        for text, message in [*unreadable_texts(content)] or [("", str(error))]:
            self.problems.append(DefinitionProblem(path, message, text, also))

    def _check_names(self, path: Path, expression: Expression, known: Known, also: tuple[Path, ...] = ()) -> None:
        for name in sorted(expression.names - known.keys()):
            owners = [file for file in self.profile_names() if name in (self.files[file].get("locals") or {})]
            message = f"`{name}` is not a variable or an earlier local{near(name, known)}"
            if owners and path[0] not in owners:
                where = f"a local of {owners[0]}.yml"
                message = f"`{name}` is {where}, and this applies to every profile; define it in service.yml"
            if name == WHOLE:
                message = f"`{expression.text}` takes all values at once; name those that it needs"
            self.problems.append(DefinitionProblem(path, message, expression.text, also))


def _chosen(content: Data, keys: Collection[str]) -> Data:
    return {key: value for key, value in content.items() if key in keys}


def _of_loops(loops: Sequence[tuple[str, Expression]]) -> Known:
    """The names that loops define."""
    return {key: of for name, expression in loops for key, of in ((name, expression), (f"{name}_index", None))}


def _compiled_or_nothing(content: Any) -> Iterator[tuple[Expression, frozenset[str]]]:
    try:
        yield from compiled(content).expressions()
    except WrongExpression:
        return
