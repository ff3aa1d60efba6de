# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The folders with service definitions, and the place of a mistake in their files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.definition_problem import (
    DefinitionProblem,
    is_text_of,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable, shown
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.yaml_reader import (
    YamlProblem,
    composed,
    line_of,
    lines_with,
    read,
)

FILES = ("service", "traces", "documented", "least_privilege", "assertions")
"""The files with a special meaning; every other file is a part of `service`."""

NEEDED = ("service", "documented")

_ALIKE = 0.8
"""The similarity from which the name of a part is a misspelling of one of these."""

LARGEST = 1_000_000
"""Bytes of one file."""

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)

RESERVED = ("service",)
"""Names whose variables would be those of the role service_iam."""


@dataclass(frozen=True, order=True)
class PlacedProblem:
    """A mistake in a file, or with a folder, in which case its line is 0."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return printable(f"{self.file}{f':{self.line}' if self.line else ''}: {self.message}")


class DefinitionsError(AnsibleError):  # type: ignore[misc]
    """Service definitions that cannot be used, with every problem."""

    def __init__(self, problems: Sequence[PlacedProblem]) -> None:
        self.problems = sorted(set(problems))
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        lines = "".join(f"\n- {problem}" for problem in self.problems)
        super().__init__(f"{count} found in service definitions:{lines}")


@dataclass(frozen=True)
class ServiceFolder:
    """One service: the data of its files by their names without `.yml`, and their texts. `shown` is its path."""

    name: str
    shown: str
    files: Mapping[str, Any] = field(repr=False)
    texts: Mapping[str, str] = field(repr=False)

    def placed(self, problem: DefinitionProblem) -> Iterator[PlacedProblem]:
        """The problem with its file and line; several if a wrong text is in several lines."""
        found = False
        for file, *path in (problem.path, *problem.also) if problem.text else ():
            if file in self.texts:
                node = composed(self.texts[file])
                for line in lines_with(node, tuple(path), lambda scalar: is_text_of(scalar, problem.text)):
                    found = True
                    yield PlacedProblem(f"{self.shown}/{file}.yml", line, problem.message)
        file, *path = problem.path or ("",)
        if found:
            return
        if file in self.texts:
            line = line_of(composed(self.texts[file]), tuple(path))
            yield PlacedProblem(f"{self.shown}/{file}.yml", line, problem.message)
        else:
            yield PlacedProblem(self.shown, 0, problem.message)


def absolute(paths: Sequence[str]) -> tuple[str, ...]:
    """Paths as they are from the folder that Ansible was started in, each once."""
    expanded = [os.path.expanduser(os.path.expandvars(path)) for path in paths]
    try:
        return tuple(dict.fromkeys(os.path.abspath(path) for path in expanded))
    except OSError:
        raise AnsibleError(
            "a path of services is relative, and the folder that Ansible was started in no longer exists; give an"
            " absolute path"
        ) from None


def folders_of(path: str, problems: list[PlacedProblem]) -> list[Path]:
    """The folders of services at a path: the path itself if it is one, or all folders in it. Adds to `problems`."""
    folder = Path(path)
    found: list[Path] = []
    try:
        if not folder.is_dir():
            wrong = (
                f"{'is not a folder' if folder.exists() else 'does not exist'}; give a folder with folders of services"
            )
        elif any(folder.glob("*.yml")):
            return [folder]
        else:
            found = sorted(one for one in folder.iterdir() if one.is_dir() and not one.name.startswith((".", "__")))
            wrong = "" if found else "contains no folder of a service"
    except OSError as error:
        wrong = f"cannot be read: {error.strerror}"
    problems += [PlacedProblem(_short(folder), 0, wrong)] if wrong else []
    return found


def read_folder(folder: Path, problems: list[PlacedProblem]) -> ServiceFolder | None:
    """The files of a service. Problems with the files themselves are added to `problems`."""
    where = _short(folder)
    before = len(problems)
    if not _NAME.fullmatch(folder.name) or folder.name in RESERVED:
        why = "is taken" if folder.name in RESERVED else "use lowercase letters, digits and underscores"
        problems.append(PlacedProblem(where, 0, f"{shown(folder.name)} cannot be the name of a service; {why}"))
    texts: dict[str, str] = {}
    files: dict[str, Any] = {}
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        problems.append(PlacedProblem(where, 0, f"cannot be read: {error.strerror}"))
        return None
    for path in entries:
        if path.suffix in (".yml", ".yaml", ".json") and not path.name.startswith("."):
            problem = _name_problem(path)
            if problem:
                problems.append(PlacedProblem(f"{where}/{path.name}", 0, problem))
                continue
            texts[path.stem], wrong = _text(path)
            files[path.stem], more = (None, wrong) if wrong else read(texts[path.stem])
            problems += [PlacedProblem(f"{where}/{path.name}", one.line, one.message) for one in more]
    missing = [name for name in NEEDED if name not in texts]
    problems += [PlacedProblem(where, 0, f"{name}.yml is missing") for name in missing]
    return ServiceFolder(folder.name, where, files, texts) if len(problems) == before else None


def _name_problem(path: Path) -> str:
    if path.suffix != ".yml":
        return f"is not read; rename it to {path.stem}.yml"
    alike = [] if path.stem in FILES else get_close_matches(path.stem, FILES, 1, _ALIKE)
    if alike:
        return f"is not {alike[0]}.yml; did you mean that? A part of the service needs a name that is less similar"
    return "" if _NAME.fullmatch(path.stem) else "the name of a file has lowercase letters, digits and underscores"


def _text(path: Path) -> tuple[str, list[YamlProblem]]:
    try:
        if path.stat().st_size > LARGEST:
            return "", [YamlProblem(0, f"larger than {LARGEST} bytes")]
        return path.read_text(encoding="utf-8"), []
    except UnicodeDecodeError:
        return "", [YamlProblem(0, "is not text in UTF-8")]
    except OSError as error:
        return "", [YamlProblem(0, f"cannot be read: {error.strerror}")]


def _short(folder: Path) -> str:
    """A path as the user gave it, if it is in the folder that Ansible was started in."""
    try:
        return str(folder.relative_to(Path.cwd()))
    except (OSError, ValueError):
        return str(folder)
