# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make lock` was run after the last change of requirements/*.in, and leaves nothing without a version and a hash."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

FOLDER = Path(__file__).resolve().parents[3] / "requirements"
NAMES = sorted(path.stem for path in FOLDER.glob("*.in"))
ONE_ENVIRONMENT = ("bench", "demo", "lint", "mutation", "test")
"""The files that are installed into the same environment."""


def wanted(name: str) -> Iterator[Requirement]:
    """The requirements of a .in file and of those that it includes."""
    for line in (FOLDER / f"{name}.in").read_text(encoding="utf-8").splitlines():
        if included := re.fullmatch(r"-r (\w+)\.in", line):
            yield from wanted(included[1])
        elif line and not line.startswith("#"):
            yield Requirement(line)


def pins(name: str) -> dict[str, list[tuple[str, str]]]:
    """The versions of each package in a .txt file, each with its marker."""
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for entry in re.findall(r"(?m)^[^\s#].*(?:\n +--hash=.*)*", text):
        pin, *hashes = re.split(r" *\\\n +", entry)
        requirement = Requirement(pin)
        [version] = requirement.specifier
        assert version.operator == "==", entry
        assert hashes, entry
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", each) for each in hashes), entry
        found[requirement.name].append((version.version, str(requirement.marker or "")))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_what_is_wanted_is_pinned(name: str) -> None:
    pinned = pins(name)
    for requirement in wanted(name):
        versions = [version for version, _ in pinned.get(requirement.name.lower().replace("_", "-"), [])]
        assert any(requirement.specifier.contains(version) for version in versions), f"{requirement}: run make lock"


def test_a_package_has_one_version_in_an_environment() -> None:
    versions: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for name in ONE_ENVIRONMENT:
        for package, found in pins(name).items():
            versions[package].setdefault(name, set()).update(version for version, _ in found)
    differing = {
        package: by_file
        for package, by_file in versions.items()
        if not all(versions <= by_file.get("lint", versions) for versions in by_file.values())
    }
    assert differing == {}


def test_no_file_names_an_index() -> None:
    texts = [path.read_text(encoding="utf-8") for path in FOLDER.iterdir()]
    assert [text for text in texts if re.search(r"://|--(extra-)?index-url|--find-links", text)] == []
