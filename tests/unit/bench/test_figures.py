# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Medians, slopes, extrapolations and promises, from samples that are made up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.figures import Row, extrapolated, further, medians, ratio, row_sizes, slope
from bench.promises import verdicts
from bench.record import with_extrapolations
from bench.samples import (
    ACCOUNT,
    AUDIT,
    BASELINE,
    CATALOGUE,
    DOCUMENTED,
    LEAST_PRIVILEGE,
    OURS,
    Measurement,
    Sample,
    repeats,
    writes,
)

MB = 1_000_000
SITE, AMAZON = Row(DOCUMENTED, OURS), Row(DOCUMENTED, "amazon")


def sample(alternative: str, wall: float, *, accounts: int = 0, latency: float = 0.0, **other: float) -> Sample:
    """A no-op of site.yml in so many accounts, or of iam_baseline in one account where that is left out."""
    case = DOCUMENTED if accounts else ACCOUNT
    calls, cpu, memory = other.get("calls", 6), other.get("cpu", 1), other.get("memory", 100 * MB)
    return Sample(
        case, alternative, "no-op", accounts or 1, latency, wall, cpu, int(memory), 50 * MB, wall, int(calls), 0
    )


def test_a_median_is_of_each_quantity_by_itself() -> None:
    found = medians([sample(OURS, 1, cpu=9), sample(OURS, 5, cpu=2), sample(OURS, 2, cpu=3)])
    [(point, median)] = found.items()
    assert (point.alternative, median.runs, median.wall, median.cpu) == (OURS, 3, 2, 3)


def test_the_median_of_two_is_between_them_and_points_are_kept_apart() -> None:
    found = medians([sample(OURS, 1), sample(OURS, 2), sample("floor", 7), sample(OURS, 9, latency=0.05)])
    assert [(point.alternative, point.latency, median.wall) for point, median in found.items()] == [
        (OURS, 0.0, 1.5),
        ("floor", 0.0, 7),
        (OURS, 0.05, 9),
    ]


def test_a_slope_is_that_of_least_squares() -> None:
    assert slope([(1, 3), (10, 21), (200, 401)]) == pytest.approx(2)
    assert slope([(0, 0), (1, 2), (2, 1)]) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="two different places"):
        slope([(1, 3), (1, 4)])


def test_each_further_account_costs_the_slope_over_all_sizes_up_to_200_accounts() -> None:
    walls = {1: 1.1, 10: 2, 1000: 500}
    found = medians(
        [sample(OURS, wall, accounts=size) for size, wall in walls.items()] + [sample("floor", 1, accounts=1)]
    )
    assert further(found, SITE, "wall") == pytest.approx(0.1)
    assert further(found, Row(DOCUMENTED, "floor"), "wall") is None


def test_cases_and_actions_are_figured_apart() -> None:
    audits = [replace(sample(OURS, 1.0 + size, accounts=size), case=AUDIT, action="audit") for size in (1, 10)]
    found = medians([*audits, sample(OURS, 7, accounts=50), replace(sample(OURS, 9, accounts=10), action="drift")])
    assert row_sizes(found, Row(AUDIT, OURS, "audit")) == [1, 10] and row_sizes(found, SITE) == [50]
    assert further(found, Row(AUDIT, OURS, "audit"), "wall") == pytest.approx(1)
    assert further(found, SITE, "wall") is None


def test_beyond_the_largest_size_the_line_through_the_last_two_goes_on() -> None:
    walls = {1: 23.0, 10: 113.0, 50: 513.0}
    found = medians(sample("amazon", wall, accounts=size, calls=205 * size) for size, wall in walls.items())
    beyond = extrapolated(found, AMAZON, 200)
    assert beyond is not None
    assert beyond.wall == pytest.approx(2013)
    assert (beyond.calls, beyond.runs) == (41000, 0)
    assert beyond.memory == 100 * MB
    assert extrapolated(found, AMAZON, 50) is None
    assert extrapolated(medians([sample("amazon", 23, accounts=1)]), AMAZON, 200) is None


def test_amazon_aws_is_extrapolated_to_the_sizes_of_ours_up_to_200_accounts() -> None:
    given = [sample(OURS, size / 10, accounts=size) for size in (1, 10, 200, 1000)]
    given += [sample("amazon", size * 10.0, accounts=size) for size in (1, 10)]
    given += [sample("floor", size * 10.0, accounts=size) for size in (1, 10)]
    whole = with_extrapolations(medians(given))
    runs = {point.accounts: median.runs for point, median in whole.items() if point.alternative == "amazon"}
    assert runs == {1: 1, 10: 1, 200: 0}
    assert whole[AMAZON.at(200)].wall == pytest.approx(2000)
    assert row_sizes(whole, Row(DOCUMENTED, "floor")) == [1, 10]


def test_a_ratio_needs_both() -> None:
    assert ratio(6, 4) == 1.5
    assert ratio(None, 4) is None
    assert ratio(6, None) is None
    assert ratio(6, 0) is None


@pytest.mark.parametrize(("amazon", "kept"), [(20.0, True), (19.9, False), (None, None)])
def test_a_promise_is_kept_at_its_bound_broken_below_and_open_where_nothing_was_measured(
    amazon: float | None, kept: bool | None
) -> None:
    given = [sample(OURS, 1.0)] + ([sample("amazon", amazon)] if amazon else [])
    [verdict] = [
        one for one in verdicts(medians(given)) if "0 ms latency: faster" in one.promise and "50" not in one.promise
    ]
    assert (verdict.found, verdict.kept) == (amazon, kept)


def whole_run() -> list[Sample]:
    given = [sample(name, wall, latency=latency) for name, wall in ONE_ACCOUNT for latency in (0.0, 0.05)]
    for size in (1, 10, 200):
        ours = sample(OURS, 1 + size / 10, accounts=size, cpu=1 + size / 5, calls=5 * size, memory=(80 + size / 4) * MB)
        rest = [
            sample("floor", 1, accounts=size, calls=5 * size),
            sample("nothing", 1, accounts=size, cpu=1 + size / 40, calls=0),
        ]
        for profile in (DOCUMENTED, LEAST_PRIVILEGE):
            given += [replace(one, case=profile) for one in (ours, *rest)]
        given.append(replace(ours, case=BASELINE, cpu=1 + size / 8))
    given += [sample("amazon", 10.0 * size, accounts=size) for size in (1, 10)]
    given.append(sample(OURS, 100, accounts=1000, memory=401 * MB))
    given.append(replace(sample(OURS, 100, accounts=1000, memory=399 * MB), case=AUDIT, action="audit"))
    catalogue = {"read": 0.016, "load": 0.04}
    return [*given, *(replace(sample(OURS, 1, cpu=cpu), case=CATALOGUE, action=one) for one, cpu in catalogue.items())]


ONE_ACCOUNT = ((OURS, 1.2), ("amazon", 30), ("floor", 0.5))
OF_A_PROFILE = [(1.6, False), (8, True), (1, True), (0.25, True), (130, True)]


def test_every_promise_is_measured_by_a_whole_run() -> None:
    found = verdicts(medians(whole_run()))
    expected = [
        *OF_A_PROFILE,
        *OF_A_PROFILE,
        (2000 / 21, True),
        (401, False),
        (399, True),
        (40, True),
        (2.5, True),
        (25, True),
        (2.4, True),
        (25, True),
        (2.4, True),
        (1, False),
    ]
    assert [one.found for one in found] == pytest.approx([value for value, _kept in expected])
    assert [one.kept for one in found] == [kept for _value, kept in expected]


def test_memory_of_few_accounts_does_not_pass_for_that_of_many() -> None:
    few = [one for one in whole_run() if one.accounts <= 10]
    peaks = [one.found for one in verdicts(medians(few)) if "peak memory" in one.promise]
    assert peaks == [None] * 4


@pytest.mark.parametrize(
    ("measurement", "number"),
    [
        (Measurement(ACCOUNT, "amazon", "create", 1, 0.0, 22), 1),
        (Measurement(ACCOUNT, "amazon", "no-op", 1, 0.0, 32), 3),
        (Measurement(DOCUMENTED, "amazon", "no-op", 10, 0.0, 113), 1),
        (Measurement(DOCUMENTED, OURS, "no-op", 200, 0.0, 20), 3),
        (Measurement(DOCUMENTED, OURS, "no-op", 1000, 0.0, 100), 1),
        (Measurement(BASELINE, "floor", "no-op", 200, 0.0, 8), 3),
    ],
)
def test_only_what_takes_long_and_no_promise_rests_on_is_measured_once(measurement: Measurement, number: int) -> None:
    assert repeats(measurement, 3) == number


def test_reads_and_entering_an_account_are_no_writes() -> None:
    assert writes({"GetRole": 3, "ListRoles": 2, "AssumeRole": 1, "PutRolePolicy": 4, "TagRole": 1}) == 5
