# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands, settings and JSON in the documentation: each is one that there is."""

from __future__ import annotations

import configparser
import json
from pathlib import Path

import yaml
from ansible.constants import config
from ansible.parsing.plugin_docs import read_docstring
from ansible.plugins.doc_fragments.default_callback import ModuleDocFragment as OfTheDefaultOutput
from integration.documented_blocks import COLLECTION, Block, blocks
from integration.documented_commands import all_commands, problems


def test_every_command_is_one_that_there_is() -> None:
    found = all_commands()
    assert sum(command.words[:1] == ["ansible-playbook"] for command in found) > 20
    assert [
        f"{command.block.place}: {command.text}: {problem}" for command in found for problem in problems(command)
    ] == []


def settings() -> set[tuple[str, str]]:
    """Every section and key that ansible.cfg may have, of Ansible itself and of this collection's plugins."""
    definitions = list(config.get_configuration_definitions(ignore_private=True).values())
    definitions += yaml.safe_load(OfTheDefaultOutput.DOCUMENTATION)["options"].values()
    for path in (
        *Path(COLLECTION, "plugins", "callback").glob("*.py"),
        *Path(COLLECTION, "plugins", "inventory").glob("*.py"),
    ):
        definitions += (read_docstring(str(path))["doc"]["options"]).values()
    return {(entry["section"], entry["key"]) for definition in definitions for entry in definition.get("ini", [])}


def settings_of(block: Block) -> set[tuple[str, str]]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(block.text)
    return {(section, key) for section in parser.sections() for key in parser[section]}


def test_every_setting_is_one_that_there_is() -> None:
    shown = {block.place: settings_of(block) for block in blocks() if block.language in ("ini", "cfg")}
    assert shown
    known = settings()
    assert {place: unknown for place, found in shown.items() if (unknown := found - known)} == {}


def test_every_piece_of_json_can_be_read() -> None:
    for block in blocks():
        if block.language == "json":
            assert json.loads(block.text), block.place


def test_every_page_is_listed_and_begins_with_its_label() -> None:
    folder = COLLECTION / "docs" / "docsite"
    sections = yaml.safe_load((folder / "extra-docs.yml").read_text(encoding="utf-8"))["sections"]
    listed = [page for section in sections for page in section["toctree"]]
    pages = {path.stem: path.read_text(encoding="utf-8") for path in (folder / "rst").glob("*.rst")}
    assert sorted(listed) == sorted(pages)
    for page, text in pages.items():
        assert text.startswith(f".. _ansible_collections.aws_ml.permissions.docsite.{page}:\n"), page
