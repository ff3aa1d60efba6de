# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Writes the files of an inventory. Nothing is written if one of them would replace what is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import Problem
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.adopt.inventory_files import SECRETS, is_same
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.files import write_files

_LARGEST = 50_000_000
"""Bytes of a file that is compared."""


@dataclass
class FileChanges:
    """What has to be written, by the path in the folder: the content before (empty for a new file) and after.

    `problems` are files that must not be written.
    """

    folder: Path
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, folder: Path, files: Mapping[str, str], *, overwrite: bool) -> FileChanges:
        """Compare with what is in the folder. Raises OSError."""
        found = cls(folder)
        for name, content in files.items():
            path = folder / name
            linked = next((part for part in _below(folder, name) if part.is_symlink()), None)
            if linked is not None:
                found.problems.append(Problem(str(linked), "is a symbolic link, and is not followed; remove it"))
                continue
            before = _content(path)
            if before is not None and is_same(before, content):
                continue
            if before is not None and not overwrite:
                message = "has another content; give a new folder in aws_ml_adopt_dir, or aws_ml_adopt_overwrite: true"
                found.problems.append(Problem(str(path), message))
            found.changes[name] = (before or "", content)
        return found

    def write(self) -> None:
        """Write every file, for the owner alone. Raises OSError."""
        folders: dict[Path, dict[str, str]] = defaultdict(dict)
        for name, (_before, content) in self.changes.items():
            path = self.folder / name
            folders[path.parent][path.name] = content
        for folder, contents in folders.items():
            write_files(folder, contents)

    def shown(self) -> list[dict[str, str]]:
        """The difference as Ansible shows it, without external ids."""
        return [
            {
                "before_header": str(self.folder / name),
                "after_header": str(self.folder / name),
                "before": _veiled(name, before),
                "after": _veiled(name, after, changed=True),
            }
            for name, (before, after) in self.changes.items()
        ]


def _below(folder: Path, name: str) -> Iterator[Path]:
    path = folder
    for part in Path(name).parts:
        path = path / part
        yield path


def _content(path: Path) -> str | None:
    if not path.exists():
        return None
    if path.stat().st_size > _LARGEST:
        return ""
    return path.read_text(encoding="utf-8", errors="replace")


def _veiled(name: str, content: str, *, changed: bool = False) -> str:
    if not content or Path(name).name != SECRETS:
        return content
    return f"external ids{', changed' if changed else ''}\n"
