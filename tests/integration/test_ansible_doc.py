# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-doc lists and shows every plugin and role of the installed collection, without a warning."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.installed_collection import NAME, Done, Installed, installed

pytestmark = pytest.mark.both_generations

FOLDERS = {
    "module": "plugins/modules",
    "filter": "plugins/filter",
    "inventory": "plugins/inventory",
    "lookup": "plugins/lookup",
    "callback": "plugins/callback",
    "role": "roles",
}
INSIDE = {"action", "doc_fragments", "module_utils", "plugin_utils"}
"""Folders of plugins that are not in the documentation."""
ANSIBLES_OWN = "/ansible/_internal/ansible_collections/ansible/_protomatter"
"""ansible-core 2.21 warns of this part of itself whenever roles are looked up."""


@pytest.fixture(scope="module")
def collection() -> Installed:
    return installed()


@pytest.fixture(scope="module")
def dumped(collection: Installed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """All documentation as data, by type and full name."""
    told = quiet(collection.run("ansible-doc", "--metadata-dump", NAME, folder=tmp_path_factory.mktemp("docs")))
    found: dict[str, dict[str, Any]] = json.loads(told.stdout)["all"]
    return found


def quiet(done: Done) -> Done:
    told = [line for line in done.stderr.splitlines() if line and ANSIBLES_OWN not in line]
    assert (done.returncode, told) == (0, [])
    return done


def test_every_kind_of_plugin_is_looked_at(collection: Installed, dumped: dict[str, dict[str, Any]]) -> None:
    folders = {f"plugins/{path.name}" for path in (collection.root / "plugins").glob("[!_]*")}
    assert folders - set(FOLDERS.values()) == {f"plugins/{name}" for name in INSIDE}
    assert {kind for kind, entries in dumped.items() if any(name.startswith(NAME) for name in entries)} == set(FOLDERS)


@pytest.mark.parametrize("kind", FOLDERS)
def test_each_is_listed_and_shown(collection: Installed, kind: str, tmp_path: Path) -> None:
    names = collection.names(FOLDERS[kind])
    listed = json.loads(quiet(collection.run("ansible-doc", "-t", kind, "-l", "--json", NAME, folder=tmp_path)).stdout)
    assert sorted(listed) == names
    assert all(listed.values())
    shown = quiet(collection.run("ansible-doc", "-t", kind, *names, folder=tmp_path)).stdout
    headings = sorted(line for line in shown.splitlines() if line.startswith("> "))
    assert len(headings) == len(names)
    assert [name for name, heading in zip(names, headings, strict=True) if name not in heading] == []
    assert all(f"({collection.root}" in heading for heading in headings)


@pytest.mark.parametrize("kind", [kind for kind in FOLDERS if kind != "role"])
def test_each_plugin_is_described_with_examples(
    collection: Installed, dumped: dict[str, dict[str, Any]], kind: str
) -> None:
    assert sorted(dumped[kind]) == collection.names(FOLDERS[kind])
    for name, entry in dumped[kind].items():
        doc = entry["doc"]
        assert Path(doc["filename"]).is_relative_to(collection.root), name
        assert doc["short_description"] and all(doc["description"]) and doc["author"] and doc["version_added"], name
        assert undescribed(doc["options"]) == [], name
        assert entry["examples"].strip("-\n ") and list(yaml.safe_load_all(entry["examples"])), name
        assert entry["return"] or kind in ("callback", "inventory"), name


def test_each_role_is_described_with_all_its_variables(
    collection: Installed, dumped: dict[str, dict[str, Any]]
) -> None:
    assert sorted(dumped["role"]) == collection.names("roles")
    for name, role in dumped["role"].items():
        assert Path(role["path"]).is_relative_to(collection.root), name
        for entry in role["entry_points"].values():
            assert entry["short_description"] and all(entry["description"]) and entry["options"], name
            assert undescribed(entry["options"]) == [], name


def undescribed(options: dict[str, Any]) -> list[str]:
    """The options and suboptions that nothing is said of."""
    return [
        *(name for name, option in options.items() if not option.get("description")),
        *(
            f"{name}.{inner}"
            for name, option in options.items()
            for key in ("suboptions", "options")
            for inner in undescribed(option.get(key) or {})
        ),
    ]
