# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Mistakes in the objects of a definition: what cannot be declared, or has no effect. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .definition_problem import DefinitionProblem, near
from .parts import PROFILES, Path
from .service import SECTIONS

Data = Mapping[str, Any]

_CONTENT = {
    "roles": (("trust", "assume_role_policy_document"), "a role needs `trust` or `assume_role_policy_document`"),
    "managed_policies": (("policy",), "a customer managed policy needs a `policy`"),
    "trust_statements": (("statements",), "a trust statement needs `statements`"),
}
"""By section, the keys of which an object needs one, in addition to its name."""

_PEOPLE = ("users", "groups", "roles")


def object_problems(files: Mapping[str, Any]) -> Iterator[DefinitionProblem]:
    """The mistakes in the objects of a service and its profiles."""
    for section in SECTIONS:
        names: dict[str, str] = {}
        for key, parts in _objects(files, section).items():
            file, *_others = parts
            path = (file, section, key)
            yield from _of_likeness(files, path, parts)
            if section == "attachments":
                yield from _of_attachment(files, path, parts)
            else:
                yield from _of_name(path, parts, names)
                yield from _of_content(files, path, parts)
    yield from _of_rules(files)


def _objects(files: Mapping[str, Any], section: str) -> dict[str, dict[str, Data]]:
    """The objects of a section: their content in the service and in each profile, by file."""
    found: dict[str, dict[str, Data]] = {}
    for file in ("service", *PROFILES):
        for key, content in ((files.get(file) or {}).get(section) or {}).items():
            found.setdefault(key, {})[file] = content
    return found


def _of_likeness(files: Mapping[str, Any], path: Path, parts: Mapping[str, Data]) -> Iterator[DefinitionProblem]:
    for file, content in parts.items():
        like = content.get("grants_like")
        if like is None:
            continue
        if file != "service":
            message = "`grants_like` is allowed only in service.yml, where it applies to every profile"
            yield DefinitionProblem((file, *path[1:], "grants_like"), message)
            continue
        others = {key for name in PROFILES for key in (files.get(name) or {}).get(path[1]) or ()}
        if like not in others:
            message = f"no profile has `{like}` in its {path[1]}{near(like, others)}"
            yield DefinitionProblem((file, *path[1:], "grants_like"), message)


def _of_name(path: Path, parts: Mapping[str, Data], names: dict[str, str]) -> Iterator[DefinitionProblem]:
    given = [content["name"] for content in parts.values() if "name" in content]
    if not given:
        yield DefinitionProblem(path, f"`name` is missing; {path[2]} needs a name")
    for name in dict.fromkeys(given):
        if "${" in name or path[1] == "trust_statements":
            continue  # One role may have several trust statements.
        other = names.setdefault(name.lower(), path[2])
        if other != path[2]:
            yield DefinitionProblem(path, f"{name} is the name of `{other}` already; declare each object once")


def _of_content(files: Mapping[str, Any], path: Path, parts: Mapping[str, Data]) -> Iterator[DefinitionProblem]:
    keys, message = _CONTENT[path[1]]
    common = parts.get("service", {})
    like = common.get("grants_like", path[2])
    of_profiles = [((files.get(name) or {}).get(path[1]) or {}).get(like) for name in PROFILES]
    mentioned = [content for content in of_profiles if content is not None] or [{}]
    if any(not set(keys) & {*common, *content} for content in mentioned):
        yield DefinitionProblem(path, message)
    if path[1] == "trust_statements":
        for content in parts.values():
            for statement in content.get("statements") or ():
                if isinstance(statement, Mapping) and "Sid" not in statement:
                    yield DefinitionProblem(path, "each statement needs a Sid, by which it is removed")
    elif "state" in common and "for_each" not in common:
        yield DefinitionProblem((*path, "state"), "`state` is for objects of for_each; use `when`")


def _of_attachment(files: Mapping[str, Any], path: Path, parts: Mapping[str, Data]) -> Iterator[DefinitionProblem]:
    content = {key: value for part in parts.values() for key, value in part.items()}
    if "to" not in content and "former" not in content:
        yield DefinitionProblem(path, "no user, group or role is named; give `to`, `former` or both")
    for key in ("to", "former"):
        for kind in content[key] if isinstance(content.get(key), Mapping) else ():
            if kind not in (*_PEOPLE, "when", "value"):
                message = f"`{kind}` is not known here{near(kind, _PEOPLE) or '; it has users, groups, roles'}"
                yield DefinitionProblem((*path, key, kind), message)
    place = content.get("place", path[2])
    # Otherwise no identity can be named twice, so no message names the variable.
    is_told = "place" in content or "former" in content or "for_each" in content
    for key, variable in (("to", place), ("former", f"former_{place}")):
        if is_told and key in content and place and "${" not in place and variable not in files["variables"]:
            hint = near(variable, files["variables"])
            message = f"messages name the variable `{variable}`, which does not exist{hint or '; give its `place`'}"
            yield DefinitionProblem((*path, "place"), message)


def _of_rules(files: Mapping[str, Any]) -> Iterator[DefinitionProblem]:
    for section in ("checks", "notices"):
        for index, rule in enumerate(files["service"].get(section) or ()):
            path = ("service", section, str(index))
            if "variable" in rule:
                yield from _of_variable((*path, "variable"), rule["variable"], files["variables"])
            elif section == "checks":
                yield DefinitionProblem(path, "`variable` is missing; a check must name its variable")


def _of_variable(path: Path, given: str, variables: Data) -> Iterator[DefinitionProblem]:
    name, *options = given.split(".")
    if name not in variables:
        yield DefinitionProblem(path, f"`{name}` is not a variable{near(name, variables)}")
        return
    content = variables[name]
    for option in options:
        known = dict.fromkeys(_PEOPLE) if content.get("type") == "people" else content.get("options") or {}
        if option not in known:
            yield DefinitionProblem(path, f"`{option}` is not an option of {name}{near(option, known)}")
            return
        name, content = option, known[option] or {}
