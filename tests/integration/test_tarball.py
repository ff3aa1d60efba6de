# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The built tarball holds what a user needs and nothing else, whatever lies about in the checkout."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from posixpath import normpath

import pytest
import yaml
from integration.installed_collection import CHECKOUT, Installed, build, installed

ALLOWED = yaml.safe_load(Path(__file__).with_name("tarball.yml").read_text(encoding="utf-8"))
MADE_BY_THE_BUILD = {"FILES.json", "MANIFEST.json"}
DIRT = (
    ".venv/lib/module.py",
    ".venv/collections/ansible_collections/amazon/aws/MANIFEST.json",
    ".idea/workspace.xml",
    ".coverage.host.1.x",
    ".env",
    "roles/.directory",
    "plugins/modules/.iam_role.py.swp",
    "plugins/modules/iam_role.py~",
    "plugins/modules/iam_role.py.orig",
    "plugins/modules/__pycache__/iam_role.cpython-311.pyc",
    "roles/deeplens_iam/tasks/main.retry",
    "changelogs/.plugin-cache.yaml",
    "inventory.yml",
    "inventory/hosts.yml",
    "aws_ml_backups/111111111111-20261101T000000Z-0123456789ab.json",
    "aws_ml_reports/aws_ml_report-20261101T000000Z.html",
    "aws_ml-permissions-0.9.0.tar.gz",
    "amazon-aws-10.1.0.tar.gz",
    "context/_build/requirements.yml",
    "docs/execution-environment/context/Containerfile",
    "docs/execution-environment/collections/requirements.yml",
    "htmlcov/index.html",
    "ansible.log",
)
"""What the commands of README.md, the tools of a contributor and editors leave."""
LINK = re.compile(
    r"""\]\(<?([^)\s>]+)      # Markdown: [text](target), ![text](target)
    | ^\[[^]]+\]:\s+(\S+)     # Markdown: [name]: target
    | `[^`<]*<([^`>]+)>`_     # reStructuredText: `text <target>`_
    | ^\.\.[ ]_[^:\n]+:[ ]+(\S+) # reStructuredText: .. _name: target
    | ^\s*\.\.\s+(?:\|.*\|\s+)?(?:image|figure|include|literalinclude)::\s+(\S+)
    | (?:href|src)="([^"]+)"
    """,
    re.VERBOSE | re.MULTILINE,
)


@pytest.fixture(scope="module")
def collection() -> Installed:
    return installed()


@pytest.fixture(scope="module")
def files(collection: Installed) -> set[str]:
    return files_in(collection.tarball)


def files_in(tarball: Path) -> set[str]:
    with tarfile.open(tarball) as opened:
        return {member.name for member in opened if not member.isdir()}


def git_files(*options: str) -> set[str]:
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={CHECKOUT}", "ls-files", "-z", *options],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name for name in listed.stdout.split("\0") if (CHECKOUT / name).is_file()}


def test_it_holds_what_is_allowed(files: set[str]) -> None:
    assert sorted({name.partition("/")[0] for name in files}) == ALLOWED["top"]
    suffixes: dict[str, set[str]] = defaultdict(set)
    for path in map(PurePosixPath, files):
        if len(path.parts) > 1:
            fitting = [folder for folder in ALLOWED["folders"] if path.is_relative_to(folder)]
            suffixes[max(fitting, key=len, default=str(path.parent))].add(path.suffix)
    assert {folder: sorted(found) for folder, found in suffixes.items()} == ALLOWED["folders"]


def test_it_holds_only_what_git_tracks(files: set[str]) -> None:
    """An error names the files: `git add` them, or ignore them in galaxy.yml."""
    assert sorted(files - git_files() - MADE_BY_THE_BUILD) == []


def test_nothing_that_lies_about_gets_in(tmp_path: Path) -> None:
    """Beside the dirt above, a file in every folder, and of every name, that .gitignore knows."""
    checkout, clean, dirty = (tmp_path / name for name in ("check out", "clean", "dirty"))
    for name in git_files("--cached", "--others", "--exclude-standard"):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / name, checkout / name)
    clean.mkdir()
    dirty.mkdir()
    wanted = files_in(build(clean, checkout))

    ignored = (CHECKOUT / ".gitignore").read_text(encoding="utf-8").split()
    patterns = [f"{line}x.txt" if line.endswith("/") else line for line in ignored]
    for name in {*DIRT, *(pattern.lstrip("/").replace("*", "x") for pattern in patterns)}:
        assert not (checkout / name).exists(), name
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("not for users", encoding="utf-8")
    assert sorted(files_in(build(dirty, checkout)) - wanted) == []


def links(text: str) -> Iterator[str]:
    """The targets in a page, less those inside it."""
    for found in LINK.finditer(text):
        target = "".join(group or "" for group in found.groups())
        if not target.startswith(("#", "mailto:")):
            yield target.partition("#")[0]


def broken(page: PurePosixPath, target: str, files: set[str]) -> bool:
    """Whether a link of a shipped page leads nowhere in the tarball."""
    if re.match(r"[a-z]+:", target):
        return False
    path = normpath(page.parent / target)
    return not any(name == path or name.startswith(f"{path}/") for name in files)


def test_links_lead_somewhere(collection: Installed, files: set[str]) -> None:
    found = [
        f"{page}: {target}"
        for page in map(PurePosixPath, sorted(files))
        if page.suffix in (".md", ".rst")
        for target in links((collection.root / page).read_text(encoding="utf-8"))
        if broken(page, target, files)
    ]
    assert found == [], "not in the tarball"


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("see [this](docs/a.md#b) ", "docs/a.md"),
        ("![chart](chart.svg)", "chart.svg"),
        ("[name]: a/b.md", "a/b.md"),
        ("`text <../README.md>`_ ", "../README.md"),
        (".. _name: a.rst", "a.rst"),
        ("  .. image:: a.png", "a.png"),
        ('<img src="a.svg">', "a.svg"),
    ],
)
def test_links_are_found(text: str, target: str) -> None:
    assert list(links(text)) == [target]
    assert broken(PurePosixPath("docs/page.md"), target, set())
    assert not broken(PurePosixPath("docs/page.md"), target, {normpath(f"docs/{target}")})
