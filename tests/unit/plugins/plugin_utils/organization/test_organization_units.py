# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.units import (
    Unit,
    chosen_units,
    group_names,
    lineage,
    lost_groups,
)

pytestmark = pytest.mark.both_generations

ROOT = Unit("r-abcd", "", ())


def tree(*paths: str) -> list[Unit]:
    """Units by their paths, parents first; the ID of each is its number."""
    units = {"/": ROOT}
    for number, path in enumerate(paths):
        parent, _unused, name = path.rpartition("/")
        above = units[parent or "/"]
        units[path] = Unit(f"ou-abcd-{number:08d}", above.id, (*above.names, name))
    return list(units.values())


def paths(units: list[Unit], ids: set[str]) -> list[str]:
    return sorted(unit.path for unit in units if unit.id in ids)


def test_groups_are_named_by_their_paths() -> None:
    units = tree("/Workloads", "/Workloads/Pre-Prod", "/Sandbox", "/Sandbox/Pre-Prod")
    assert list(group_names(units, "ou_").values()) == [
        "aws_organization",
        "ou_Workloads",
        "ou_Workloads__Pre_Prod",
        "ou_Sandbox",
        "ou_Sandbox__Pre_Prod",
    ]


def test_units_whose_groups_would_be_one_all_carry_their_ids() -> None:
    units = tree("/a b", "/a-b", "/a", "/a/c", "/a__c", "/研究")
    names = group_names(units, "x_")
    assert names["ou-abcd-00000000"] == "x_a_b__ou_abcd_00000000"
    assert names["ou-abcd-00000001"] == "x_a_b__ou_abcd_00000001"
    assert names["ou-abcd-00000002"] == "x_a"
    assert {names["ou-abcd-00000003"], names["ou-abcd-00000004"]} == {
        "x_a__c__ou_abcd_00000003",
        "x_a__c__ou_abcd_00000004",
    }
    assert names["ou-abcd-00000005"] == "x_研究"
    assert len(set(names.values())) == len(units)


def test_lineage_goes_up_to_the_root() -> None:
    units = tree("/a", "/a/b")
    assert list(lineage(units[-1], {unit.id: unit for unit in units})) == [
        "ou-abcd-00000001",
        "ou-abcd-00000000",
        "r-abcd",
    ]


@pytest.mark.parametrize(
    ("wanted", "unwanted", "left"),
    [
        ([], [], ["/", "/Prod", "/Prod/Vision", "/Test", "/Test/Vision", "/Test/Vision/Old"]),
        (["/Test"], [], ["/Test", "/Test/Vision", "/Test/Vision/Old"]),
        (["/Test/Vision/"], [], ["/Test/Vision", "/Test/Vision/Old"]),
        (["Prod"], [], ["/Prod", "/Prod/Vision"]),
        (["ou-abcd-00000001"], [], ["/Prod/Vision"]),
        (["/*/Vision"], [], ["/Prod/Vision", "/Test/Vision", "/Test/Vision/Old"]),
        (["/"], ["Test"], ["/", "/Prod", "/Prod/Vision"]),
        (["r-abcd"], ["Old", "/Prod"], ["/", "/Test", "/Test/Vision"]),
        (["Test", "Prod"], ["/*/Vision"], ["/Prod", "/Test"]),
        ([], ["/"], []),
    ],
)
def test_subtrees_are_chosen(wanted: list[str], unwanted: list[str], left: list[str]) -> None:
    units = tree("/Prod", "/Prod/Vision", "/Test", "/Test/Vision", "/Test/Vision/Old")
    assert paths(units, chosen_units(units, wanted, unwanted)) == left


def test_every_wrong_entry_is_reported_with_what_would_be_right() -> None:
    units = tree("/Prod", "/Prod/Vision", "/Test", "/Test/Vision")
    with pytest.raises(EngineError) as failure:
        chosen_units(units, ["Vision", "/prod/vision"], ["tset", "ou-abcd-99999999", ""])
    assert failure.value.message.split("\n- ") == [
        "5 problems found, the source gives no hosts:",
        'ous: "Vision" is the name of several OUs: "/Prod/Vision" (ou-abcd-00000001),'
        ' "/Test/Vision" (ou-abcd-00000003). Give paths or IDs.',
        'ous: there is no OU "/prod/vision". Did you mean "/Prod/Vision"?',
        'exclude_ous: there is no OU "tset". Did you mean "Test"?',
        'exclude_ous: there is no OU "ou-abcd-99999999".'
        ' There are "/", "/Prod", "/Prod/Vision", "/Test", "/Test/Vision".',
        'exclude_ous: there is no OU "". There are "/", "/Prod", "/Prod/Vision", "/Test", "/Test/Vision".',
    ]


def test_what_names_of_units_hold_is_escaped_in_messages() -> None:
    units = [ROOT, Unit("ou-abcd-00000001", ROOT.id, ("x\n\x1b[31mok: [vision-dev]",))]
    with pytest.raises(EngineError) as failure:
        chosen_units(units, ["nowhere"], [])
    assert failure.value.message.split("\n- ")[1] == (
        r'ous: there is no OU "nowhere". There are "/", "/x\n\u001b[31mok: [vision-dev]".'
    )


def test_a_path_that_two_units_have_is_refused() -> None:
    units = [*tree("/a", "/a/b"), Unit("ou-abcd-00000009", ROOT.id, ("a/b",))]
    with pytest.raises(EngineError) as failure:
        chosen_units(units, ["/a/*"], [])
    assert failure.value.message.split("\n- ")[1] == (
        'ous: "/a/*" matches several OUs of one path: "/a/b" (ou-abcd-00000001), "/a/b" (ou-abcd-00000009). Give IDs.'
    )
    assert chosen_units(units, ["ou-abcd-00000009"], []) == {"ou-abcd-00000009"}


@pytest.mark.parametrize(("prefix", "name"), [("al", "l"), ("un", "grouped"), ("aws_", "organization")])
def test_no_unit_has_the_group_of_ansible_or_of_the_root(prefix: str, name: str) -> None:
    names = group_names(tree(f"/{name}"), prefix)
    assert names["ou-abcd-00000000"] == f"{prefix}{name}__ou_abcd_00000000"
    assert names["r-abcd"].startswith("aws_organization")


def test_variables_of_a_group_that_several_units_would_have_are_reported_for_all_in_them() -> None:
    units = tree("/a b", "/a-b", "/a b/c", "/d")
    places = {"x_a_b": "group_vars/x_a_b.yml", "x_d": "group_vars/x_d.yml", "x_a_b__c": "group_vars/x_a_b__c.yml"}
    lost = lost_groups(units, "x_", lambda group: places.get(group, ""))
    assert set(lost) == {"ou-abcd-00000000", "ou-abcd-00000001", "ou-abcd-00000002"}
    assert lost["ou-abcd-00000002"] == [
        "group_vars/x_a_b.yml is for the group x_a_b, which is the name of several OUs, so that none has it."
        " To fix: give these variables to the groups that have the OU's ID in their name."
    ]
    assert lost_groups(units, "x_", lambda group: "") == {}
    assert lost_groups(tree("/l"), "al", lambda group: "group_vars/all.yml") == {}
