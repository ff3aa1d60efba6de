# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The YAML of service definitions as plain data, with line numbers. Pure.

Users write these files. A file cannot run code or expand to much more data than it contains: tags are refused, and so
are aliases that contain each other or multiply. Duplicate keys are refused, because YAML would drop the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from ansible.module_utils.common.yaml import SafeLoader
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.parts import Path
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import shown

MOST_VALUES = 50_000
"""Keys, texts, lists and dictionaries of one file, each counted wherever an alias repeats it."""

DEEPEST = 60
"""Levels of lists and dictionaries."""

_TAG = "tag:yaml.org,2002:"
_PLAIN = frozenset(_TAG + kind for kind in ("str", "int", "float", "bool", "null", "map", "seq"))
_MERGE = f"{_TAG}merge"


@dataclass(frozen=True)
class YamlProblem:
    """A problem of a file, and its line, from 1."""

    line: int
    message: str


def read(text: str, *, dates: bool = False) -> tuple[Any, list[YamlProblem]]:
    """The data of a file; None if the file has a problem. Without `dates`, a value that YAML reads as a date is one."""
    try:
        loader = SafeLoader(text)
        node = loader.get_single_node()
        if node is None:
            return None, [YamlProblem(1, "empty")]
        problems = [*_Measure(dates=dates).problems(node)]
        return (None if problems else loader.construct_document(node)), problems
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        return None, [YamlProblem(line, f"cannot be read as YAML: {error.reason}")]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return None, [YamlProblem(mark.line + 1 if mark else 1, f"cannot be read as YAML: {error.problem}")]
    except (ValueError, RecursionError) as error:
        # A number of thousands of digits; the loader without libyaml recurses.
        return None, [YamlProblem(1, f"cannot be read as YAML: {error}")]


class _Measure:
    """Looks at each node once."""

    def __init__(self, *, dates: bool) -> None:
        self._dates = dates
        self._sizes: dict[yaml.Node, int] = {}
        self._open: set[yaml.Node] = set()

    def problems(self, node: yaml.Node) -> Iterator[YamlProblem]:
        yield from self._of(node)
        if self._sizes[node] > MOST_VALUES:
            yield YamlProblem(1, f"has more than {MOST_VALUES} values, counted wherever an alias (*name) repeats them")

    def _of(self, node: yaml.Node) -> Iterator[YamlProblem]:
        line = node.start_mark.line + 1
        if node in self._open:
            yield YamlProblem(line, "an alias (*name) inside its own anchor")
        if node in self._sizes:
            return
        self._sizes[node] = 1
        if len(self._open) > DEEPEST:
            yield YamlProblem(line, f"more than {DEEPEST} levels of lists and dictionaries")
            return
        self._open.add(node)
        yield from self._tag_problems(node, line)
        inner = list(_inner(node))
        for one in inner:
            yield from self._of(one)
        if isinstance(node, yaml.MappingNode):
            yield from _key_problems(node)
        self._open.discard(node)
        self._sizes[node] = 1 + sum(self._sizes[one] for one in inner)

    def _tag_problems(self, node: yaml.Node, line: int) -> Iterator[YamlProblem]:
        if node.tag == f"{_TAG}timestamp":
            if self._dates:
                return
            yield YamlProblem(line, f"{shown(node.value)} is read as a date by YAML; put it in quotes")
        elif node.tag not in _PLAIN and node.tag != _MERGE:
            tag = node.tag.replace(_TAG, "!!")
            yield YamlProblem(line, f"the tag {tag} is not allowed; a definition is plain text, lists and dictionaries")


def _key_problems(node: yaml.MappingNode) -> Iterator[YamlProblem]:
    first: dict[str, int] = {}
    for key, _value in node.value:
        line = key.start_mark.line + 1
        if key.tag == _MERGE:
            continue
        if key.tag != f"{_TAG}str":
            what = f"the key {shown(key.value)}" if isinstance(key, yaml.ScalarNode) else "a key"
            yield YamlProblem(line, f"{what} is not text; put it in quotes")
        elif key.value in first:
            yield YamlProblem(line, f"duplicate key {key.value}; it is in line {first[key.value]} too")
        else:
            first[key.value] = line


def _inner(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def composed(text: str) -> yaml.Node:
    """The nodes of a file that can be read, for `line_of` and `lines_with`."""
    node: yaml.Node = SafeLoader(text).get_single_node()
    return node


def line_of(node: yaml.Node, path: Path) -> int:
    """The line of the node at a path, or else of its nearest existing parent."""
    key, found = _at(node, path)
    return int((key or found).start_mark.line) + 1


def lines_with(node: yaml.Node, path: Path, holds: Callable[[str], bool]) -> list[int]:
    """The lines of the texts at or below a path for which `holds` is true."""
    _key, found = _at(node, path, whole=True)
    texts = _scalars(found, set()) if found is not None else ()
    return sorted({one.start_mark.line + 1 for one in texts if holds(one.value)})


def _at(node: yaml.Node, path: Path, whole: bool = False) -> tuple[yaml.Node | None, Any]:
    """The key and the node at a path: with `whole` no node if the path does not exist."""
    key: yaml.Node | None = None
    for step in path:
        if isinstance(node, yaml.MappingNode):
            following = next((pair for pair in _pairs(node) if pair[0].value == step), None)
        elif isinstance(node, yaml.SequenceNode) and step.isdigit() and int(step) < len(node.value):
            following = (node.value[int(step)], node.value[int(step)])
        else:
            following = None
        if following is None:
            return key, None if whole else node
        key, node = following
    return key, node


def _pairs(node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Keys with values; merged ones come last."""
    for key, value in node.value:
        if key.tag != _MERGE:
            yield key, value
    for key, value in node.value:
        if key.tag == _MERGE:
            for merged in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                yield from _pairs(merged)


def _scalars(node: yaml.Node, seen: set[yaml.Node]) -> Iterator[yaml.ScalarNode]:
    if node in seen:
        return
    seen.add(node)
    if isinstance(node, yaml.ScalarNode):
        yield node
    for one in _inner(node):
        yield from _scalars(one, seen)
