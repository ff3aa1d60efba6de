# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Entries of `exclude`, `roles` and `policies` that match nothing in an account, and what they were meant for. Pure.

An entry for many accounts need not match in each of them. It blocks a retirement if it looks like a misspelling of a
name that it would decide about (docs/decisions/0020).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..audit.audit import AuditedObject
from ..audit.traces import ServiceTraces
from ..errors import shown
from ..model import CurrentState, Role
from .blocking_checks import Refusal
from .retired import QUARANTINED, REMOVED, WAITING, Retirement
from .retirement import Wish, matches

_WILDCARDS = re.compile(r"[*?\[\]]+")
_SEPARATORS = re.compile(r"[-_.]")
_SHORTEST = 4
"""Minimum characters of a pattern: a shorter one is similar to every name."""
_LONG = 8
"""Minimum characters of a name for which two typing errors are allowed; for a shorter one, only one is."""
_KINDS = {"exclude": "role or policy", "roles": "role", "policies": "policy"}


def unmatched(wish: Wish, state: CurrentState) -> dict[str, list[str]]:
    """The entries that match nothing in the account, by option."""
    roles = [one.name for one in state.identities.values() if isinstance(one, Role)]
    policies = [policy.name for policy in state.policies.values()]
    options = {
        "exclude": (wish.excluded, [*roles, *policies]),
        "roles": (wish.roles or (), roles),
        "policies": (wish.policies or (), policies),
    }
    return {
        option: [entry for entry in entries if not any(matches(name, [entry]) for name in names)]
        for option, (entries, names) in options.items()
    }


def misspelled(
    lost: dict[str, list[str]],
    wish: Wish,
    planned: Retirement,
    objects: Sequence[AuditedObject],
    traces: Iterable[ServiceTraces],
) -> Iterator[Refusal]:
    """A refusal for each object that an entry without a match was probably meant to keep or to retire."""
    documented = {name for one in traces for name in (*one.roles, *one.policies) if name not in one.meant}
    going = {item.resource for item in planned.of(QUARANTINED, REMOVED, WAITING)}
    staying = {
        one.resource
        for one in objects
        if one.subject is not None and one.service in wish.services and not matches(one.name, wish.excluded)
    } - going
    candidates = {
        "exclude": sorted(going),
        "roles": sorted(resource for resource in staying if resource.startswith("role/")),
        "policies": sorted(resource for resource in staying if resource.startswith("policy/")),
    }
    for option, entries in lost.items():
        for entry in entries:
            for resource in candidates[option]:
                name = resource.partition("/")[2]
                if not {entry.lower(), name.lower()} <= documented and _is_like(entry, name):
                    yield _refusal(option, entry, resource)


def warnings(lost: dict[str, list[str]]) -> list[str]:
    """A warning for each entry. They do not name the account, so Ansible shows each only once for all accounts."""
    return [
        f"{option}: {shown(entry)} matches no {_KINDS[option]} of the account"
        for option, entries in lost.items()
        for entry in entries
    ]


def _refusal(option: str, entry: str, resource: str) -> Refusal:
    where = f"{option} (aws_ml_retire_{option})"
    reason = f"looks like {shown(entry)} of {where}, which matches nothing in this account"
    return Refusal(resource, "misspelled", reason, f"Correct the entry, or remove it from {option} for this account")


def _is_like(entry: str, name: str) -> bool:
    """Whether an entry is a name with a typing error. Names that differ only in digits belong to two objects."""
    if _WILDCARDS.search(entry):
        piece = max(_WILDCARDS.split(entry), key=len).lower()
        width = len(piece)
        windows = [name.lower()[start : start + width] for start in range(max(len(name) - width, 0) + 1)]
        return width >= _SHORTEST and any(_slips(piece, window) <= _allowed(piece) for window in windows)
    if re.sub(r"\d", "", entry.lower()) == re.sub(r"\d", "", name.lower()):
        return False
    pairs = ((entry.lower(), name.lower()), (_core(entry), _core(name)))
    return any(_slips(one, other) <= _allowed(one) for one, other in pairs)


def _core(name: str) -> str:
    """A name without the parts that are often omitted: separators, case, AWS at the start and Role at the end."""
    return _SEPARATORS.sub("", name.lower()).removeprefix("aws").removesuffix("role")


def _allowed(text: str) -> int:
    return 2 if len(text) >= _LONG else 1


def _slips(one: str, other: str) -> int:
    """The number of characters omitted, added, changed, or swapped with the next one between two texts."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, opposite in enumerate(other, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != opposite)))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == opposite:
                row[j] = min(row[j], earlier[j - 2] + 1)
    return row[-1]
