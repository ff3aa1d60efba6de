# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The files of a service that belong to no profile, as one definition. Pure.

`service.yml` comes first, then the others in alphabetical order. Each has the same sections; the entries of a section
follow each other in that order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str, ...]
"""The place of a value: the file without its suffix, then keys and indexes."""

Data = Mapping[str, Any]

PROFILES = ("documented", "least_privilege")
"""The profiles that a service can have, each in a file of its name."""

ASSERTIONS = "assertions"
"""The file with the assertions of access of a service: by profile, and for every profile."""

EVERY_PROFILE = "every_profile"


@dataclass
class JoinedParts:
    """`content` is the content of all parts. `problems` are paths and the mistakes there."""

    files: Mapping[str, Data]
    names: tuple[str, ...] = field(init=False)
    content: dict[str, Any] = field(default_factory=dict, init=False)
    problems: list[tuple[Path, str]] = field(default_factory=list, init=False)
    _paths: dict[tuple[str, str], Path] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        others = sorted(name for name in self.files if name not in ("service", "traces", ASSERTIONS, *PROFILES))
        self.names = ("service", *others)
        for name in self.names:
            for section, content in self.files.get(name, {}).items():
                self._add(name, section, content)

    def path(self, section: str, key: str) -> Path:
        """The path of an entry of a section. The key of an entry of a list is its index in `content`."""
        return self._paths.get((section, key), ("service", section, key))

    def _add(self, name: str, section: str, content: Any) -> None:
        if isinstance(content, Mapping):
            mapping = self.content.setdefault(section, {})
            self._paths |= {(section, key): path for key, path in self._new(name, section, content, mapping)}
            mapping.update(content)
        elif isinstance(content, list):
            entries = self.content.setdefault(section, [])
            for index, entry in enumerate(content):
                self._paths[section, str(len(entries))] = (name, section, str(index))
                entries.append(entry)
        else:
            self.content[section] = content

    def _new(self, name: str, section: str, content: Data, present: Data) -> Iterator[tuple[str, Path]]:
        for key in content:
            path = (name, section, key)
            if key in present:
                self.problems.append((path, f"{self.path(section, key)[0]}.yml defines {key} too"))
            yield key, path
