# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m bench`: measure, then write the report. `make bench` calls it."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from .asked import Asked, asked
from .availability import unavailable
from .case import Case
from .chart import draw
from .fleets import audits, fleets
from .machine import describe
from .measure import RunFailed
from .one_account import one_account
from .record import Record
from .report import CHART, report
from .samples import ACCOUNT, AUDIT, FLEET, Sample
from .screen import Screen, say
from .ways import AUDIT_WAYS, FLEET_WAYS, ONE_ACCOUNT_WAYS, Way

Missing = Mapping[str, str]


def main() -> int:
    """0 if everything was measured; 1, with a report of what was, if a run failed or did not do what it is for."""
    wanted, began = asked(), time.monotonic()
    samples: list[Sample] = []
    failure = ""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        missing = unavailable(ways_of(wanted, ONE_ACCOUNT_WAYS, {}) + ways_of(wanted, FLEET_WAYS, {}), folder)
        for way, why in missing.items():
            say(f"{way} is left out: {why}")
        cases = [CASES[case](wanted, missing) for case in wanted.cases]
        screen = Screen([measurement for case in cases for measurement in case.measurements])
        try:
            for case in cases:
                for sample in case.run(folder, screen):
                    samples.append(sample)
        except RunFailed as error:
            failure = str(error)
        except KeyboardInterrupt:
            failure = "interrupted"
    minutes = (time.monotonic() - began) / 60
    stopped = {"what would have come then": failure.splitlines()[0]} if failure else {}
    write(Record(describe(), wanted.repeats, minutes, samples, {**missing, **stopped}), wanted.results)
    if failure:
        say(f"bench: stopped. {failure}")
    return 1 if failure else 0


def ways_of(wanted: Asked, ways: tuple[Way, ...], missing: Missing) -> list[Way]:
    """The ways that are asked for and can be had; without mitogen if the run is to be quick."""
    return [
        way
        for way in ways
        if wanted.wants(way.name) and way.name not in missing and not (wanted.quick and way.name == "mitogen")
    ]


CASES: Mapping[str, Callable[[Asked, Missing], Case]] = {
    ACCOUNT: lambda wanted, missing: one_account(ways_of(wanted, ONE_ACCOUNT_WAYS, missing), wanted),
    FLEET: lambda wanted, missing: fleets(ways_of(wanted, FLEET_WAYS, missing), wanted),
    AUDIT: lambda wanted, missing: audits(ways_of(wanted, AUDIT_WAYS, missing), wanted),
}
"""What can be measured, by the name that its samples carry."""


def write(record: Record, folder: Path) -> None:
    """`report.md`, `figures.json` and the chart, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    text = report(record)
    (folder / "report.md").write_text(text, encoding="utf-8")
    (folder / "figures.json").write_text(json.dumps(record.document(), indent=1) + "\n", encoding="utf-8")
    if any(sample.case == FLEET for sample in record.samples):
        draw(record, folder / CHART)
    say()
    say(text)
    say(f"Written to {folder}.")


if __name__ == "__main__":
    sys.exit(main())
