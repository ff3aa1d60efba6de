# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes are distinguished by their kind and object, not by the text of their keys."""

from __future__ import annotations

from itertools import combinations

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.change import (
    Change,
    ChangeKey,
    ChangeKind,
    Part,
    Stage,
    always,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Step

NAMES = ("worker", "a attach b", "{}", "{0}", "boundary")


@pytest.mark.parametrize("kind", ChangeKind)
def test_every_kind_has_a_text_with_the_object_and_the_detail_as_they_are(kind: ChangeKind) -> None:
    texts = [str(ChangeKey(kind, f"role/{name}", name)) for name in NAMES]
    assert all(text.startswith(f"role/{name} ") for text, name in zip(texts, NAMES, strict=True))
    has_detail = str(ChangeKey(kind, "role/worker", "some detail")) != str(ChangeKey(kind, "role/worker"))
    assert all(text.endswith(name) for text, name in zip(texts, NAMES, strict=True)) or not has_detail


def test_keys_of_two_kinds_differ_though_their_texts_may_not() -> None:
    keys = [ChangeKey(kind, "role/worker", "boundary") for kind in ChangeKind]
    assert all(left != right for left, right in combinations(keys, 2))
    profile, boundary = ChangeKind.REMOVE_FROM_INSTANCE_PROFILE, ChangeKind.BOUNDARY
    assert str(ChangeKey(profile, "role/worker", "boundary")) == str(ChangeKey(boundary, "role/worker"))


@pytest.mark.parametrize("kind", ChangeKind)
def test_the_kind_says_whether_the_object_comes_or_goes(kind: ChangeKind) -> None:
    step = Step("TagRole", "role/worker", "", "role/worker", {})
    change = Change(ChangeKey(kind, "role/worker"), Stage.DESCRIBE, (Part(()),), always(step), "role/worker")
    assert change.creates is (kind in (ChangeKind.CREATE_ROLE, ChangeKind.CREATE_POLICY))
    assert change.deletes is (kind in (ChangeKind.DELETE_ROLE, ChangeKind.DELETE_POLICY))
