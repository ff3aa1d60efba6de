# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Medians, slopes, extrapolations and promises, from samples that are made up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.figures import extrapolated, fleet, fleet_sizes, further, medians, ratio, slope
from bench.promises import verdicts
from bench.record import with_extrapolations
from bench.samples import ACCOUNT, AUDIT, FLEET, Sample, repeats, writes

MB = 1_000_000


def sample(way: str, wall: float, *, accounts: int = 0, latency: float = 0.0, calls: int = 6, cpu: float = 1) -> Sample:
    """A no-op: in a fleet of so many accounts, or in one account where that is left out."""
    case = FLEET if accounts else ACCOUNT
    return Sample(case, way, "no-op", accounts or 1, latency, wall, cpu, 100 * MB, 50 * MB, wall, calls, 0)


def test_a_median_is_of_each_quantity_by_itself() -> None:
    found = medians([sample("worker", 1, cpu=9), sample("worker", 5, cpu=2), sample("worker", 2, cpu=3)])
    [(point, median)] = found.items()
    assert (point.way, median.runs, median.wall, median.cpu) == ("worker", 3, 2, 3)


def test_the_median_of_two_is_between_them_and_points_are_kept_apart() -> None:
    found = medians([sample("worker", 1), sample("worker", 2), sample("floor", 7), sample("worker", 9, latency=0.05)])
    assert [(point.way, point.latency, median.wall) for point, median in found.items()] == [
        ("worker", 0.0, 1.5),
        ("floor", 0.0, 7),
        ("worker", 0.05, 9),
    ]


def test_a_slope_is_that_of_least_squares() -> None:
    assert slope([(1, 3), (10, 21), (200, 401)]) == pytest.approx(2)
    assert slope([(0, 0), (1, 2), (2, 1)]) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="two different places"):
        slope([(1, 3), (1, 4)])


def test_each_further_account_costs_the_slope_over_all_fleets() -> None:
    found = medians(
        [sample("worker", 1.1, accounts=1), sample("worker", 2, accounts=10), sample("floor", 1, accounts=1)]
    )
    assert further(found, "worker", "wall") == pytest.approx(0.1)
    assert further(found, "floor", "wall") is None


def test_audits_are_figured_apart_from_fleets() -> None:
    audits = [replace(sample("worker", 1.0 + size, accounts=size), case=AUDIT, action="audit") for size in (1, 10)]
    found = medians([*audits, sample("worker", 7, accounts=50)])
    assert fleet_sizes(found, "worker", AUDIT) == [1, 10] and fleet_sizes(found, "worker") == [50]
    assert further(found, "worker", "wall", AUDIT) == pytest.approx(1)
    assert further(found, "worker", "wall") is None


def test_beyond_the_largest_fleet_the_line_through_the_last_two_goes_on() -> None:
    walls = {1: 23.0, 10: 113.0, 50: 513.0}
    found = medians(sample("amazon", wall, accounts=size, calls=205 * size) for size, wall in walls.items())
    beyond = extrapolated(found, "amazon", 200)
    assert beyond is not None
    assert (beyond.wall, beyond.calls, beyond.runs) == (pytest.approx(2013), 41000, 0)
    assert beyond.memory == 100 * MB
    assert extrapolated(found, "amazon", 50) is None
    assert extrapolated(medians([sample("amazon", 23, accounts=1)]), "amazon", 200) is None


def test_only_fleets_that_were_not_measured_are_extrapolated() -> None:
    given = [sample("worker", size / 10, accounts=size) for size in (1, 10, 200)]
    given += [sample("amazon", size * 10.0, accounts=size) for size in (1, 10)]
    whole = with_extrapolations(medians(given))
    runs = {(point.way, point.accounts): median.runs for point, median in whole.items()}
    assert runs == {
        ("worker", 1): 1,
        ("worker", 10): 1,
        ("worker", 200): 1,
        ("amazon", 1): 1,
        ("amazon", 10): 1,
        ("amazon", 200): 0,
    }
    amazon = fleet(whole, "amazon", 200)
    assert amazon is not None and amazon.wall == pytest.approx(2000)


def test_a_ratio_needs_both() -> None:
    assert ratio(6, 4) == 1.5
    assert ratio(None, 4) is None
    assert ratio(6, None) is None
    assert ratio(6, 0) is None


@pytest.mark.parametrize(("amazon", "kept"), [(20.0, True), (19.9, False), (None, None)])
def test_a_promise_is_kept_at_its_bound_broken_below_and_open_where_nothing_was_measured(
    amazon: float | None, kept: bool | None
) -> None:
    given = [sample("worker", 1.0)] + ([sample("amazon", amazon)] if amazon else [])
    first = verdicts(medians(given))[0]
    assert (first.found, first.kept) == (amazon, kept)


def test_every_promise_is_measured_by_a_whole_run() -> None:
    given = [sample("worker", 1.2, latency=latency) for latency in (0.0, 0.05)]
    given += [sample("amazon", 30, latency=latency, calls=204) for latency in (0.0, 0.05)]
    given += [sample("floor", 0.5, latency=latency) for latency in (0.0, 0.05)]
    given += [sample("worker", 1 + size / 10, accounts=size, cpu=1 + size / 5) for size in (1, 10, 200)]
    given += [sample("amazon", 10.0 * size, accounts=size) for size in (1, 10)]
    found = [(verdict.found, verdict.kept) for verdict in verdicts(medians(given))]
    assert found == [
        (pytest.approx(25), True),
        (pytest.approx(2.4), True),
        (pytest.approx(25), True),
        (pytest.approx(2.4), True),
        (pytest.approx(34), True),
        (pytest.approx(0.2), False),
        (pytest.approx(2000 / 21), True),
        (pytest.approx(100), True),
    ]


def test_memory_and_cpu_of_small_fleets_do_not_pass_for_those_of_200_accounts() -> None:
    given = [sample("worker", 1, accounts=size, cpu=0.1 * size) for size in (1, 10, 50)]
    assert [verdict.found for verdict in verdicts(medians(given))[-3:]] == [None, None, None]


def test_only_what_takes_long_and_no_promise_rests_on_is_measured_once() -> None:
    assert repeats(ACCOUNT, "amazon", "create", 22, 3) == 1
    assert repeats(ACCOUNT, "amazon", "no-op", 32, 3) == 3
    assert repeats(FLEET, "amazon", "no-op", 113, 3) == 1
    assert repeats(FLEET, "worker", "no-op", 20, 3) == 3
    assert repeats(FLEET, "floor", "no-op", 8, 5) == 5


def test_reads_and_entering_an_account_are_no_writes() -> None:
    assert writes({"GetRole": 3, "ListRoles": 2, "AssumeRole": 1, "PutRolePolicy": 4, "TagRole": 1}) == 5
