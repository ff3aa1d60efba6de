# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values for every list, dictionary and people variable of a service, as data and as the equivalent text.

The variables come from the catalogue. What a sample needs to be valid, and which variables exclude each other, is in
value_forms.yml; a variable that is in no sample of its service is an error.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.service import ServiceDefinition
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.variables import Variable
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import catalogue

TABLE = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))

FORMS = {
    "bare": ("one", lambda values: str(values[0])),
    "commas": ("two", lambda values: ",".join(map(str, values))),
    "spaced": ("two", lambda values: " , ".join(map(str, values))),
    "json": ("two", json.dumps),
}
"""Each form of text: whether it represents one value or two, and how the text is created from them."""

_PEOPLE = {"user_name": "users", "group_name": "groups", "role_name": "roles"}

Values = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """Values for a service: `given` so that it is valid, and every variable that is a list, a dictionary or people."""

    service: ServiceDefinition
    given: Mapping[str, Any]
    entries: Mapping[str, Mapping[str, Any]]
    variables: Mapping[str, Variable]

    def data(self, count: str) -> Values:
        """All variables as lists and dictionaries, each list with one entry or with two."""
        return self._values(lambda path, variable: self._data(path, variable, count))

    def text(self, form: str) -> Values:
        """Lists of texts as text of this form, at every depth."""
        return self._values(lambda path, variable: self._with_text(path, variable, form))

    def whole_as_json(self) -> Values:
        """Dictionaries and people as JSON text, and the rest as data."""

        def value(path: tuple[str, ...], variable: Variable) -> Any:
            data = self._data(path, variable, "two")
            return json.dumps(data) if variable.type in ("dict", "people") else data

        return self._values(value)

    def refused(self, form: str) -> Iterator[tuple[str, Values]]:
        """For each variable and option that does not accept such text: its place, and values with the text."""
        for name, variable in self.variables.items():
            if _is_refused(variable, form):
                yield f"{self.service.prefix}{name}", self._with(name, _text_of(form))
            for key, option in variable.options.items():
                if _is_structure(option) and _is_refused(option, form):
                    entry = {**self._data((name,), variable, "one")[0], key: _text_of(form)}
                    yield f"{self.service.prefix}{name}[0].{key}", self._with(name, [entry])

    def with_choices(self, form: str) -> Iterator[tuple[str, Values]]:
        """For each list of choices, at every depth: its place, and values with text of this form for it."""
        for name, variable in self.variables.items():
            if variable.choices:
                yield f"{self.service.prefix}{name}", self._with(name, self._with_text((name,), variable, form))
            for key, option in variable.options.items():
                if _is_structure(option) and option.choices:
                    text = self._with_text((name, key), option, form)
                    entry = {**self._data((name,), variable, "one")[0], key: text}
                    yield f"{self.service.prefix}{name}[0].{key}", self._with(name, [entry])

    def grants(self, form: str) -> Values:
        """People as text of this form in every variable that gives them something, and the rest as data."""
        given = {name: variable for name, variable in self.variables.items() if self._gives(name, variable)}
        text = {name: self._with_text((name,), variable, form, only_people=True) for name, variable in given.items()}
        return {**self.data("two"), **{f"{self.service.prefix}{name}": value for name, value in text.items()}}

    def granted(self, form: str) -> set[str]:
        """The people that `grants` gives something, such as `user/alice`."""
        count, _text = FORMS[form]
        return {
            one
            for name, variable in self.variables.items()
            if self._gives(name, variable)
            for one in self._named((name,), variable, count)
        }

    def removal(self, form: str) -> tuple[Values, set[str]]:
        """Values that take from people what `grants` gave, as text of this form, and those that it takes from.

        A bare name takes from one user, one group and one role; the others keep what they have.
        """
        count, text = FORMS[form]
        names = {
            plural: sorted(one for one in self.granted(form) if one.startswith(plural.removesuffix("s")))
            for plural in _PEOPLE.values()
        }
        chosen = {plural: found[:1] if count == "one" else found for plural, found in names.items()}
        former = {plural: text([one.partition("/")[2] for one in found]) for plural, found in chosen.items()}
        losers = {one for found in chosen.values() for one in found}
        values = {
            f"{self.service.prefix}{name}": self._reduced(name, variable, form, former, losers)
            for name, variable in self.variables.items()
            if any(True for _one in self._named((name,), variable, "one"))
        }
        return {**self.data("two"), **values}, losers

    def _reduced(self, name: str, variable: Variable, form: str, former: Values, losers: set[str]) -> Any:
        """The value of a variable with people where the losers are named as such, or are named no longer."""
        if "state" in variable.options:
            return [{**former, "state": "absent"}]
        if not self._gives(name, variable):
            return former

        def staying(path: tuple[str, ...], people: Variable) -> Any:
            count, text = FORMS[form]
            names = [one.partition("/")[2] for one in self._named(path, people, count) if one not in losers]
            return text(names) if names else []

        if variable.type == "people":
            return {key: staying((name, key), option) for key, option in variable.options.items()}
        return staying((name,), variable)

    def _gives(self, name: str, variable: Variable) -> bool:
        return not name.startswith("former") and any(True for _one in self._named((name,), variable, "one"))

    def everyone(self) -> set[str]:
        """All people that any value names, such as `user/alice`."""
        return {one for name, variable in self.variables.items() for one in self._named((name,), variable, "two")}

    def _values(self, value: Any) -> Values:
        made = {f"{self.service.prefix}{name}": value((name,), one) for name, one in self.variables.items()}
        return {**self.given, **made}

    def _with(self, name: str, value: Any) -> Values:
        return {**self.given, f"{self.service.prefix}{name}": value}

    def _named(self, path: tuple[str, ...], variable: Variable, count: str) -> Iterator[str]:
        if variable.type == "list" and variable.kind in _PEOPLE:
            kind = _PEOPLE[variable.kind].removesuffix("s")
            yield from (f"{kind}/{name}" for name in self._samples(path, variable, count))
        for key, option in variable.options.items():
            yield from self._named((*path, key), option, count)

    def _data(self, path: tuple[str, ...], variable: Variable, count: str) -> Any:
        if variable.type == "list" and variable.elements == "str":
            return self._samples(path, variable, count)
        if variable.type == "list":
            if not variable.options:
                return [_statement(number) for number in _numbers(count)]
            return [self._entry(path, variable, lambda at, option: self._data(at, option, count))]
        if variable.options:
            return {key: self._data((*path, key), option, count) for key, option in variable.options.items()}
        return {f"tag-{number}": "vision" for number in _numbers(count)}

    def _with_text(self, path: tuple[str, ...], variable: Variable, form: str, only_people: bool = False) -> Any:
        count, text = FORMS[form]

        def inner(at: tuple[str, ...], option: Variable) -> Any:
            return self._with_text(at, option, form, only_people)

        if variable.type == "list" and variable.elements == "str" and (not only_people or variable.kind in _PEOPLE):
            return text(self._samples(path, variable, count))
        if variable.type == "list" and variable.options:
            return [self._entry(path, variable, inner)]
        if variable.options:
            return {key: inner((*path, key), option) for key, option in variable.options.items()}
        return self._data(path, variable, count)

    def _entry(self, path: tuple[str, ...], variable: Variable, value: Any) -> Values:
        """An entry of a list of dictionaries: its lists, what it needs, and what value_forms.yml gives it."""
        made = {key: value((*path, key), option) for key, option in variable.options.items() if _is_structure(option)}
        needed = {key: _name(path) for key, option in variable.options.items() if option.required}
        return {**needed, **made, **self.entries.get(path[0], {})}

    def _samples(self, path: tuple[str, ...], variable: Variable, count: str) -> list[str]:
        numbers = _numbers(count)
        fixed = variable.choices or TABLE["values"].get(f"{self.service.prefix}{path[0]}")
        if fixed:
            return list(fixed[: len(numbers)])
        pattern = TABLE["kinds"].get(variable.kind, "{name}-{number}")
        return [pattern.format(name=_name((self.service.name, *path)), number=number) for number in numbers]


def samples(service: ServiceDefinition) -> list[Sample]:
    """The samples of a service, in which every variable that is a list, a dictionary or people is in use."""
    variables = {name: variable for name, variable in service.variables.items() if _is_structure(variable)}
    found = []
    for entry in TABLE["samples"].get(service.name, [{}]):
        chosen = {name: one for name, one in variables.items() if name not in entry.get("without", ())}
        given = {f"{service.prefix}{name}": value for name, value in entry.get("given", {}).items()}
        found.append(Sample(service, given, entry.get("entries", {}), chosen))
    missing = variables.keys() - {name for sample in found for name in sample.variables}
    assert not missing, f"no sample of {service.name} has {sorted(missing)}"
    return found


def all_samples() -> dict[str, Sample]:
    """The samples of every service, by a name for each."""
    return {
        f"{service.name.replace('_', '-')}-{number}": sample
        for service in catalogue().values()
        for number, sample in enumerate(samples(service))
    }


def _is_structure(variable: Variable) -> bool:
    return variable.type in ("list", "dict", "people")


def _is_refused(variable: Variable, form: str) -> bool:
    if variable.type == "list":
        return variable.elements == "dict"
    return form != "json"


def _text_of(form: str) -> str:
    """Text that would be a list of names."""
    count, text = FORMS[form]
    return str(text([f"name-{number}" for number in _numbers(count)]))


def _numbers(count: str) -> tuple[int, ...]:
    return (1,) if count == "one" else (1, 2)


def _name(path: tuple[str, ...]) -> str:
    return "-".join(path).replace("_", "-")


def _statement(number: int) -> dict[str, str]:
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::extra-{number}/*"}
