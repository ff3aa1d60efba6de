# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From any variant of a service to any other in place, and back: nothing that both grant is missing at any moment, and
nothing is granted that neither grants."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from .accounts import Converged, Refused, converged, ground
from .declarations import SERVICE_ROLES
from .variants import CASES, TABLES, VARIANTS, options_of
from .witness import replay

SWITCHES = [(role, one, other) for role in SERVICE_ROLES for one, other in combinations(VARIANTS.get(role, {}), 2)]

# Profiles, and ways, generations and tasks within one.
IN_PLACE = [(role, one, other) for role, table in TABLES.items() for one, other in table["in_place"]]

_STILL_USED = re.compile(r"managed_policies\[\d\]\.name: policy [\w-]+ is still used by ")
_TOLD = re.compile(r"neither before nor after|lack")


def switched(role: str, one: str, other: str) -> tuple[Converged, Converged, Converged]:
    """The account with the first variant, the way to the other, and the way back."""
    first = converged(options_of(role, one), ground(role))
    there = converged(options_of(role, other), first.goal)
    return first, there, converged(options_of(role, one), there.goal)


@pytest.mark.parametrize(("role", "one", "other"), SWITCHES)
def test_a_switch_leaves_no_gap_and_no_excess(role: str, one: str, other: str) -> None:
    try:
        first, there, back = switched(role, one, other)
    except Refused as refusal:
        # Somebody whom only the one variant names holds a policy that the other deletes.
        assert (role, one, other) not in IN_PLACE, refusal
        assert all(_STILL_USED.match(problem) for problem in refusal.args[0]), refusal
        return
    kept = 0
    for before, way in ((first.goal, there), (there.goal, back)):
        found = replay(before, way.plan, way.goal)
        told = " ".join(way.warnings)
        assert not found.too_much or "neither before nor after" in told, (found.too_much, way.plan.shown())
        assert not found.missing or "lack" in told, (found.missing, way.plan.shown())
        assert (role, one, other) not in IN_PLACE or not _TOLD.search(told), told
        kept += found.kept
    assert kept or (role, one, other) not in IN_PLACE, "the two have nothing in common, so that nothing was tested"


@pytest.mark.parametrize(("role", "variant"), CASES)
def test_what_was_declared_once_is_not_written_again(role: str, variant: str) -> None:
    first = converged(options_of(role, variant), ground(role))
    assert replay(ground(role), first.plan, first.goal).too_much == []
    assert converged(options_of(role, variant), first.goal).plan.steps == ()


def test_every_switch_in_place_is_one_of_the_switches() -> None:
    assert set(IN_PLACE) <= set(SWITCHES)
    assert {role for role, *_variants in IN_PLACE} == set(SERVICE_ROLES)
