# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images of docs/execution-environment, up to where a container engine would build them.

ansible-builder makes the context of each image. No image is built: the tests need no container engine. The commands
that a build would run to install collections and to gather their requirements are taken from the Containerfile and run
here, with a folder of the test in place of the image's.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.amazon.aws.plugins.module_utils import botocore as amazon_sdk
from integration.installed_collection import NAME, PROGRAMS, Installed, build, installed, run
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

FROM_GALAXY, FROM_TARBALLS = "execution-environment.yml", "from-tarballs.yml"
FOR_RULEBOOKS = "decision-environment.yml"
FOLDER = "docs/execution-environment"
IN_THE_IMAGE = "/usr/share/ansible/collections"
AMAZON = json.loads(Path(amazon_sdk.__file__).parents[2].joinpath("MANIFEST.json").read_text())["collection_info"]
OPTIONAL = Requirement("apprise>=2.3")
"""What the images have for notifications, and the collection does not require."""
SOURCES = ("galaxy", "additional_build_files", "build_arg_defaults")
"""What may differ between the two definitions."""

Create = Callable[[str], Path]


@pytest.fixture(scope="module")
def collection() -> Installed:
    return installed()


@pytest.fixture(scope="module")
def amazon(collection: Installed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tarball in place of amazon.aws: its name, its version and the requirement that the images leave out."""
    place = tmp_path_factory.mktemp("amazon")
    listed = definition_of(collection.root / FOLDER, FROM_TARBALLS)["dependencies"]["galaxy"]["collections"]
    [version] = [found[1] for entry in listed if (found := re.search(r"amazon-aws-(.+)\.tar\.gz", entry["name"]))]
    about = {"namespace": "amazon", "name": "aws", "version": version, "authors": ["nobody"], "readme": "README.md"}
    (place / "source").mkdir()
    (place / "source/galaxy.yml").write_text(yaml.safe_dump(about), encoding="utf-8")
    (place / "source/README.md").touch()
    (place / "source/requirements.txt").write_text("aiobotocore>=2.14.0\n", encoding="utf-8")
    return build(place, place / "source")


@pytest.fixture
def folder(collection: Installed, amazon: Path, tmp_path: Path) -> Path:
    """A copy of the folder that was installed, with the two tarballs."""
    copy = tmp_path / "my image"
    shutil.copytree(collection.root / FOLDER, copy)
    (copy / "collections").mkdir()
    for tarball in (collection.tarball, amazon):
        shutil.copy(tarball, copy / "collections")
    return copy


@pytest.fixture
def create(folder: Path) -> Create:
    """`create(definition)` makes the context of an image."""

    def make(definition: str) -> Path:
        arguments = ("create", "-f", definition, "--output-filename", "Containerfile")
        made = run("ansible-builder", *arguments, folder=folder)
        assert made.returncode == 0, made.stdout + made.stderr
        assert "WARNING" not in (made.stdout + made.stderr).upper()
        return folder / "context"

    return make


def definition_of(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
    return found


def asked_of_galaxy(folder: Path) -> dict[str, str]:
    """The version of each collection."""
    listed = definition_of(folder, FROM_GALAXY)["dependencies"]["galaxy"]["collections"]
    return {entry["name"]: entry["version"] for entry in listed}


def steps(context: Path) -> dict[str, list[str]]:
    """The instructions of the Containerfile by stage, with the values of its arguments filled in."""
    lines = (context / "Containerfile").read_text(encoding="utf-8").splitlines()
    values = dict(re.findall(r'^ARG (\w+)="(.*)"$', "\n".join(lines), re.MULTILINE))
    stages: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith("FROM "):
            stage = stages.setdefault(line.rpartition(" ")[2], [])
        if stages and line:
            stage.append(re.sub(r"\$(\w+)", lambda found: values.get(found[1], found[0]), line))
    return stages


def command(stage: list[str], part: str) -> str:
    [line] = [line for line in stage if part in line]
    return line.removeprefix("RUN ")


def shell(text: str, here: Path, **variables: Path) -> None:
    environment = {"PATH": f"{PROGRAMS}:/usr/bin:/bin", "HOME": str(here), "LANG": "C.UTF-8"}
    environment.update({name: str(value) for name, value in variables.items()})
    done = subprocess.run(["sh", "-ec", text], cwd=here, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("definition", [FROM_GALAXY, FROM_TARBALLS])
def test_the_context_holds_what_the_image_is_made_of(create: Create, definition: str) -> None:
    context = create(definition)
    stages = steps(context)
    image = definition_of(context.parent, definition)["images"]["base_image"]["name"]
    assert re.fullmatch(r"registry\.access\.redhat\.com/ubi10/ubi-minimal:[\d.-]+@sha256:[0-9a-f]{64}", image)
    assert stages["base"][0] == f"FROM {image} AS base"
    assert (
        "RUN /usr/bin/microdnf install python3 -y ; if [ -z  ]; then /usr/bin/microdnf clean all; fi" in stages["base"]
    )
    assert "ansible-core~=" in command(stages["base"], "pip install")
    assert "ansible-runner~=" in command(stages["base"], "pip install")
    assert "ansible-galaxy collection install" in command(stages["galaxy"], "collection install")
    assert "COPY _build /build" in stages["galaxy"]
    for stage in ("builder", "final"):
        assert f"COPY --from=galaxy {Path(IN_THE_IMAGE).parent} {Path(IN_THE_IMAGE).parent}" in stages[stage]
    excluded = (context / "_build/exclude-requirements.txt").read_text(encoding="utf-8").split()
    assert excluded == ["aiobotocore"]
    added = (context / "_build/requirements.txt").read_text(encoding="utf-8").split()
    assert added == [str(OPTIONAL)]
    assert not (context / "_build/bindep.txt").exists()


def test_the_decision_environment_runs_rulebooks_with_the_event_source(create: Create, folder: Path) -> None:
    context = create(FOR_RULEBOOKS) / "_build"
    assert (context / "requirements.txt").read_text(encoding="utf-8").split() == [
        "ansible-rulebook~=1.3.2",
        str(OPTIONAL),
    ]
    assert "java-21-openjdk-headless" in (context / "bindep.txt").read_text(encoding="utf-8")
    assert not (context / "exclude-requirements.txt").exists()
    own, other = (definition_of(folder, name)["dependencies"] for name in (FOR_RULEBOOKS, FROM_GALAXY))
    for part in ("ansible_core", "ansible_runner", "galaxy", "python_interpreter"):
        assert own[part] == other[part]


def test_the_definitions_differ_in_their_sources_alone(folder: Path) -> None:
    one, other = (definition_of(folder, name) for name in (FROM_GALAXY, FROM_TARBALLS))
    for definition in (one, other):
        for source in SOURCES:
            definition.pop(source, definition["dependencies"].pop(source, None))
    assert one == other


def test_galaxy_is_asked_for_this_version(collection: Installed, create: Create, folder: Path) -> None:
    about = yaml.safe_load((collection.root / "MANIFEST.json").read_text(encoding="utf-8"))["collection_info"]
    asked = asked_of_galaxy(folder)
    listed = definition_of(create(FROM_GALAXY) / "_build", "requirements.yml")["collections"]
    assert {entry["name"]: entry["version"] for entry in listed} == asked
    assert asked == {NAME: about["version"], "amazon.aws": asked["amazon.aws"]}


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the ansible-core of the images needs Python 3.12")
def test_the_images_have_the_versions_that_these_tests_run_with(folder: Path, amazon: Path) -> None:
    wanted = definition_of(folder, FROM_GALAXY)["dependencies"]
    for one in (Requirement(wanted[key]["package_pip"]) for key in ("ansible_core", "ansible_runner")):
        assert one.specifier.contains(importlib.metadata.version(one.name)), one.name
    asked = SpecifierSet(asked_of_galaxy(folder)["amazon.aws"])
    assert asked.contains(AMAZON["version"])
    assert asked.contains(amazon.name.removeprefix("amazon-aws-").removesuffix(".tar.gz"))


def test_tarballs_are_installed_without_a_network_and_say_what_they_need(
    collection: Installed, create: Create, tmp_path: Path
) -> None:
    stages = steps(create(FROM_TARBALLS))
    context = tmp_path / "my image/context"
    there = tmp_path / "in the image"
    install = command(stages["galaxy"], "collection install")
    assert "--offline" in install
    shell(install.replace(IN_THE_IMAGE, "$THERE"), context / "_build", THERE=there)
    assert (there / "ansible_collections/amazon/aws/MANIFEST.json").is_file()
    found = there / "ansible_collections/aws_ml/permissions"
    assert (found / "FILES.json").read_bytes() == (collection.root / "FILES.json").read_bytes()

    gather = command(stages["builder"], "introspect.py").replace("/tmp/src/", "")
    gather = gather.replace("/usr/bin/python3 /output/", '"$PYTHON" ').replace(" introspect ", ' introspect "$THERE" ')
    shell(gather, context / "_build", THERE=there, PYTHON=Path(sys.executable))
    gathered = (context / "_build/requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = {Requirement(line.partition("#")[0]) for line in gathered if line.partition("#")[0].strip()}
    assert wanted == declared(collection) | {OPTIONAL}
    assert not (context / "_build/bindep.txt").exists()


def test_ansible_builder_sees_the_declared_requirements_and_no_others(collection: Installed, tmp_path: Path) -> None:
    seen = run("ansible-builder", "introspect", collection.collections, folder=tmp_path)
    assert seen.returncode == 0, seen.stderr
    found = yaml.safe_load(seen.stdout.partition("---\n")[2])
    assert found["system"] == []
    lines = [line.partition("#") for line in found["python"]]
    assert {source.strip() for _requirement, _mark, source in lines} == {f"from collection {NAME}"}
    assert {Requirement(requirement) for requirement, _mark, _source in lines} == declared(collection)


def test_the_declared_requirements_are_those_of_amazon_aws_and_are_met(collection: Installed) -> None:
    """amazon.aws of ansible-core 2.19 asks for less; the requirements are those of the newest."""
    lowest = {"boto3": amazon_sdk.MINIMUM_BOTO3_VERSION, "botocore": amazon_sdk.MINIMUM_BOTOCORE_VERSION}
    wanted = {requirement.name: requirement.specifier for requirement in declared(collection)}
    assert wanted.keys() == lowest.keys()
    for name, specifier in wanted.items():
        [bound] = specifier
        assert bound.operator == ">="
        assert Version(bound.version) >= Version(lowest[name])
        assert specifier.contains(importlib.metadata.version(name))


def declared(collection: Installed) -> set[Requirement]:
    lines = (collection.root / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return {Requirement(line) for line in lines if line and not line.startswith("#")}
