# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything deleted with a backup and restored from it is as it was, in generated accounts."""

from __future__ import annotations

import tempfile
from typing import Any

from hypothesis import given
from property_examples import examples

from local_aws import LocalAws

from .conftest import Converge, Restored
from .whole_accounts import BYSTANDER, Spec, accounts, declared_absent, make, seen


@examples(0.15)
@given(spec=accounts())
def test_a_restored_account_is_as_it_was(
    *, spec: Spec, aws: LocalAws, account: str, iam: Any, converge: Converge, restore: Restored
) -> None:
    aws.reset()
    make(iam, spec, account)
    before = seen(iam)
    with tempfile.TemporaryDirectory() as folder:
        removed = converge(**declared_absent(spec, account), backup_dir=folder)
        assert {role["RoleName"] for role in seen(iam)["Listed"]} == {BYSTANDER}
        assert seen(iam)["Policies"] == []

        planned = restore(src=removed["backup"]["path"], check_mode=True)
        restored = restore(src=removed["backup"]["path"], approved_plan=planned["plan_id"])
        assert seen(iam) == before
        assert restored["not_restored"] == []
        assert planned["plan"] == restored["plan"]

        again = restore(src=folder)
        assert (again["plan"], again["not_restored"]) == ([], [])
