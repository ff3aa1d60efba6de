# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m bench`: measure, then write the report. `make bench` calls it."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from .alternatives import ACCOUNT_ALTERNATIVES, EARLIER, Alternative
from .asked import ALTERNATIVES, CASES, Asked, asked
from .availability import unavailable
from .case import Case
from .catalogue import catalogue
from .chart import draw
from .checkout import write_collections
from .jobs import BY_CASE
from .machine import describe
from .many_accounts import in_many
from .measure import RunFailed
from .one_account import one_account
from .record import Record
from .report import CHART, report
from .samples import ACCOUNT, CATALOGUE, DOCUMENTED, Sample
from .screen import Screen, say

Missing = Mapping[str, str]


def main() -> int:
    """0 if everything was measured. 1, with a report of what was measured, if a run failed or had a wrong outcome."""
    wanted, began = asked(), time.monotonic()
    samples: list[Sample] = []
    missing: dict[str, str] = {}
    failure = ""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        try:
            missing = missing_alternatives(wanted, folder)
            cases = [case(name, wanted, missing) for name in wanted.cases]
            screen = Screen([measurement for one in cases for measurement in one.measurements])
            for one in cases:
                for sample in one.run(folder, screen):
                    samples.append(sample)
        except RunFailed as error:
            failure = str(error)
        except KeyboardInterrupt:
            failure = "interrupted"
    minutes = (time.monotonic() - began) / 60
    stopped = {"what would have come then": failure.splitlines()[0]} if failure else {}
    machine = {**describe(), "earlier": wanted.earlier}
    write(Record(machine, wanted.repeats, minutes, samples, {**missing, **stopped}), wanted.results)
    if failure:
        say(f"bench: stopped. {failure}")
    return 1 if failure else 0


def missing_alternatives(wanted: Asked, folder: Path) -> dict[str, str]:
    """Why requested alternatives cannot be measured, by name. Writes the earlier commit if one is given."""
    missing = unavailable(chosen(wanted, ALTERNATIVES, {}), folder)
    if wanted.earlier:
        write_collections(folder, wanted.earlier)
    else:
        missing[EARLIER] = "no commit was given with --earlier"
    for alternative, why in missing.items():
        say(f"{alternative} is left out: {why}")
    return missing


def chosen(wanted: Asked, alternatives: Iterable[Alternative], missing: Missing) -> list[Alternative]:
    """The requested alternatives that are available; without mitogen for a quick run."""
    return [
        alternative
        for alternative in alternatives
        if wanted.wants(alternative.name)
        and alternative.name not in missing
        and not (wanted.quick and alternative.name == "mitogen")
    ]


def case(name: str, wanted: Asked, missing: Missing) -> Case:
    """The case of that name, one of CASES."""
    assert name in CASES
    if name == ACCOUNT:
        return one_account(chosen(wanted, ACCOUNT_ALTERNATIVES, missing), wanted)
    if name == CATALOGUE:
        return catalogue(wanted)
    job = BY_CASE[name]
    return in_many(job, chosen(wanted, job.alternatives, missing), wanted)


def write(record: Record, folder: Path) -> None:
    """`report.md`, `figures.json` and the chart, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    text = report(record)
    (folder / "report.md").write_text(text, encoding="utf-8")
    (folder / "figures.json").write_text(json.dumps(record.document(), indent=1) + "\n", encoding="utf-8")
    if any(sample.case == DOCUMENTED for sample in record.samples):
        draw(record, folder / CHART)
    say()
    say(text)
    say(f"Written to {folder}.")


if __name__ == "__main__":
    sys.exit(main())
