# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The targets of references in the documentation exist: plugins, roles, their options and values, labels, and files.

antsibull-docs checks references in the documentation of plugins and roles, and none in pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.plugin_docs import read_docstring
from ansible.plugins.loader import fragment_loader
from ansible.utils.plugin_docs import add_fragments

pytestmark = pytest.mark.both_generations

COLLECTION = Path(__file__).resolve().parents[3]
RST = COLLECTION / "docs" / "docsite" / "rst"
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(RST.glob("*.rst"))}
LABELS = {label for text in PAGES.values() for label in re.findall(r"(?m)^\.\. _(\S+):$", text)}
OURS = "aws_ml.permissions."
ADDRESS = yaml.safe_load((COLLECTION / "galaxy.yml").read_text(encoding="utf-8"))["repository"]
Options = dict[str, Any]


@cache
def options(name: str, kind: str) -> Options | None:
    """The options of a plugin or a role of this collection, None where there is none of the name."""
    if kind == "role":
        specification = COLLECTION / "roles" / name / "meta" / "argument_specs.yml"
        if not specification.exists():
            return None
        content = yaml.safe_load(specification.read_text(encoding="utf-8"))
        return dict(content["argument_specs"]["main"]["options"])
    folder = "modules" if kind == "module" else kind
    path = COLLECTION / "plugins" / folder / f"{name}.py"
    if not path.exists():
        return None
    documentation = read_docstring(str(path), verbose=False)["doc"]
    add_fragments(documentation, str(path), fragment_loader, is_module=kind == "module")
    return dict(documentation.get("options", {}))


def missing(page: str) -> Iterator[str]:
    text = PAGES[page]
    for name, kind in re.findall(r":ansplugin:`(?:[^`<]*<)?([\w.]+)#(\w+)>?`", text):
        if name.startswith(OURS) and options(name.removeprefix(OURS), kind) is None:
            yield f"{kind} {name}"
    for name, kind, place in re.findall(r":ansopt:`([\w.]+)#(\w+):([^`]+)`", text):
        if name.startswith(OURS) and not is_option(name.removeprefix(OURS), kind, place):
            yield f"option {place} of {kind} {name}"
    for label in re.findall(r":ref:`(?:[^`<]*<)?([^`<>]+)>?`", " ".join(text.split())):
        if label.startswith("ansible_collections.aws_ml.permissions.docsite.") and label not in LABELS:
            yield f"label {label}"
    for path in re.findall(r"<(\.\.?/[^>]+)>`_", text):
        if not (RST / path.partition("#")[0]).exists():
            yield f"file {path}"


def is_option(name: str, kind: str, place: str) -> bool:
    """Whether there is such an option, and it takes the value that stands behind `=`."""
    path, _unused, value = (place.removeprefix("main:") if kind == "role" else place).partition("=")
    known: Options | None = options(name, kind)
    option: Options = {}
    for step in path.replace("[]", "").split("."):
        option = next((it for key, it in (known or {}).items() if step in (key, *it.get("aliases", ()))), {})
        if not option:
            return False
        known = option.get("options") or option.get("suboptions")
    choices = list(map(str, option.get("choices", ())))
    return not value or not choices or value in choices or option.get("type") == "list"


@pytest.mark.parametrize("page", PAGES)
def test_pages_refer_to_what_is_there(page: str) -> None:
    assert list(missing(page)) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_its_label(page: str) -> None:
    assert PAGES[page].startswith(f".. _ansible_collections.aws_ml.permissions.docsite.{page}:\n")


def test_the_address_of_the_repository_is_in_one_file() -> None:
    """Links in pages are relative, so that they work in every copy of the repository."""
    below = (path for suffix in ("md", "rst", "yml") for path in COLLECTION.glob(f"[!.]*/**/*.{suffix}"))
    pages = (*COLLECTION.glob("*.md"), *COLLECTION.glob("*.yml"), *below)
    found = [str(path.relative_to(COLLECTION)) for path in pages if ADDRESS in path.read_text(encoding="utf-8")]
    assert found == ["galaxy.yml"]


def test_every_page_is_listed() -> None:
    listed = yaml.safe_load((RST.parent / "extra-docs.yml").read_text(encoding="utf-8"))
    assert sorted(page for section in listed["sections"] for page in section["toctree"]) == sorted(PAGES)


@pytest.mark.parametrize(
    ("place", "there"),
    [("state", True), ("state=absent", True), ("state=gone", False), ("policies", False), ("trust_policy", True)],
)
def test_an_option_is_reported_from_one_that_is_not(place: str, there: bool) -> None:
    assert is_option("iam_role", "module", place) is there
