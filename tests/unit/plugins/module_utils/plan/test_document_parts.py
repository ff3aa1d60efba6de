# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps from one document to another, and what attaching one does."""

from __future__ import annotations

from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.change import (
    Dimension,
    attachment_effects,
    document_parts,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument

WORKER = frozenset({"role/worker"})


def document(*actions: str) -> PolicyDocument:
    """One action in a statement; `!` denies it."""
    statements = [
        {"Effect": "Deny" if action.startswith("!") else "Allow", "Action": action.lstrip("!"), "Resource": "*"}
        for action in actions
    ]
    return PolicyDocument({"Version": "2012-10-17", "Statement": statements})


OLD, NEW = document("!s3:a", "s3:b"), document("!s3:c", "s3:d")


def test_denials_come_then_grants_then_grants_go_then_denials() -> None:
    parts = document_parts(OLD, NEW, WORKER, 6144)
    assert [part.document for part in parts] == [
        document("!s3:a", "!s3:c", "s3:b"),
        document("!s3:a", "!s3:c", "s3:b", "s3:d"),
        document("!s3:a", "!s3:c", "s3:d"),
        NEW,
    ]
    assert [(effect.dimension, effect.grows) for part in parts for effect in part.effects] == [
        (Dimension.DENY, False),
        (Dimension.ALLOW, True),
        (Dimension.ALLOW, False),
        (Dimension.DENY, True),
    ]


def test_where_a_document_in_between_would_be_too_long_there_is_one_step() -> None:
    longest = max(part.document.size for part in document_parts(OLD, NEW, WORKER, 6144) if part.document)
    assert len(document_parts(OLD, NEW, WORKER, longest)) == 4
    (part,) = document_parts(OLD, NEW, WORKER, longest - 1)
    assert part.document == NEW
    assert len(part.effects) == 4


def test_a_document_that_only_looks_different_is_one_step_that_does_nothing() -> None:
    (part,) = document_parts(document("s3:a"), document("S3:A", "s3:a"), WORKER, 6144)
    assert (part.effects, part.document) == ((), document("s3:a"))


def test_from_none_and_to_none() -> None:
    (part,) = document_parts(None, document("s3:a"), WORKER, 6144)
    assert [(effect.dimension, effect.grows) for effect in part.effects] == [(Dimension.ALLOW, True)]
    (part,) = document_parts(document("s3:a"), None, WORKER, 6144)
    assert part.document is None


def test_a_policy_that_no_one_has_read_may_grant_anything() -> None:
    (effect,) = attachment_effects(None, WORKER, grows=True)
    assert (effect.dimension, effect.grows, effect.identities, effect.statements) == (
        Dimension.ALLOW,
        True,
        WORKER,
        None,
    )


def test_attaching_a_policy_brings_its_grants_and_its_denials() -> None:
    for grows in (True, False):
        effects = attachment_effects(OLD, WORKER, grows=grows)
        assert [(effect.dimension, effect.grows) for effect in effects] == [
            (Dimension.ALLOW, grows),
            (Dimension.DENY, not grows),
        ]
