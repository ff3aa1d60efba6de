# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is compiled once is right: after a change of the source, for the path it has now, and as Python does it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from local_aws import compiled_sources
from local_aws.compiled_sources import compile_once

pytestmark = pytest.mark.both_generations


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(compiled_sources, "FOLDER", tmp_path / "kept")
    return tmp_path / "kept"


def value(source: str | bytes, path: str = "a.py") -> Any:
    names: dict[str, Any] = {}
    exec(compile_once(source, path, "exec", dont_inherit=True), names)
    return names["value"]


def test_a_changed_source_is_compiled_and_an_equal_one_is_not(folder: Path) -> None:
    assert [value("value = 1"), value("value = 2"), value(b"value = 1")] == [1, 2, 1]
    assert len(list(folder.iterdir())) == 2


def test_code_has_the_path_that_it_is_imported_from() -> None:
    source = "def f(): pass\nvalue = f.__code__.co_filename"
    assert [value(source, "a.py"), value(source, "b.zip/b.py")] == ["a.py", "b.zip/b.py"]


def test_a_wrong_source_is_wrong_each_time(folder: Path) -> None:
    for _time in range(2):
        with pytest.raises(SyntaxError, match=r"a\.py, line 1"):
            value("value =")
    assert not folder.exists()


def test_what_inherits_is_compiled_as_its_caller_is_and_not_kept(folder: Path) -> None:
    names: dict[str, Any] = {}
    exec(compile_once("def f(a: nothing_of_that_name): pass", "a.py", "exec"), names)
    assert names["f"].__annotations__ == {"a": "nothing_of_that_name"}
    assert isinstance(compile_once("1", "a.py", "exec", ast.PyCF_ONLY_AST), ast.Module)
    assert eval(compile_once("1 + 1", "a.py", "eval")) == 2
    assert not folder.exists()
