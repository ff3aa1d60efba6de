# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The meaning of a definition: what would do nothing, or fail when a service is evaluated. Pure.

The form has been checked before. This is more than `parser` needs to build a service, and only done where definitions
are written: for the services of a user, and by the tests and `make lint` for those of this collection.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from .definition_problem import DefinitionProblem, Path, near
from .expression_types import ExpressionTypes
from .expressions import Expression
from .object_meaning import object_problems
from .parser import Known, Parser
from .text_meaning import text_problems
from .variable_meaning import variable_problems


def definition_problems(name: str, files: Mapping[str, Any], codes: Collection[str]) -> list[DefinitionProblem]:
    """Everything that is wrong with the meaning of a service, each once. `codes` are those of findings."""
    parser = StrictParser(name, files)
    parser.service()
    # A misspelled name leaves the right one unused, which needs no telling.
    found = [
        *parser.problems,
        *([] if parser.problems else parser.unused()),
        *variable_problems(files),
        *object_problems(files),
        *text_problems(name, files),
        *_remedy_problems(files, codes),
    ]
    return list(dict.fromkeys(found))


class StrictParser(Parser):
    """Looks at the types of expressions too, and at what none of them uses."""

    def __init__(self, name: str, files: Mapping[str, Any]) -> None:
        super().__init__(name, files)
        self._used: set[str] = set()
        self._trusts: set[tuple[str, str]] = set()

    def _check_names(self, path: Path, expression: Expression, known: Known, also: tuple[Path, ...] = ()) -> None:
        super()._check_names(path, expression, known, also)
        self._used |= expression.names
        if not expression.names:
            message = f"`{expression.text}` uses no variable, so it is the same for every account"
            self.problems.append(DefinitionProblem(path, message, expression.text, also))
        types = ExpressionTypes(known)
        types.of(expression.tree)
        for message in dict.fromkeys(types.problems):
            self.problems.append(DefinitionProblem(path, message, expression.text, also))

    def _trust(self, path: Path, profile: str, name: str) -> Any:
        self._trusts.add((profile, name))
        return super()._trust(path, profile, name)

    def unused(self) -> Iterator[DefinitionProblem]:
        """Variables, locals and trust policies that nothing uses."""
        implied = {"state", "profile"}
        for variable in self.files["variables"]:
            if variable not in self._used | implied:
                yield DefinitionProblem(("variables", variable), f"`{variable}` is used nowhere; leave it out")
        for file in ("service", *self.profile_names()):
            for local in self.files[file].get("locals") or ():
                if local not in self._used:
                    yield DefinitionProblem((file, "locals", local), f"`{local}` is used nowhere; leave it out")
        for profile in self.profile_names():
            for trust in self.files[profile].get("trust_policies") or ():
                if (profile, trust) not in self._trusts:
                    path = (profile, "trust_policies", trust)
                    yield DefinitionProblem(path, f"no role of this profile has `trust: {trust}`; leave it out")


def _remedy_problems(files: Mapping[str, Any], codes: Collection[str]) -> Iterator[DefinitionProblem]:
    for code in files.get("remedies") or ():
        if code not in codes:
            yield DefinitionProblem(("remedies", code), f"`{code}` is not the code of a finding{near(code, codes)}")
