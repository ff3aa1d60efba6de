# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The variables with which a service of the catalogue makes the objects of an account. Pure.

First every place in which a variable shows gives guesses (`marked_values`). Then the guesses are tried: one counts only
if the objects of the service become more like those of the account. In the end the service is evaluated as a converge
evaluates it, and its variables count only if it reproduces every object that it declares.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..catalogue.declaration import ServiceDeclaration, declared, evaluated
from ..catalogue.service import SECTIONS, ServiceDefinition
from ..catalogue.variables import Variable
from ..model import CurrentState
from .guessed_values import Guesses
from .reproduction import Deviation, changes, declarations_of, differences

Values = dict[str, Any]

MOST_TRIALS = 800
"""The most evaluations for one service. A service of the collection needs some dozens."""

_UNDECLARED = 200
"""How much more an object counts that only the account or only the declaration has, in differences."""

_NAMES = ("user_name", "group_name", "role_name")
"""The kinds of names of identities that a service gives policies to."""

_FIXED = ("state",)
"""Variables that an export never sets: what exists is present."""


@dataclass(frozen=True)
class Recovered:
    """The variables of a service, without the prefix, and where the account differs from what they declare."""

    service: ServiceDefinition
    values: Mapping[str, Any]
    options: Mapping[str, Any]
    differences: tuple[Deviation, ...] = ()


def recovered(
    service: ServiceDefinition, state: CurrentState, wanted: Iterable[str], names: Mapping[str, str]
) -> Recovered | None:
    """The variables that reproduce the most, None if the service declares nothing in this account.

    `wanted` are the keys of the objects that belong to the service. `names` are the names of AWS managed policies by
    ARN. With `differences` in the result, the variables do not reproduce the objects.
    """
    search = _Trials(service, state, frozenset(wanted), Guesses(service, state, names))
    return search.best()


class _Trials:
    def __init__(
        self, service: ServiceDefinition, state: CurrentState, wanted: frozenset[str], guesses: Guesses
    ) -> None:
        self._service = service
        self._state = state
        self._wanted = wanted
        self._guesses = guesses
        self._trials = 0
        self._known: dict[str, tuple[int, Recovered | None]] = {}

    def best(self) -> Recovered | None:
        best: tuple[int, Values, Mapping[str, Sequence[Any]]] | None = None
        for profile in self._service.profiles:
            candidates = self._candidates(self._guesses.of_profile(profile, self._wanted))
            for start in self._starts(profile, candidates):
                score, values = self._improved(start, candidates)
                if best is None or score < best[0]:
                    best = score, values, candidates
                if score == 0:
                    return self._accepted(values, candidates)
        return self._accepted(best[1], best[2]) if best else None

    def _starts(self, profile: str, candidates: Mapping[str, Sequence[Any]]) -> Iterator[Values]:
        guessed = {"profile": profile, **{name: found[0] for name, found in candidates.items() if found}}
        lists = {
            name: list(of.choices) for name, of in self._service.variables.items() if of.type == "list" and of.choices
        }
        yield from (guessed, {**guessed, **lists}, {"profile": profile})

    def _candidates(self, guessed: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
        """What to try for each variable, the most likely first. Values that the variable refuses are left out."""
        found: dict[str, list[Any]] = {}
        for name, variable in self._service.variables.items():
            if name == "profile" or name in _FIXED:
                continue
            tried = [*guessed.get(name, ())]
            found[name] = [value for value in tried if value != {} and _is_accepted(variable, value)]
        return found

    def _improved(self, values: Values, candidates: Mapping[str, Sequence[Any]]) -> tuple[int, Values]:
        """The values after every change that makes the objects more alike."""
        score = self._score(values)
        progress = True
        while progress and score:
            progress = False
            for name, found in candidates.items():
                for value in self._alternatives(name, found, values):
                    changed = {key: of for key, of in {**values, name: value}.items() if of is not None}
                    new = self._score(changed)
                    if new < score:
                        score, values, progress = new, changed, True
            if not progress:
                for changed in self._swaps(candidates, values):
                    new = self._score(changed)
                    if new < score:
                        score, values, progress = new, changed, True
                        break
        return score, values

    def _swaps(self, candidates: Mapping[str, Sequence[Any]], values: Values) -> Iterator[Values]:
        """The values with two variables of the same kind changed at once, which may have each other's."""
        texts = [name for name, of in self._service.variables.items() if of.kind and candidates.get(name)]
        for index, one in enumerate(texts):
            for other in texts[index + 1 :]:
                if self._service.variables[one].kind == self._service.variables[other].kind:
                    for first in candidates[one]:
                        for second in candidates[other]:
                            yield {**values, one: first, other: second}

    def _alternatives(self, name: str, found: Sequence[Any], values: Values) -> Iterator[Any]:
        variable = self._service.variables[name]
        if name in values:
            yield None
        yield from found
        if variable.type == "bool":
            yield not values.get(name, bool(variable.default))
        elif variable.type == "str" and not variable.choices and variable.default:
            yield ""
        elif variable.type == "people":
            for of, names in (values.get(name) or {}).items():
                yield from ({**values[name], of: [one for one in names if one != other]} for other in names)
        elif variable.type == "list":
            now = list(values.get(name, variable.value(None, name, [])) or ())
            more = variable.choices or [entry for one in found for entry in one]
            yield from ([*now, one] for one in more if one not in now)
            yield from ([other for other in now if other != one] for one in now)
        elif variable.choices:
            yield from (choice for choice in variable.choices if choice != values.get(name, variable.default))

    def _score(self, values: Values) -> int:
        key = _key_of(values)
        if key not in self._known:
            self._trials += 1
            self._known[key] = (10**6, None) if self._trials > MOST_TRIALS else self._judged(values)
        return self._known[key][0]

    def _judged(self, values: Values) -> tuple[int, Recovered | None]:
        found, problems = evaluated(self._service, values)
        if found is None:
            return 10**6, None
        options = options_of(found)
        declarations, _problems = declarations_of(self._state, options)
        wrong = differences(self._state, declarations)
        present = {f"role/{role.name.lower()}" for role in declarations.roles if role.present}
        present |= {f"policy/{policy.name.lower()}" for policy in declarations.policies if policy.present}
        present |= {one.key for one in declarations.attachments if one.present}
        present |= {one.key for one in declarations.trust_statements if one.present}
        if not present:
            return 10**6, None
        left = len(self._wanted - present)
        missing = sum(one.place == "state" for one in wrong)
        return len(wrong) + problems + _UNDECLARED * (left + missing), Recovered(
            self._service, values, options, tuple(wrong)
        )

    def _shortened(self, values: Values) -> Values:
        """The values without variables, and entries without options, that change nothing."""
        score = self._score(values)
        for name in sorted(values):
            without = {key: value for key, value in values.items() if key != name}
            if name != "profile" and self._score(without) == score:
                values = without
        for name, value in list(values.items()):
            if isinstance(value, list) and self._service.variables[name].options:
                for index, entry in enumerate(value):
                    for option in [option for option in entry if option != "name"]:
                        short = {key: of for key, of in values[name][index].items() if key != option}
                        entries = [*values[name][:index], short, *values[name][index + 1 :]]
                        if self._score({**values, name: entries}) == score:
                            values = {**values, name: entries}
        return values

    def _covering(self, values: Values, candidates: Mapping[str, Sequence[Any]]) -> Values:
        """The values with the users, groups and roles that have what the service gives, if it gives them no more."""
        for name, found in candidates.items():
            variable = self._service.variables[name]
            is_people = variable.type == "people" or (variable.type == "list" and variable.kind in _NAMES)
            if is_people and name not in values and found and self._score(values) == 0:
                more = {**values, name: found[0]}
                if self._score(more) == 0 and self._presents_more(values, more):
                    values = more
        return values

    def _presents_more(self, values: Values, more: Values) -> bool:
        """Whether the second values declare more present objects than the first."""
        counts = [self._known[_key_of(one)][1] for one in (values, more)]
        sizes = [sum(len(items) for items in one.options.values()) if one else 0 for one in counts]
        return sizes[1] > sizes[0]

    def _accepted(self, values: Values, candidates: Mapping[str, Sequence[Any]]) -> Recovered | None:
        """The values, without those that change nothing, judged as a converge judges them."""
        values = self._covering(self._shortened(values), candidates)
        if values.get("profile") == self._service.variables["profile"].default:
            values = {key: value for key, value in values.items() if key != "profile"}
        self._trials = 0
        found = self._judged(values)[1]
        if found is None or found.differences:
            return found
        declaration, problems = declared(self._service, values)
        if declaration is None:
            wrong = tuple(Deviation(problem.place, str(problem)) for problem in problems)
            return Recovered(self._service, values, found.options, wrong)
        options = options_of(declaration)
        declarations, refused = declarations_of(self._state, options)
        wrong = tuple(Deviation(problem.place, str(problem)) for problem in refused)
        wrong += tuple(Deviation(place, reason) for place, reason in changes(self._state, declarations).items())
        return Recovered(self._service, values, options, wrong)


def options_of(declaration: ServiceDeclaration) -> dict[str, Any]:
    """What a service declares, in the options of `iam_baseline`."""
    return {section: getattr(declaration, section) for section in SECTIONS}


def _key_of(values: Values) -> str:
    return json.dumps(values, sort_keys=True, default=str)


def _is_accepted(variable: Variable, value: Any) -> bool:
    problems: list[Any] = []
    variable.value(value, variable.name, problems)
    return not problems
