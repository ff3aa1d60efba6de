# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What scripts/release writes, and how somebody who gets it verifies it, with the commands of the page about it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from integration.documented_blocks import block
from integration.installed_collection import CHECKOUT, PROGRAMS
from packaging.specifiers import SpecifierSet

NOT_RELEASED = ("bench", "demo", "tests", "docs/benchmark", "docs/decisions")
KEY = "releases@example.com"
NAME = "aws_ml-permissions-1.0.0"
Done = subprocess.CompletedProcess[str]


def run(command: str | list[str], folder: Path, **environment: str) -> Done:
    return subprocess.run(
        command,
        shell=isinstance(command, str),
        cwd=folder,
        env={"PATH": f"{PROGRAMS}{os.pathsep}/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def passed(done: Done) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout in which everything is committed."""
    place = tmp_path_factory.mktemp("checkout")
    listed = passed(run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], CHECKOUT))
    for name in listed.split("\0"):
        if name and not name.startswith(tuple(f"{folder}/" for folder in NOT_RELEASED)) and (CHECKOUT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, place / name)
    for command in ("init -q", "add -A", "-c user.name=Tests -c user.email=tests@example.com commit -qm All"):
        passed(run(["git", *command.split()], place))
    return place


@pytest.fixture(scope="module")
def keys() -> Iterator[Path]:
    """A home of gpg with a key that exists for these tests only. Its agent ends with them."""
    if not shutil.which("gpg"):
        pytest.skip("gpg is not installed")
    # The path of a socket has at most 108 characters.
    with TemporaryDirectory(prefix="gpg") as place:
        here = Path(place)
        make = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key", KEY, "ed25519", "sign", "never"]
        passed(run(make, here, GNUPGHOME=place))
        yield here
        run(["gpgconf", "--kill", "all"], here, GNUPGHOME=place)


def release(checkout: Path, to: Path, *arguments: str, **environment: str) -> Done:
    command = [sys.executable, str(checkout / "scripts/release"), "--to", str(to), *arguments]
    return run(command, checkout, **environment)


@pytest.fixture(scope="module")
def released(checkout: Path, keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that somebody has downloaded: what was released, and the public key."""
    place = tmp_path_factory.mktemp("released")
    written = passed(release(checkout, place, "--key", KEY, GNUPGHOME=str(keys))).split()
    assert sorted(written) == sorted(path.name for path in place.iterdir())
    exported = run(["gpg", "--armor", "--export", KEY], keys, GNUPGHOME=str(keys))
    (place / "aws_ml-permissions.key").write_text(passed(exported), encoding="utf-8")
    return place


def verify(folder: Path) -> Done:
    return run(
        f"set -e\n{block('supply_chain-verify').text}", folder, ANSIBLE_COLLECTIONS_PATH=str(folder / "collections")
    )


def test_the_documented_commands_verify_a_release_and_refuse_another_file(released: Path) -> None:
    ours = json.loads((released / f"{NAME}.cdx.json").read_text(encoding="utf-8"))["metadata"]["component"]
    assert ours["hashes"][0]["content"] == hashlib.sha256((released / f"{NAME}.tar.gz").read_bytes()).hexdigest()
    told = passed(verify(released))
    assert f"{NAME}.tar.gz: OK" in told
    assert "Successfully verified that checksums for 'aws_ml.permissions:1.0.0'" in told

    installed = released / "collections/ansible_collections/aws_ml/permissions"
    again = block("supply_chain-verify").text.strip().split("\n\n")[-1]
    path = {"ANSIBLE_COLLECTIONS_PATH": str(released / "collections")}
    for name, problem in (
        ("plugins/modules/iam_role.py", "contains modified content"),
        ("MANIFEST.json", "Signature verification failed"),
    ):
        content = (installed / name).read_bytes()
        (installed / name).write_bytes(content + b"\n")
        refused = run(again, released, **path)
        assert (refused.returncode, problem in refused.stdout) == (1, True), refused.stdout
        (installed / name).write_bytes(content)


def test_the_bill_of_materials_is_valid_and_names_what_a_playbook_runs_with(released: Path) -> None:
    text = (released / f"{NAME}.cdx.json").read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    components = {component["name"]: component for component in bill["components"]}
    assert {"ansible-core", "boto3", "botocore", "aws"} <= components.keys()
    pinned = (CHECKOUT / "requirements/release.txt").read_text(encoding="utf-8")
    for component in bill["components"]:
        if component["name"] != "aws":
            assert f"{component['name']}=={component['version']} " in pinned
            hashes = [each for place in component["externalReferences"] for each in place.get("hashes", ())]
            assert hashes
            assert all(f"sha256:{each['content']}" in pinned for each in hashes)
    [range_of_amazon] = components["aws"]["properties"]
    assert SpecifierSet(range_of_amazon["value"]).contains(components["aws"]["version"])


def test_changes_and_a_base_image_without_a_digest_are_refused(checkout: Path, tmp_path: Path) -> None:
    definition = checkout / "docs/execution-environment/execution-environment.yml"
    text = definition.read_text(encoding="utf-8")
    image, _, digest = text.partition("@sha256:")
    definition.write_text(image + digest[64:], encoding="utf-8")
    refused = release(checkout, tmp_path / "dist")
    definition.write_text(text, encoding="utf-8")
    assert refused.returncode == 1
    assert "there are changes that are not committed:\n M docs/execution-environment/" in refused.stderr
    assert "ubi-minimal:10" in refused.stderr
    assert "has no digest. Run make base-image" in refused.stderr
    assert not (tmp_path / "dist").exists()
