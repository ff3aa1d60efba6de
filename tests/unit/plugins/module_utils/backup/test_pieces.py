# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An object that is split into pieces is equal after they are put together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.attributes import (
    is_of_the_run,
    label,
    pieces_of,
    put_together,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    Identity,
    ManagedPolicy,
    PolicyVersion,
    Role,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument

ARN = "arn:aws:iam::123456789012:"
READER = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def allowing(*actions: str) -> PolicyDocument:
    statements = [{"Effect": "Allow", "Action": action, "Resource": "*"} for action in actions]
    return PolicyDocument({"Version": "2012-10-17", "Statement": statements})


def trusting(*services: str) -> PolicyDocument:
    principal = {"Service": [f"{service}.amazonaws.com" for service in services]}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return PolicyDocument({"Version": "2012-10-17", "Statement": [statement]})


USER = Identity("user", "ada", "/", f"{ARN}user/ada", frozenset({READER}), {"own": allowing("s3:*")}, READER)
ROLE = Role(
    kind="role",
    name="worker",
    path="/deep/",
    arn=f"{ARN}role/deep/worker",
    managed=frozenset({READER}),
    inline={"own": allowing("s3:*")},
    boundary=READER,
    trust=trusting("lambda"),
    description="works",
    max_session_duration=7200,
    tags={"team": "vision"},
    instance_profiles=("a", "b"),
)
POLICY = ManagedPolicy(
    name="Frames",
    path="/",
    arn=f"{ARN}policy/Frames",
    document=allowing("s3:*"),
    description="frames",
    tags={"team": "vision"},
    default_version="v11",
    versions=(PolicyVersion("v2", allowing("s3:a")), PolicyVersion("v10", allowing("s3:b"))),
)


@pytest.mark.parametrize("thing", [USER, ROLE, POLICY], ids=lambda thing: thing.name)
def test_whole_again(thing: Any) -> None:
    assert put_together(thing, dict(reversed(pieces_of(thing).items()))) == thing


def test_without_its_pieces_it_keeps_its_name() -> None:
    assert put_together(USER, {}) == replace(USER, managed=frozenset(), inline={}, boundary=None)
    assert pieces_of(None) == {}


def test_a_version_whose_document_is_not_known_is_no_piece() -> None:
    unread = replace(POLICY, versions=(*POLICY.versions, PolicyVersion("of old", None)))
    assert pieces_of(unread) == pieces_of(POLICY)


@pytest.mark.parametrize(
    ("piece", "before", "left", "now", "expected"),
    [
        (("boundary", ""), READER, None, READER, True),
        (("boundary", ""), READER, None, None, True),
        (("boundary", ""), READER, None, f"{ARN}policy/Other", False),
        (("inline", "own"), allowing("a:b", "a:c"), allowing("a:c", "a:d"), allowing("a:b", "a:c", "a:d"), True),
        (("inline", "own"), allowing("a:b", "a:c"), allowing("a:c", "a:d"), allowing("a:e"), False),
        (("inline", "own"), allowing("a:b"), None, allowing("a:c"), False),
        (("trust", ""), trusting("lambda", "panorama"), trusting("lambda", "greengrass"), trusting("lambda"), True),
        (("trust", ""), trusting("lambda", "panorama"), trusting("lambda", "greengrass"), trusting("panorama"), False),
    ],
)
def test_what_a_run_may_have_left_half_way(piece: Any, before: Any, left: Any, now: Any, expected: bool) -> None:
    assert is_of_the_run(piece, before, left, now) is expected


@pytest.mark.parametrize(
    ("piece", "words"),
    [
        (("managed", READER), "managed policy ReadOnlyAccess"),
        (("version", "{}"), "an older version"),
        (("inline", "own"), "inline policy own"),
        (("trust", ""), "trust policy"),
        (("max_session_duration", ""), "maximum session duration"),
        (("instance_profile", "a"), "instance profile a"),
        (("tag", "team"), "tag team"),
    ],
)
def test_a_piece_in_words(piece: Any, words: str) -> None:
    assert label(piece) == words
