# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps what YAML files contain that Ansible and this collection read in every process.

Each start of Ansible parses its settings, its table of moved plugins and this collection's services: a third of the
time of the start. The content is kept in a file that is named by the hash of the text and of the loader.
"""

from __future__ import annotations

import hashlib
import io
import marshal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from . import compiled_sources

PLAIN = {
    loader: name
    for name in ("BaseLoader", "CBaseLoader", "SafeLoader", "CSafeLoader")
    if (loader := getattr(yaml, name, None)) is not None
}
"""The loaders whose result depends on the text alone."""

SHORT = 2_000
"""Below this number of characters, parsing is as fast as reading a file."""

_load = yaml.load


def load_once(stream: Any, Loader: Any) -> Any:
    """As yaml.load. A long text is parsed only if it has not been before."""
    if Loader not in PLAIN:
        return _load(stream, Loader)
    text = stream
    if isinstance(stream, io.TextIOWrapper | io.BufferedReader) and stream.seekable():
        begin = stream.tell()
        text = stream.read()
        # An error names the file that is parsed.
        stream.seek(begin)
    if type(text) not in (str, bytes) or len(text) < SHORT:
        return _load(stream, Loader)
    encoded = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    kind = f"{yaml.__version__} {PLAIN[Loader]} {type(text).__name__}\n"
    file = compiled_sources.FOLDER / f"{hashlib.sha256(kind.encode() + encoded).hexdigest()}.yml"
    return _kept(file, stream, Loader)


def _kept(file: Path, stream: Any, loader: Any) -> Any:
    try:
        return marshal.loads(file.read_bytes())
    except OSError:
        content = _load(stream, loader)
    if all(_is_plain(value) for value in _values(content)):
        compiled_sources.keep(file, marshal.dumps(content))
    return content


def _is_plain(value: object) -> bool:
    return value is None or type(value) in (bool, bytes, dict, float, int, list, str)


def _values(content: Any) -> Iterator[Any]:
    """Everything in the content of a file, once, with the keys."""
    waiting, seen = [content], set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict | list):
            if id(value) in seen:
                continue
            seen.add(id(value))
            waiting.extend(value)
            if isinstance(value, dict):
                waiting.extend(value.values())
        yield value


def keep_parsed_yaml() -> None:
    """From now on this process and its forks parse each long text only if it is new."""
    yaml.load = load_once
