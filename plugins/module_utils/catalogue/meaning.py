# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Mistakes in the meaning of a definition: parts without effect, and parts that fail during evaluation. Pure.

The form is checked before. `parser` does not need these checks to build a service. They run only where definitions are
written: for the services of a user, and by the tests and `make lint` for those of this collection.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from .definition_problem import DefinitionProblem, near
from .expression_types import ExpressionTypes
from .expressions import Expression
from .object_meaning import object_problems
from .parser import Known, Parser
from .parts import ASSERTIONS, EVERY_PROFILE, PROFILES, JoinedParts, Path
from .text_meaning import text_problems
from .variable_meaning import variable_problems


def definition_problems(name: str, files: Mapping[str, Any], codes: Collection[str]) -> list[DefinitionProblem]:
    """All mistakes in the meaning of a service, without duplicates. `codes` are those of findings."""
    parser = StrictParser(name, files)
    parser.service()
    parts = JoinedParts(files)
    whole = whole_of(parts)
    # If a name is misspelled, the right one is unused, which need not be reported.
    found = [
        *([] if parser.problems else parser.unused(whole)),
        *variable_problems(whole),
        *object_problems(whole),
        *text_problems(name, whole),
        *_remedy_problems(whole, codes),
        *_assertion_problems(files),
    ]
    placed = [replace(problem, path=_in_part(parts, problem.path)) for problem in found]
    return list(dict.fromkeys([*parser.problems, *placed]))


def whole_of(parts: JoinedParts) -> dict[str, Any]:
    """The definition as if `service`, `variables` and `remedies` were one file each, beside the profiles."""
    sections = {name: parts.content.get(name) or {} for name in ("variables", "remedies")}
    return {
        "service": parts.content,
        **sections,
        **{name: parts.files[name] for name in PROFILES if name in parts.files},
    }


def _in_part(parts: JoinedParts, path: Path) -> Path:
    """The path in the file that it is in of what `whole_of` has there."""
    if path[0] in ("variables", "remedies"):
        return (*parts.path(*path[:2]), *path[2:])
    return (*parts.path(*path[1:3]), *path[3:]) if path[0] == "service" and len(path) > 2 else path


class StrictParser(Parser):
    """Also checks the types of expressions, and finds names that no expression uses."""

    def __init__(self, name: str, files: Mapping[str, Any]) -> None:
        super().__init__(name, files)
        self._used: set[str] = set()
        self._trusts: set[tuple[str, str]] = set()

    def _check_names(self, path: Path, expression: Expression, known: Known, also: tuple[Path, ...] = ()) -> None:
        super()._check_names(path, expression, known, also)
        self._used |= expression.names
        if not expression.names and expression.tree["type"] != "multi_select_list":
            message = f"`{expression.text}` uses no variable, so it is the same for every account"
            self.problems.append(DefinitionProblem(path, message, expression.text, also))
        types = ExpressionTypes(known)
        types.of(expression.tree)
        for message in dict.fromkeys(types.problems):
            self.problems.append(DefinitionProblem(path, message, expression.text, also))

    def _trust(self, path: Path, profile: str, name: str) -> Any:
        self._trusts.add((profile, name))
        return super()._trust(path, profile, name)

    def unused(self, whole: Mapping[str, Any]) -> Iterator[DefinitionProblem]:
        """Variables, locals and trust policies that nothing uses."""
        implied = {"state", "profile"}
        for variable in whole["variables"]:
            if variable not in self._used | implied:
                yield DefinitionProblem(("variables", variable), f"`{variable}` is used nowhere; leave it out")
        for file in ("service", *self.profile_names()):
            for local in whole[file].get("locals") or ():
                if local not in self._used:
                    yield DefinitionProblem((file, "locals", local), f"`{local}` is used nowhere; leave it out")
        for profile in self.profile_names():
            for trust in self.files[profile].get("trust_policies") or ():
                if (profile, trust) not in self._trusts:
                    path = (profile, "trust_policies", trust)
                    yield DefinitionProblem(path, f"no role of this profile has `trust: {trust}`; leave it out")


def _assertion_problems(files: Mapping[str, Any]) -> Iterator[DefinitionProblem]:
    for profile in files.get(ASSERTIONS) or ():
        if profile != EVERY_PROFILE and profile not in files:
            message = f"the service has no profile {profile}, so these assertions are judged nowhere"
            yield DefinitionProblem((ASSERTIONS, profile), message)


def _remedy_problems(files: Mapping[str, Any], codes: Collection[str]) -> Iterator[DefinitionProblem]:
    for code in files.get("remedies") or ():
        if code not in codes:
            yield DefinitionProblem(("remedies", code), f"`{code}` is not the code of a finding{near(code, codes)}")
