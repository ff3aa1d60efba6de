# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pace that all processes of one run keep together."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.connection import connect
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.rate_limit import CallPace
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.service import CallCounter

from local_aws import LocalAws

pytestmark = pytest.mark.both_generations


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws(members=2) as server:
        before = dict(os.environ)
        os.environ.update(server.environment())
        yield server
        os.environ.clear()
        os.environ.update(before)


def assume(arguments: tuple[str, str, int]) -> None:
    """Assume a role some times, as workers do."""
    folder, role_arn, times = arguments
    for _call in range(times):
        connect({"assume_role": {"role_arn": role_arn}, "call_rate": {"sts": 20}}, run_folder=folder)


def test_processes_share_one_pace_of_sts(aws: LocalAws, tmp_path: Path) -> None:
    roles = [member["role_arn"] for member in aws.members]
    with multiprocessing.get_context("fork").Pool(4) as pool:
        began = time.monotonic()
        pool.map(assume, [(str(tmp_path), roles[index % 2], 5) for index in range(4)])
        seconds = time.monotonic() - began
    # 20 calls at 20 a second: the first goes at once, the last 19 intervals later.
    assert 19 / 20 <= seconds < 4
    assert aws.call_counts(aws.management)["AssumeRole"] == 20


def test_iam_has_a_pace_for_each_account(aws: LocalAws, tmp_path: Path) -> None:
    took = []
    for accounts in (["1"], ["1", "2"]):
        clients = []
        for account in accounts:
            connection = connect({"assume_role": {"role_arn": aws.members[int(account) - 1]["role_arn"]}})
            connection.pace = CallPace(str(tmp_path / f"{len(accounts)}"), {"iam": 10})
            clients.append(connection.iam)
        (tmp_path / f"{len(accounts)}").mkdir()
        began = time.monotonic()
        for _call in range(6 // len(accounts)):
            for iam in clients:
                iam.read("ListRoles")
        took.append(time.monotonic() - began)
    assert took[0] >= 0.5
    assert took[1] < took[0]


def test_without_a_rate_nothing_waits(aws: LocalAws, tmp_path: Path) -> None:
    for pace in (CallPace(str(tmp_path), {}), CallPace.of({"call_rate": {"sts": None}}, str(tmp_path))):
        connection = connect({})
        connection.pace = pace
        began = time.monotonic()
        for _call in range(3):
            connection.service("sts").read("GetCallerIdentity")
        assert time.monotonic() - began < 5
    assert list(tmp_path.iterdir()) == []
    assert isinstance(connection.counter, CallCounter)


@pytest.mark.parametrize("folder", ["vanished", "a file", "damaged", "never known"])
def test_where_the_folder_is_out_of_reach_a_task_keeps_the_pace_for_itself(
    aws: LocalAws, tmp_path: Path, folder: str
) -> None:
    warnings: list[str] = []
    options = {"call_rate": {"sts": 10}}
    run_folder = "" if folder == "never known" else str(tmp_path / folder)
    if folder == "a file":
        (tmp_path / folder).write_text("", encoding="utf-8")
    if folder == "damaged":
        (tmp_path / folder).mkdir()
        connect(options, run_folder=run_folder).service("sts").read("GetCallerIdentity")
        (file,) = (tmp_path / folder).iterdir()
        file.write_text("what is this", encoding="utf-8")
    connection = connect(options, run_folder=run_folder, warn=warnings.append)
    began = time.monotonic()
    with ThreadPoolExecutor(3) as pool:
        for _call in range(2):
            client = connection.service("sts")
            list(pool.map(lambda _each, sts=client: sts.read("GetCallerIdentity"), range(3)))
    # Six calls at 10 a second, of three threads and by two clients: the last goes five intervals after the first.
    assert 5 / 10 <= time.monotonic() - began < 4
    (warning,) = warnings
    assert warning.startswith(
        "call_rate applies to each task alone, not to the whole run: the folder of the run cannot"
    )
