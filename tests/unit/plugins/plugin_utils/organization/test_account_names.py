# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts of accounts are called, whatever accounts, groups, files and other sources are called."""

from __future__ import annotations

import pytest
import yaml
from ansible import constants as C
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.account_filters import OrganizationAccount
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.account_names import (
    GivenVariables,
    HostName,
    check_groups,
    host_names,
)
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.both_generations

ONE, TWO, THREE = "000000000001", "000000000002", "000000000003"
GROUPS = frozenset({"all", "ungrouped", "aws_organization", "ou_Operations", "prod"})


def account(account_id: str, name: str) -> OrganizationAccount:
    return OrganizationAccount(account_id, name, f"{name}@example.com", "arn", "ACTIVE", "", "CREATED", "r-abcd")


def file(name: str, account_id: str = "", folder: str = "host_vars") -> GivenVariables:
    return GivenVariables(name, account_id, f"{folder}/{name}.yml")


def host(name: str, account_id: str = "") -> GivenVariables:
    return GivenVariables(name, account_id, f"host {name} of static.yml", is_host=True)


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("vision-dev", "vision-dev"),
        ("Vision & Labels (prod)", "Vision-Labels-prod"),
        ("a:b,c[0]", "a-b-c-0"),
        ("../../etc", "etc"),
        ("@file", "file"),
        ("{{ 7 * 7 }}", "7-7"),
        ("vision-000000000001", "vision-000000000001"),  # its own ID, which no other name ends with
        # Nothing is left.
        ("!!", ONE),
        ("-", ONE),
        (".", ONE),
        ("..", ONE),
        ("研究", ONE),
        # Groups.
        ("ou_Operations", f"ou_Operations-{ONE}"),
        ("prod", f"prod-{ONE}"),
        ("all", f"all-{ONE}"),
        ("ALL", f"ALL-{ONE}"),
        ("ungrouped", f"ungrouped-{ONE}"),
        ("aws_organization", f"aws_organization-{ONE}"),
        # This machine.
        ("localhost", f"localhost-{ONE}"),
        ("LocalHost", f"LocalHost-{ONE}"),
        ("localhost.localdomain", f"localhost.localdomain-{ONE}"),
        ("ip6-localhost", f"ip6-localhost-{ONE}"),
        ("localhost4", f"localhost4-{ONE}"),
        ("127.0.0.1", f"127.0.0.1-{ONE}"),
        ("::1", f"1-{ONE}"),
        ("0x7f.1", f"0x7f.1-{ONE}"),
        ("2130706433", f"2130706433-{ONE}"),
        # IDs of others, and names that others would get.
        (TWO, f"{TWO}-{ONE}"),
        (f"vision-{TWO}", f"vision-{TWO}-{ONE}"),
        # Files of hosts, and what YAML does not read as text.
        ("vision-dev.yml", f"vision-dev.yml-{ONE}"),
        ("vision-dev.YAML", f"vision-dev.YAML-{ONE}"),
        ("vision.json", f"vision.json-{ONE}"),
        ("null", f"null-{ONE}"),
        ("off", f"off-{ONE}"),
        ("2026-01-01", f"2026-01-01-{ONE}"),
        ("1.5e+3", f"1.5e+3-{ONE}"),
    ],
)
def test_a_name_means_nothing_to_ansible_or_a_path(name: str, called: str) -> None:
    assert host_names([account(ONE, name)], "name", GROUPS, []) == {ONE: HostName(called)}


def test_every_name_that_ansible_takes_for_this_machine_is_reserved() -> None:
    for name in C.LOCALHOST:
        assert host_names([account(ONE, name)], "name", GROUPS, [])[ONE].name not in C.LOCALHOST


@pytest.mark.parametrize(
    ("names", "given_there", "called"),
    [
        # Two of one name, whatever its case and its other characters.
        (["twin", "twin", "only"], [], [f"twin-{ONE}", f"twin-{TWO}", "only"]),
        (["twin", "TWIN", "only"], [], [f"twin-{ONE}", f"TWIN-{TWO}", "only"]),
        (["a b", "a-b", "only"], [], [f"a-b-{ONE}", f"a-b-{TWO}", "only"]),
        (["twin", "twin", f"twin-{ONE}"], [], [f"twin-{ONE}", f"twin-{TWO}", f"twin-{ONE}-{THREE}"]),
        # A file or a host that states an account keeps its name for it.
        (["twin", "twin", "only"], [file("twin", TWO)], [f"twin-{ONE}", "twin", "only"]),
        (["other", "twin", "only"], [file("twin", ONE)], ["twin", f"twin-{TWO}", "only"]),
        (["other", "TWIN", "only"], [host("twin", ONE)], ["twin", f"TWIN-{TWO}", "only"]),
        (["twin", "x", "y"], [host("twin", "999999999999")], [f"twin-{ONE}", "x", "y"]),
        (["twin", "x", "y"], [file("twin", "999999999999")], [f"twin-{ONE}", "x", "y"]),
        (["x", "y", "z"], [file("x", ONE), file("x", ONE, "playbooks/host_vars"), host("x", ONE)], ["x", "y", "z"]),
        # One that states the account is enough for the name.
        (["x", "x", "z"], [file("x", ONE), file("x", "", "playbooks/host_vars")], ["x", f"x-{TWO}", "z"]),
    ],
)
def test_a_name_belongs_to_one_account(names: list[str], given_there: list[GivenVariables], called: list[str]) -> None:
    accounts = [account(each, name) for each, name in zip((ONE, TWO, THREE), names, strict=True)]
    found = host_names(accounts, "name", GROUPS, given_there)
    assert [found[each.id] for each in accounts] == [HostName(name) for name in called]


def test_variables_for_a_name_without_an_account_are_refused_for_all_who_chose_it() -> None:
    accounts = [account(ONE, "twin"), account(TWO, "Twin"), account(THREE, "only")]
    found = host_names(accounts, "name", GROUPS, [file("twin"), file("unknown")])
    assert found[THREE] == HostName("only")
    assert found[TWO] == HostName(
        f"Twin-{TWO}",
        (
            f"host_vars/twin.yml does not say which account it is for, and account {TWO} chose the name Twin itself."
            f' To fix: add aws_account_id: "{TWO}" there if it is for this account, or that of the account it is for.',
        ),
    )
    assert len(found[ONE].problems) == 1


def test_a_host_of_another_source_without_an_account_is_not_taken_over() -> None:
    found = host_names([account(ONE, "warehouse")], "name", GROUPS, [host("warehouse")])[ONE]
    assert found.name == f"warehouse-{ONE}"
    assert found.problems[0].startswith("host warehouse of static.yml does not say which account it is for")


@pytest.mark.parametrize(
    ("given_there", "called", "problem"),
    [
        ([file("a", ONE), file("b", ONE)], "x", "host_vars/a.yml is for account 000000000001, whose host is x."),
        ([file("prod", ONE)], "x", "host_vars/prod.yml is for account 000000000001, whose host is x."),
        ([host("localhost", ONE)], "x", "host localhost of static.yml is for account"),
        ([file("x", ONE), file("x", TWO, "play")], f"x-{ONE}", "is for account 000000000001, whose host is x-0"),
        ([file(f"x-{ONE}", TWO), host("x")], f"x-{ONE}", f"is for account {TWO}. To fix: remove it from x-{ONE}."),
    ],
)
def test_variables_that_do_not_reach_their_account_are_reported(
    given_there: list[GivenVariables], called: str, problem: str
) -> None:
    found = host_names([account(ONE, "x")], "name", GROUPS, given_there)[ONE]
    assert found.name == called
    assert problem in " ".join(found.problems)


def test_a_host_that_is_called_by_its_id_has_what_the_id_is_given() -> None:
    accounts = [account(ONE, "all"), account(TWO, "twin"), account(THREE, "twin")]
    given_there = [file(ONE), file("twin"), host(TWO), file("old-name", THREE), file(TWO, THREE)]
    found = host_names(accounts, "id", GROUPS, given_there)
    assert [each.name for each in found.values()] == [ONE, TWO, THREE]
    assert found[ONE].problems == ()
    assert found[TWO].problems == (f"host_vars/{TWO}.yml is for account {THREE}. To fix: remove it from {TWO}.",)
    assert found[THREE].problems[0] == (
        f"host_vars/old-name.yml is for account {THREE}, whose host is {THREE}."
        f" To fix: give these variables to {THREE}."
    )


def test_a_group_that_is_called_like_a_host_after_all_is_refused() -> None:
    check_groups([HostName("vision")], GROUPS)
    with pytest.raises(EngineError, match=f"Groups have the same names as hosts of accounts: prod-{ONE}. To fix"):
        check_groups([HostName(f"prod-{ONE}"), HostName("vision")], {*GROUPS, f"prod-{ONE}"})


ids = st.integers(1, 6).map(lambda number: f"{number:012d}")
words = st.sampled_from(
    ["all", "ALL", "prod", "twin", "Twin", "localhost", "127.0.0.1", "::1", ".", "..", "on", "x.yml", "ou_Operations"]
)
texts = st.one_of(
    words,
    st.text(max_size=8),
    st.builds("{}-{}".format, words, ids),
    ids,
    st.builds("{}{}".format, st.sampled_from([".", "-", "@", "~", ""]), words),
)
everywhere = st.builds(
    GivenVariables, texts.filter(bool), st.one_of(st.just(""), ids), st.just("a file"), st.booleans()
)


@given(
    st.dictionaries(ids, texts, min_size=1),
    st.sampled_from(["name", "email", "id"]),
    st.frozensets(st.one_of(words, st.from_regex(r"[a-z_]\w{0,6}", fullmatch=True))),
    st.lists(everywhere, max_size=6),
)
def test_names_are_unique_safe_and_stable(
    texts_by_id: dict[str, str], kind: str, groups: frozenset[str], given_there: list[GivenVariables]
) -> None:
    accounts = [account(each, name) for each, name in texts_by_id.items()]
    found = host_names(accounts, kind, groups, given_there)
    names = [each.name for each in found.values()]
    assert len({name.casefold() for name in names}) == len(accounts)
    assert not {*names} & {*groups, "all", "ungrouped", *C.LOCALHOST}
    for account_id, each in found.items():
        assert each.name[0] not in ".-@~!&"
        assert not {*each.name} & {*":,[]/\\ \n"}
        assert each.name == account_id or isinstance(yaml.safe_load(each.name), str)
        ending = each.name[-13:]
        assert not (ending[:1] == "-" and ending[1:].isdigit()) or ending[1:] == account_id
    again = host_names(accounts[::-1], kind, groups, given_there[::-1])
    assert {key: (each.name, set(each.problems)) for key, each in again.items()} == {
        key: (each.name, set(each.problems)) for key, each in found.items()
    }


@given(
    st.dictionaries(ids, texts, min_size=1),
    st.sampled_from(["name", "email", "id"]),
    st.lists(everywhere, max_size=6),
)
def test_a_host_without_a_problem_has_the_variables_of_its_account_and_no_others(
    texts_by_id: dict[str, str], kind: str, given_there: list[GivenVariables]
) -> None:
    accounts = [account(each, name) for each, name in texts_by_id.items()]
    for account_id, found in host_names(accounts, kind, GROUPS, given_there).items():
        if found.problems:
            continue
        reaching = [each for each in given_there if each.name.casefold() == found.name.casefold()]
        # Nothing that names another account, and nothing for a chosen name that names none.
        assert {each.account_id for each in reaching} <= {account_id, ""}
        assert account_id in {each.account_id for each in reaching} or found.name.endswith(account_id) or not reaching
        # All that names the account.
        assert {each.name for each in given_there if each.account_id == account_id} <= {found.name}
