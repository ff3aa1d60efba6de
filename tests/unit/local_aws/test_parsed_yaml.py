# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is parsed once equals what PyYAML reads, also after a change, for another loader, and with an error."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import yaml

from local_aws import compiled_sources
from local_aws.parsed_yaml import SHORT, load_once

pytestmark = pytest.mark.both_generations

TEXT = """
plain: [yes, 1, 1.5, null, text]
of: {anchors: &shared [1, 2], again: *shared}
""" + "\n".join(f"key_{number}: ü" for number in range(SHORT // 8))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(compiled_sources, "FOLDER", tmp_path / "kept")
    return tmp_path / "kept"


@pytest.mark.parametrize("loader", [yaml.SafeLoader, yaml.CSafeLoader, yaml.BaseLoader])
def test_text_bytes_and_a_file_are_read_as_by_pyyaml(folder: Path, tmp_path: Path, loader: type) -> None:
    path = tmp_path / "file.yml"
    path.write_text(TEXT, encoding="utf-8")
    expected = yaml.load(TEXT, loader)
    for _time in range(2):
        read = [load_once(TEXT, loader), load_once(TEXT.encode(), loader)]
        with path.open(encoding="utf-8") as text, path.open("rb") as content:
            read += [load_once(text, loader), load_once(content, loader)]
        assert read == [expected] * 4
        # A change of one result is not in the next.
        read[0]["of"]["anchors"].append(3)
    assert len(list(folder.iterdir())) == 2


def test_a_changed_text_is_parsed_and_an_anchor_stays_one_list() -> None:
    assert load_once(TEXT, yaml.SafeLoader)["of"]["anchors"] == [1, 2]
    found = load_once(TEXT.replace("[1, 2]", "[1, 3]"), yaml.SafeLoader)["of"]
    assert found["anchors"] == [1, 3]
    again = load_once(TEXT, yaml.SafeLoader)["of"]
    assert again["anchors"] is again["again"]


@pytest.mark.parametrize("text", [f"{TEXT}\nday: 2024-01-31\n", "a: 1", ""])
def test_dates_and_short_texts_are_not_kept(folder: Path, text: str) -> None:
    assert load_once(text, yaml.SafeLoader) == load_once(text, yaml.SafeLoader) == yaml.safe_load(text)
    assert not folder.exists()


def test_an_error_names_the_file_each_time(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "wrong.yml"
    path.write_text(f"{TEXT}\n]", encoding="utf-8")
    for _time in range(2):
        with path.open(encoding="utf-8") as file, pytest.raises(yaml.YAMLError, match=r"wrong\.yml"):
            load_once(file, yaml.SafeLoader)
    assert not folder.exists()


def test_a_loader_that_is_not_known_parses_itself(folder: Path) -> None:
    class Upper(yaml.SafeLoader):
        pass

    Upper.add_constructor("tag:yaml.org,2002:str", lambda loader, node: loader.construct_scalar(node).upper())
    assert "PLAIN" in load_once(TEXT, Upper)
    assert load_once(io.StringIO(TEXT), Upper)["PLAIN"]
    assert not folder.exists()
