# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is exported changes nothing where it comes from, and makes the same where nothing is."""

from __future__ import annotations

from ansible_collections.aws_ml.permissions.plugins.module_utils.export.export import exported
from ansible_collections.aws_ml.permissions.plugins.module_utils.export.reproduction import changes, declarations_of
from ansible_collections.aws_ml.permissions.plugins.module_utils.export.selection import ExportSelection, Patterns
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import CurrentState
from hypothesis import given
from property_examples import examples

from .accounts import accounts, comparable, converged, emptied

_NOT_DECLARABLE = ("service-linked", "reserved for AWS", "role template", "in quarantine")


@examples(0.5)
@given(state=accounts())
def test_an_export_changes_nothing_and_makes_the_same_again(state: CurrentState) -> None:
    made = exported(ExportSelection(state, Patterns()), {})
    for one in made.left_out:
        assert any(text in one["reason"] for text in _NOT_DECLARABLE), one
    declared, problems = declarations_of(state, made.baseline)
    assert problems == []
    assert changes(state, declared) == {}
    assert comparable(converged(emptied(state, declared), declared)) == comparable(state)


@examples(0.2)
@given(state=accounts())
def test_roles_of_other_tools_keep_what_they_have(state: CurrentState) -> None:
    """Their policies and trust statements are declared one by one, which changes nothing either."""
    made = exported(ExportSelection(state, Patterns(managed_elsewhere=["*"])), {})
    assert "roles" not in made.baseline
    declared, problems = declarations_of(state, made.baseline)
    assert problems == []
    assert changes(state, declared) == {}
