# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of an adopted inventory: what Ansible reads from them, what accounts share, and which are not written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.adopt.declarations import divided
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.adopt.external_ids import ExternalIdReference
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.adopt.inventory_files import (
    host_problems,
    inventory_files,
    is_same,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.adopt.written_files import FileChanges
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.adopt.yaml_text import yaml_text
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.data.plain_values import plain
from hypothesis import given
from hypothesis import strategies as st
from property_examples import examples

pytestmark = pytest.mark.both_generations

SPECIAL = (
    "", "yes", "No", "null", "~", "1e3", "0o17", "1_000", "2012-10-17", "12:30:45", "=", "<<", "- a", "a: b", "#",
    "!x y", "&a", "*a", "{a: b}", "[a]", "| x", "> x", "%", "@", "`",
    "'", '"', "\\", "a\nb\n", " a ", "\t", "\x7f", "\x85",
    "\u2028", "\u202e", "\ufeff", "{{ 1 }}", "{% x", "{# y",
    "$ANSIBLE_VAULT;1.1;AES256", "!unsafe z", "\u00e9", "---", "...",
)  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(SPECIAL), st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
)
VALUES = st.recursive(
    st.one_of(TEXTS, st.booleans(), st.integers(-(10**13), 10**13)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}


def export(account_id: str = "111111111111", services: Any = None, **baseline: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"left_out": [], "unexplained": []}
    return {**empty, "account_id": account_id, "services": services or {}, "baseline": baseline}


def role(name: str, **options: Any) -> dict[str, Any]:
    return {"name": name, "assume_role_policy_document": TRUST, **options}


@examples(2)
@given(content=st.dictionaries(TEXTS, VALUES, max_size=3))
def test_ansible_reads_the_same_data_and_evaluates_none_of_it(content: dict[str, Any]) -> None:
    text = yaml_text(content)
    assert text.isascii()
    read = DataLoader().load(text)
    assert plain(read) == content
    assert text.count("!unsafe") >= sum(sign in text for sign in ("{{", "{%", "{#"))


def test_only_references_are_templates() -> None:
    assert yaml_text({"a": ExternalIdReference("{{ b['c'] }}"), "d": "{{ e }}"}) == (
        '---\na: "{{ b[\'c\'] }}"\nd: !unsafe "{{ e }}"\n'
    )


def test_accounts_share_what_iam_treats_as_equal() -> None:
    scalar = {**TRUST, "Statement": {**TRUST["Statement"][0], "Action": ["sts:assumerole"]}}  # type: ignore[dict-item, index]
    one = export(
        services={"deeplens": {"deeplens_iam_region": "a", "deeplens_iam_bucket": "b"}}, roles=[role("x"), role("y")]
    )
    two = export(
        services={"deeplens": {"deeplens_iam_region": "a", "deeplens_iam_bucket": "c"}},
        roles=[role("y", description="Other."), role("x", assume_role_policy_document=scalar)],
    )
    found = divided({"one": one, "two": two})
    shared = {"aws_ml_services": ["deeplens"], "deeplens_iam_region": "a", "aws_ml_baseline": {"roles": [role("x")]}}
    assert found.shared == shared
    assert found.own["one"] == {"deeplens_iam_bucket": "b", "aws_ml_account_baseline": {"roles": [role("y")]}}
    assert divided({"one": one}).shared == {}


def test_external_ids_are_in_files_of_their_own() -> None:
    def trusting(*ids: str) -> dict[str, Any]:
        statements = [{"Effect": "Allow", "Condition": {"StringEquals": {"sts:ExternalId": one}}} for one in ids]
        return role("x", assume_role_policy_document={"Version": "2012-10-17", "Statement": statements})

    exports = {"one": export(roles=[trusting("a", "b")]), "two": export(roles=[trusting("c", "d")])}
    files = inventory_files(exports, "2026-11-30T12:00:00Z")
    shared = files["group_vars/aws_ml_adopted/aws_ml_adopted.yml"]
    assert "aws_ml_external_ids['x']" in shared and "aws_ml_external_ids['x#2']" in shared
    secrets = DataLoader().load(files["host_vars/two/aws_ml_adopted_external_ids.yml"])
    assert plain(secrets) == {"aws_ml_external_ids": {"x": "c", "x#2": "d"}}


def test_comments_say_what_is_not_there_and_cannot_be_left(tmp_path: Path) -> None:
    left = {"resource": "role/a\nb: c", "reason": "it is excluded\u2028d: e"}
    files = inventory_files({"one": {**export(), "left_out": [left], "unexplained": [left]}}, "2026-11-30T12:00:00Z")
    text = files["host_vars/one/aws_ml_adopted.yml"]
    assert "Not exported:\n#   role/a" in text and "Not declared:\n#   role/a" in text
    assert plain(DataLoader().load(text)) == {}
    later = inventory_files({"one": {**export(), "left_out": [left], "unexplained": [left]}}, "2027-01-01T00:00:00Z")
    other = later["host_vars/one/aws_ml_adopted.yml"]
    assert text != other and is_same(text, other)
    assert not is_same(text, text.replace("excluded", "gone"))


@pytest.mark.parametrize(
    "host", ["..", ".", "", ".x", "a/b", "../x", "a\\b", "x[1:3]", "x:22", "a\nb", " a", "a ", "x" * 201]
)
def test_hosts_that_are_no_names_of_folders(host: str) -> None:
    assert len(list(host_problems([host]))) == 1


@pytest.mark.parametrize("host", ["vision-dev", "111111111111", "ml_prod.x", "a b", "\u00e9t\u00e9", "x..y", "-x"])
def test_hosts_that_are_names_of_folders(host: str) -> None:
    assert list(host_problems([host])) == []


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "host_vars").symlink_to(elsewhere)
    changes = FileChanges.of(tmp_path, {"host_vars/x/y.yml": "a"}, overwrite=True)
    assert [problem.message for problem in changes.problems] == ["is a symbolic link, and is not followed; remove it"]
    assert changes.changes == {}
