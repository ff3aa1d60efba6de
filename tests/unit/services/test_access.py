# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What access the creation of a service changes: nearly all is certain, and few examples are searched at length."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.access import difference
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.access_diff import access_diff
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import desired_state_of

from .accounts import ground
from .variants import CASES, declarations, options_of

MOST_SEARCHES = 6
"""Grants of a service of which Deny statements or boundaries decide."""


@pytest.mark.parametrize(("role", "variant"), CASES)
def test_what_a_service_gains_is_found_at_once(role: str, variant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    searches: list[Any] = []
    search = difference.allowed_requests
    monkeypatch.setattr(
        difference, "allowed_requests", lambda *asked, **how: searches.append(asked) or search(*asked, **how)
    )
    state = ground(role)
    wanted = desired_state_of(declarations(options_of(role, variant), replace(state, policy_users={})), state)
    diff = access_diff(state, wanted)
    assert sum(not change.certain for one in diff.principals for change in one.gains) <= MOST_SEARCHES
    assert len(searches) <= 3 * MOST_SEARCHES, "for up to three owners each"
