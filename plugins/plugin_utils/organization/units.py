# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The organizational units of an organization: their paths, their groups, and which of them are selected. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError, shown

ROOT_GROUP = "aws_organization"

ANSIBLE_GROUPS = ("all", "ungrouped")
"""Groups that every inventory has."""


@dataclass(frozen=True)
class Unit:
    """The root of an organization, or an organizational unit (OU) below it.

    `names` are the names from below the root down to the OU, so the root has none.
    """

    id: str
    parent_id: str
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.names[-1] if self.names else ""

    @property
    def path(self) -> str:
        return "/" + "/".join(self.names)


def group_names(units: Sequence[Unit], prefix: str) -> dict[str, str]:
    """The group of each unit, by the unit's ID. If units would have the same group, their IDs are added."""
    plain = {unit.id: _plain_group(unit, prefix) for unit in units}
    count = Counter([*plain.values(), *ANSIBLE_GROUPS])
    return {unit: name if count[name] == 1 else f"{name}__{_safe(unit)}" for unit, name in plain.items()}


def renamed_units(units: Sequence[Unit], prefix: str) -> dict[str, list[Unit]]:
    """The groups that are not created because several units, or Ansible, use the same name, with these units."""
    groups = group_names(units, prefix)
    renamed: dict[str, list[Unit]] = {}
    for unit in units:
        if groups[unit.id] != (plain := _plain_group(unit, prefix)):
            renamed.setdefault(plain, []).append(unit)
    return renamed


def lost_groups(units: Sequence[Unit], prefix: str, place: Callable[[str], str]) -> dict[str, list[str]]:
    """Variables for groups that `renamed_units` removed, reported for the ID of each unit that lacks them.

    `place` returns the place of a group's variables, empty if it has none.
    """
    by_id = {unit.id: unit for unit in units}
    lost: dict[str, list[str]] = {}
    for group, renamed in renamed_units(units, prefix).items():
        where = "" if group in ANSIBLE_GROUPS else place(group)
        heads = {unit.id for unit in renamed}
        for unit in units:
            if where and heads.intersection(lineage(unit, by_id)):
                lost.setdefault(unit.id, []).append(
                    f"{where} is for the group {group}, which is the name of several OUs, so that none has it."
                    " To fix: give these variables to the groups that have the OU's ID in their name."
                )
    return lost


def chosen_units(units: Sequence[Unit], wanted: Sequence[str], unwanted: Sequence[str]) -> set[str]:
    """The IDs of the units in a selected subtree (in any, if none is selected) and not in an excluded one.

    Raises EngineError for an entry that does not name a unit, or whose bare name is that of several units.
    """
    problems: list[str] = []
    heads = {
        option: {unit.id for entry in entries for unit in _named(units, entry, option, problems)}
        for option, entries in (("ous", wanted), ("exclude_ous", unwanted))
    }
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise EngineError(f"{count} found, the source gives no hosts:", problems)
    by_id = {unit.id: unit for unit in units}
    return {
        unit.id
        for unit in units
        if (not wanted or heads["ous"].intersection(lineage(unit, by_id)))
        and not heads["exclude_ous"].intersection(lineage(unit, by_id))
    }


def lineage(unit: Unit, by_id: Mapping[str, Unit]) -> Iterable[str]:
    """The IDs of the unit and of all above it."""
    above: Unit | None = unit
    while above is not None:
        yield above.id
        above = by_id.get(above.parent_id)


def _named(units: Sequence[Unit], entry: str, option: str, problems: list[str]) -> list[Unit]:
    """The units that an entry means: by ID, by path if it begins with /, else by name."""
    if entry.startswith("/"):
        pattern = "/" + entry.strip("/")
        found = [unit for unit in units if fnmatchcase(unit.path, pattern)]
        unclear = {path for path, times in Counter(unit.path for unit in found).items() if times > 1}
    else:
        found = [unit for unit in units if unit.id == entry] or [unit for unit in units if unit.name == entry != ""]
        unclear = {unit.path for unit in found} if len(found) > 1 else set()
    if unclear:
        places = ", ".join(f"{shown(unit.path)} ({unit.id})" for unit in found if unit.path in unclear)
        if entry.startswith("/"):
            problems.append(f"{option}: {shown(entry)} matches several OUs of one path: {places}. Give IDs.")
        else:
            problems.append(f"{option}: {shown(entry)} is the name of several OUs: {places}. Give paths or IDs.")
        return []
    if not found:
        problems.append(f"{option}: there is no OU {shown(entry)}.{_advice(units, entry)}")
    return found


def _advice(units: Sequence[Unit], entry: str) -> str:
    folded: dict[str, str] = {}
    for unit in units:
        folded[unit.path.lower()] = unit.path
        if unit.name:
            folded.setdefault(unit.name.lower(), unit.name)
    if close := get_close_matches(entry.lower(), list(folded), n=1):
        return f" Did you mean {shown(folded[close[0]])}?"
    paths = sorted(unit.path for unit in units)
    more = f" and {len(paths) - 20} more" if len(paths) > 20 else ""
    return f" There are {', '.join(map(shown, paths[:20]))}{more}."


def _plain_group(unit: Unit, prefix: str) -> str:
    return prefix + "__".join(_safe(name) for name in unit.names) if unit.names else ROOT_GROUP


def _safe(name: str) -> str:
    return re.sub(r"\W", "_", name)
