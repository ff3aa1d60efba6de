# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps what Python compiles again and again: sources in an archive, and those of collections.

A module of Ansible comes as an archive of sources, and Ansible loads collections without bytecode. So each process
compiles some hundred files. What a source compiles to is kept in a file that is named by the hash of the source.
"""

# Without `from __future__ import annotations`: what is compiled here would inherit it.

import __future__

import _imp
import builtins
import hashlib
import marshal
import os
import sys
import tempfile
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import CodeType
from typing import Any

FOLDER = Path(sys.prefix) / "compiled-sources"
INHERITED = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)

_compile = builtins.compile


def compile_once(  # noqa: PLR0917 - the parameters of the built-in
    source: Any, filename: Any, mode: str, flags: int = 0, dont_inherit: bool = False, optimize: int = -1, **more: Any
) -> Any:
    """As the built-in `compile`. Whole files, which inherit nothing, are compiled only if none has been before."""
    if isinstance(source, str | bytes) and (mode, flags, dont_inherit, optimize, more) == ("exec", 0, True, -1, {}):
        return _kept(source.encode() if isinstance(source, str) else source, os.fsdecode(filename))
    if not dont_inherit:
        flags |= sys._getframe(1).f_code.co_flags & INHERITED
    return _compile(source, filename, mode, flags, True, optimize, **more)


def _kept(source: bytes, path: str) -> CodeType:
    """The code of a source that is imported from this path."""
    file = FOLDER / hashlib.sha256(MAGIC_NUMBER + source).hexdigest()
    try:
        code: CodeType = marshal.loads(file.read_bytes())
    except OSError:
        code = _compile(source, path, "exec", 0, True)
        keep(file, marshal.dumps(code))
    _imp._fix_co_filename(code, path)  # type: ignore[attr-defined]
    return code


def keep(file: Path, content: bytes) -> None:
    """Write a file whole or not at all: others read it meanwhile."""
    file.parent.mkdir(exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent)
    with open(descriptor, "wb") as written:
        written.write(content)
    os.replace(name, file)


def keep_compiled_sources() -> None:
    """From now on this process and its forks compile each source only if it is new."""
    builtins.compile = compile_once
