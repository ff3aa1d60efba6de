# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Mistakes in the variables of a definition: what is never used, or cannot be converted. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import Problem, shown
from .definition_problem import DefinitionProblem, near
from .parts import PROFILES, Path
from .value_kinds import KINDS
from .variables import Variable

Data = Mapping[str, Any]

STATES = ["present", "absent"]

_NATIVE: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "list": (list,),
    "dict": (dict,),
    "people": (dict,),
}


def variable_problems(files: Mapping[str, Any]) -> Iterator[DefinitionProblem]:
    """The mistakes in the variables of a service."""
    variables = files["variables"]
    for name, content in variables.items():
        yield from _of_variable(("variables", name), name, content)
    yield from _of_state(variables.get("state") or {})
    yield from _of_profile(variables.get("profile") or {}, [name for name in PROFILES if name in files])
    for index, sample in enumerate(files["service"].get("samples") or ()):
        for name in sample:
            if name not in variables:
                path = ("service", "samples", str(index), name)
                yield DefinitionProblem(path, f"`{name}` is not a variable{near(name, variables)}")


def _of_state(content: Data) -> Iterator[DefinitionProblem]:
    if content.get("choices") != STATES or content.get("default") not in STATES:
        yield DefinitionProblem(
            ("variables", "state"), "state has the choices [present, absent], and one as its default"
        )


def _of_profile(content: Data, profiles: list[str]) -> Iterator[DefinitionProblem]:
    choices = content.get("choices") or []
    if sorted(choices) != sorted(profiles):
        files = " and ".join(f"{name}.yml" for name in profiles)
        message = f"the choices of profile must be the profiles that have a file, {files}"
        yield DefinitionProblem(("variables", "profile"), message)
    elif content.get("default") not in choices:
        yield DefinitionProblem(("variables", "profile"), "profile needs one of its choices as its default")


def _of_variable(path: Path, name: str, content: Data, is_option: bool = False) -> Iterator[DefinitionProblem]:
    kind, elements = content.get("type", "str"), content.get("elements", "str")
    is_text = kind == "str" or (kind == "list" and elements == "str")
    for key, fits, whom in (
        ("elements", kind == "list", "a list"),
        ("kind", is_text, "text or a list of texts"),
        ("choices", is_text, "text or a list of texts"),
        ("options", kind == "dict" or (kind == "list" and elements == "dict"), "a dictionary or a list of them"),
    ):
        if key in content and not fits:
            yield DefinitionProblem((*path, key), f"`{key}` does not apply to `{name}`; it is for {whom}")
    if content.get("kind", "") and content["kind"] not in KINDS:
        yield DefinitionProblem(
            (*path, "kind"), f"`{content['kind']}` is not a kind of value{near(content['kind'], KINDS)}"
        )
    else:
        yield from _of_default(path, name, content)
    if is_option and "required" in content and content["required"] is not True:
        yield DefinitionProblem(
            (*path, "required"), "an option is always required (true) or never; use a check instead"
        )
    for option, of in (content.get("options") or {}).items():
        yield from _of_variable((*path, "options", option), option, of, is_option=True)


def _of_default(path: Path, name: str, content: Data) -> Iterator[DefinitionProblem]:
    default = content.get("default")
    if default is None:
        return
    kind = content.get("type", "str")
    if not isinstance(default, _NATIVE[kind]) or (kind == "int" and isinstance(default, bool)):
        message = f"the default {shown(default)} is not of the type {kind}"
        yield DefinitionProblem((*path, "default"), message)
        return
    found: list[Problem] = []
    Variable.parse(name, content).value(default, name, found)
    for one in found:
        yield DefinitionProblem((*path, "default"), f"the default does not fit: {one}")
