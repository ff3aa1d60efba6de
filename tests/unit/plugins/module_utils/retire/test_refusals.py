# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of refusals: each with exactly its reason and what overrides it, in check mode too, and without a write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError, InputError
from ansible_collections.aws_ml.permissions.plugins.module_utils.retire.blocking_checks import ALLOWABLE
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import definitions

from .ground import Ground

TABLE = yaml.safe_load((Path(__file__).parent / "cases.yml").read_text(encoding="utf-8"))["cases"]


def here(value: Any, ground: Ground) -> Any:
    """The value with the accounts of this run in it."""
    text = json.dumps(value).replace("<account_id>", ground.account).replace("<management>", ground.aws.management)
    return json.loads(text)


def refused(ground: Ground, *, check_mode: bool, **options: Any) -> EngineError:
    with pytest.raises(EngineError) as caught:
        ground.retire(check_mode=check_mode, **options)
    return caught.value


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case["name"])
def test_refuses_with_the_reason_and_writes_nothing(case: dict[str, Any], ground: Ground) -> None:
    given = here(case["given"], ground)
    many = given.pop("many", None)
    if many:
        ground.aws.seed(ground.account, many_roles=many)
    ground.give(given)
    before, backups = ground.snapshot(), ground.files()
    options = here(case.get("options", {}), ground)
    for check_mode in (True, False):
        failure = refused(ground, check_mode=check_mode, **options)
        assert failure.fields["refusals"] == case["refusals"]
        head = "1 refusal" if len(case["refusals"]) == 1 else f"{len(case['refusals'])} refusals"
        where = f" in account {ground.account}" if case.get("account_known", True) else ""
        assert failure.message.startswith(f"{head}{where}, nothing was written:\n- ")
        for refusal in case["refusals"]:
            assert f"\n- {refusal['resource']}: {refusal['reason']}. " in failure.message
            assert refusal["override"] in failure.message
    assert ground.writes() == []
    assert ground.snapshot() == before
    assert ground.files() == backups

    if "overridden_by" in case:
        result = ground.retire(check_mode=True, **{**options, **case["overridden_by"]})
        assert ground.writes() == []
        left_out = [matched.lower().rstrip("*") for matched in case["overridden_by"].get("exclude", ())]
        for refusal in case["refusals"]:
            name = refusal["resource"].partition("/")[2].lower()
            if name and refusal["code"] in ALLOWABLE and not any(name.startswith(start) for start in left_out):
                assert refusal["resource"] in [item["resource"] for item in result["retired"]]


def test_there_are_twenty_and_more() -> None:
    assert len(TABLE) >= 20
    codes = {refusal["code"] for case in TABLE for refusal in case["refusals"]}
    assert codes == {
        "used", "depended_on", "service_alive", "service_linked", "reserved", "template", "own_role", "share",
        "no_backup_dir", "foreign", "other_service", "misspelled", "too_young", "declared_present",
        "lives_on",
    }  # fmt: skip


def test_options_that_make_no_sense(ground: Ground) -> None:
    options = {
        "services": ["deeplense"],
        "roles": [""],
        "unused_days": 401,
        "quarantine_days": -1,
        "max_role_fraction": 50.0,
        "min_age_days": -1,
        "record_key": "too short",
        "quarantine_reason": "why?",
    }
    failure = refused(ground, check_mode=False, **options)
    assert isinstance(failure, InputError)
    assert [str(problem) for problem in failure.problems] == [
        "max_role_fraction: 50 is outside 0 to 1; 0.25 is a quarter of the account's roles",
        "min_age_days: -1 is outside 0 to 3650; 0 retires what was created today too",
        "quarantine_days: -1 is outside 0 to 3650; 0 does not wait",
        'quarantine_reason: contains "?" (U+003F); it is stored in a tag of the role, which can contain only letters,'
        " digits, spaces and _.:/=+-@",
        "record_key: is 9 characters long; it must be at least 32 characters long, so that it cannot be guessed."
        " To create one: openssl rand -hex 32",
        "roles[0]: empty; give a name, or a pattern with * and ?",
        f'services[0]: "deeplense" is not known; it is one of {", ".join(definitions())}',
        "unused_days: 401 is outside 0 to 400; IAM does not report an earlier use",
    ]
    assert "too short" not in f"{failure.message} {failure.fields}"
    assert ground.aws.calls() == []


def test_another_account_than_was_meant(ground: Ground) -> None:
    failure = refused(ground, check_mode=False, account_id="123456789012")
    assert "not to 123456789012: nothing was written" in failure.message
    assert ground.writes() == []
