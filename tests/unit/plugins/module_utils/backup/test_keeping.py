# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One object kept twice, by one task or by two runs, is what was there first, with what others changed between."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.aws_ml.permissions.plugins.module_utils.access.trust_intersection import intersection
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.snapshot import Backup, Kept, newest
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import Account, Identity, Role
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument

ACCOUNT = Account("123456789012", "aws")
WIDE = "arn:aws:iam::aws:policy/IAMFullAccess"
READER = "arn:aws:iam::aws:policy/ReadOnlyAccess"
OTHER = "arn:aws:iam::aws:policy/AWSDenyAll"


def trusting(*services: str) -> PolicyDocument:
    statements = [
        {"Effect": "Allow", "Principal": {"Service": f"{one}.amazonaws.com"}, "Action": "sts:AssumeRole"}
        for one in services
    ]
    return PolicyDocument({"Version": "2012-10-17", "Statement": statements})


def role(*managed: str, trust: PolicyDocument | None = None, **more: str) -> Role:
    arn = ACCOUNT.arn("role", "/", "worker")
    given = trust or trusting("lambda")
    return Role("role", "worker", "/", arn, frozenset(managed), trust=given, **more)  # type: ignore[arg-type]


def backup(created: str, kept: Kept[Identity]) -> Backup:
    return Backup(ACCOUNT, created, identities={"role/worker": kept})


def before(*row: Kept[Identity]) -> Identity:
    backups = [backup(f"2026-11-{day:02d}T00:00:00+00:00", kept) for day, kept in enumerate(row, start=1)]
    return newest(list(reversed(backups))).identities["role/worker"].before


def test_half_a_deletion_does_not_hide_what_the_first_half_took() -> None:
    first: Kept[Identity] = Kept(role(WIDE, READER), None, ("AROA1",))
    second: Kept[Identity] = Kept(role(READER), None, ("AROA1",))
    assert before(first, second) == role(WIDE, READER)


def test_a_role_made_anew_between_two_deletions_is_the_one_that_counts() -> None:
    first: Kept[Identity] = Kept(role(WIDE, READER), None, ("AROA1",))
    second: Kept[Identity] = Kept(role(READER), None, ("AROA2",))
    merged = newest([backup("2026-11-01T00:00:00+00:00", first), backup("2026-11-02T00:00:00+00:00", second)])
    assert merged.identities["role/worker"].before == role(READER)
    assert merged.identities["role/worker"].ids == ("AROA1", "AROA2")


def test_a_run_that_came_to_its_end_does_not_count_any_more() -> None:
    first: Kept[Identity] = Kept(role(WIDE, READER), role(READER), ("AROA1",))
    second: Kept[Identity] = Kept(role(READER), None, ("AROA1",))
    assert before(first, second) == role(READER)


def test_a_run_that_was_cut_short_in_the_middle_of_a_trust_policy_still_counts() -> None:
    old, new = trusting("lambda", "sagemaker"), trusting("lambda", "glue")
    first: Kept[Identity] = Kept(role(WIDE, trust=old), role(trust=new), ("AROA1",))
    second: Kept[Identity] = Kept(role(WIDE, trust=intersection(old, new).document), role(trust=new), ("AROA1",))
    assert before(first, second) == role(WIDE, trust=old)


def test_what_others_did_between_is_kept_too() -> None:
    first: Kept[Identity] = Kept(role(WIDE, READER), role(), ("AROA1",))
    second: Kept[Identity] = Kept(role(READER, OTHER, description="by hand"), role(), ("AROA1",))
    assert before(first, second) == role(WIDE, READER, OTHER, description="by hand")


def test_what_the_run_added_itself_is_not_part_of_what_was_there() -> None:
    first: Kept[Identity] = Kept(role(WIDE), role(READER), ("AROA1",))
    second = replace(first, before=role(WIDE, READER))
    assert first.followed_by(second).before == role(WIDE)
