# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that the documentation shows, read as the shell and the programs read them, but not run."""

from __future__ import annotations

import importlib
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from ansible.cli import CLI
from integration.documented_blocks import COLLECTION, Block, blocks

SHELLS = {"bash", "console", "sh", "shell"}
PROGRAMS = {
    "ansible": "adhoc.AdHocCLI",
    "ansible-doc": "doc.DocCLI",
    "ansible-galaxy": "galaxy.GalaxyCLI",
    "ansible-inventory": "inventory.InventoryCLI",
    "ansible-playbook": "playbook.PlaybookCLI",
}
OURS = "aws_ml.permissions."
_KINDS = {"callback": "callback", "filter": "filter", "inventory": "inventory", "module": "modules"}


@dataclass(frozen=True)
class Command:
    """A command line with the assignments before it, and what the page shows that it prints."""

    block: Block
    text: str
    output: str = ""

    @property
    def words(self) -> list[str]:
        words = shlex.split(self.text, comments=True)
        while words and re.match(r"[A-Za-z_]\w*=", words[0]):
            words.pop(0)
        return words


def commands(block: Block) -> Iterator[Command]:
    """The commands of a block that a user types. In a console, they follow `$`, and their output is below them."""
    if block.language != "console":
        text = block.text.replace("\\\n", " ")
        yield from (Command(block, line) for line in text.splitlines() if line.strip() and not line.startswith("#"))
        return
    for typed in re.split(r"(?m)^\$ ", block.text)[1:]:
        lines = typed.splitlines()
        text = lines.pop(0)
        while lines and (text.endswith("\\") or text.count("'") % 2):
            text = text.removesuffix("\\") + " " + lines.pop(0).strip()
        yield Command(block, text, "\n".join(lines))


def all_commands() -> list[Command]:
    return [command for block in blocks() if block.language in SHELLS for command in commands(block)]


def problems(command: Command) -> Iterator[str]:
    """The problems with a command."""
    words = command.words
    if words and words[0] in PROGRAMS:
        try:
            given = _parsed(words)
        except SystemExit:
            yield f"{words[0]} does not take these arguments"
        else:
            yield from _problems_of(command, words[0], given)
    elif words and words[0] == "make":
        makefile = (COLLECTION / "Makefile").read_text(encoding="utf-8")
        for target in words[1:]:
            if "=" not in target and not re.search(rf"(?m)^{re.escape(target)}:", makefile):
                yield f"there is no target {target}"


def _parsed(words: list[str]) -> Mapping[str, Any]:
    """The command line as the program itself parses it."""
    module, _unused, name = PROGRAMS[words[0]].partition(".")
    program: CLI = getattr(importlib.import_module(f"ansible.cli.{module}"), name)(words)
    program.init_parser()
    given: dict[str, Any] = vars(program.parser.parse_args(words[1:]))
    return given


def _problems_of(command: Command, program: str, given: Mapping[str, Any]) -> Iterator[str]:
    shown = {block.file for block in blocks() if block.page == command.block.page}
    if program == "ansible-playbook":
        for name in given["args"]:
            there = name in shown
            if name.startswith(OURS):
                there = (COLLECTION / "playbooks" / f"{name.removeprefix(OURS).replace('.', '/')}.yml").exists()
            if not there:
                yield f"there is no playbook {name} in the collection nor on this page"
        for extra in given["extra_vars"]:
            yield from _problems_of_variables(extra)
    for source in given.get("inventory") or []:
        if source not in {*shown, "inventory", "inventory.yml", "localhost,", "aws_ml_adopted"}:
            yield f"the inventory {source} is not on this page"
    if program == "ansible-doc":
        for name in given["args"]:
            folder = _KINDS.get(given["type"], given["type"])
            what = name.removeprefix(OURS)
            places = [COLLECTION / "plugins" / folder / f"{what}.py", COLLECTION / "roles" / what]
            if name.startswith(OURS) and not any(place.exists() for place in places):
                yield f"there is nothing to read about {name}"


def _problems_of_variables(extra: str) -> Iterator[str]:
    if not extra.startswith("@"):
        content = yaml.safe_load(extra) if extra.startswith("{") else dict(re.findall(r"([\w]+)=(\S*)", extra))
        for name in content:
            if name not in variables():
                yield f"no playbook and no role knows {name}"


def variables() -> set[str]:
    """Names of variables that playbooks and roles of this collection take."""
    found: set[str] = set()
    for path in (COLLECTION / "playbooks").rglob("*.yml"):
        found.update(re.findall(r"\b(?:aws_ml|aws|retire|awx)_\w+", path.read_text(encoding="utf-8")))
    for path in (COLLECTION / "roles").glob("*/meta/argument_specs.yml"):
        found.update(yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"])
    return found
