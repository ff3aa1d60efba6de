# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text for every list, dictionary and people variable of every service: it equals its value as data, or it is refused.

Each sample is a host. All of them are the same account, so that equal plans have equal ids. A variable is read by
playbooks/site.yml, or by the role of its service, whose argument specification Ansible checks first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from integration.playbook_runs import Playbook, Run
from integration.value_forms import FORMS, Sample, all_samples
from integration.whole_account import held

from local_aws import LocalAws

ROLE = """---
- hosts: all
  connection: local
  gather_facts: false
  vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  tasks:
    - ansible.builtin.include_role: {name: "aws_ml.permissions.{{ aws_ml_services[0] }}_iam"}
"""
WAYS = {"site": "aws_ml.permissions.site", "role": ROLE}
NO_CHOICES = ("spaced", "json")
"""Text that Ansible's own check of a role's variables takes for no list of choices: it only splits at commas."""

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
MAKE = {
    "user": lambda iam, name: iam.create_user(UserName=name),
    "group": lambda iam, name: iam.create_group(GroupName=name),
    "role": lambda iam, name: iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST)),
}
SAMPLES = all_samples()
Host = dict[str, Any]


def host_of(member: dict[str, Any], sample: Sample, values: dict[str, Any]) -> Host:
    entrance = {"aws_account_id": member["id"], "aws_assume_role_arn": member["role_arn"]}
    return {**entrance, "aws_ml_services": [sample.service.name], **values}


def make_people(aws: LocalAws, member: dict[str, Any], sample: Sample) -> None:
    iam = aws.client("iam", account=member["id"])
    for one in sorted(sample.everyone()):
        kind, _slash, name = one.partition("/")
        MAKE[kind](iam, name)


def plan_ids(run: Run) -> dict[str, str]:
    return {
        host: result["plan_id"]
        for play in run.plays
        for task in play["tasks"]
        for host, result in task["hosts"].items()
        if "plan_id" in result
    }


def test_text_plans_what_data_plans_in_both_ways(playbook: Playbook, aws: LocalAws) -> None:
    for sample in {sample.service.name: sample for sample in SAMPLES.values()}.values():
        make_people(aws, aws.members[0], sample)
    found = {way: plans_of_forms(playbook, aws.members[0], way) for way in WAYS}
    assert found["site"] == found["role"]


def plans_of_forms(playbook: Playbook, member: dict[str, Any], way: str) -> dict[str, str]:
    """The ids of the plans of every sample as data and in every form. Those of a form are those of its data."""
    hosts: dict[str, Host] = {}
    equal: dict[str, str] = {}
    for name, sample in SAMPLES.items():
        for count in ("one", "two"):
            hosts[f"{name}-{count}"] = host_of(member, sample, sample.data(count))
        for form, (count, _text) in FORMS.items():
            values = sample.text(form)
            if way == "role" and form in NO_CHOICES:
                of_choices = {place.partition("[")[0] for place, _values in sample.with_choices(form)}
                values |= {variable: sample.data(count)[variable] for variable in of_choices}
            hosts[f"{name}-{form}"] = host_of(member, sample, values)
            equal[f"{name}-{form}"] = f"{name}-{count}"
        hosts[f"{name}-whole"] = host_of(member, sample, sample.whole_as_json())
        equal[f"{name}-whole"] = f"{name}-two"
    run = playbook(WAYS[way], {"all": {"hosts": hosts}}, check=True)
    assert run.failures() == {}
    found = plan_ids(run)
    assert [host for host, other in equal.items() if found[host] != found[other]] == []
    assert [name for name in SAMPLES if found[f"{name}-one"] == found[f"{name}-two"]] == []
    return found


@pytest.mark.parametrize("way", WAYS)
def test_text_that_stands_for_nothing_is_refused_before_any_call(playbook: Playbook, aws: LocalAws, way: str) -> None:
    """A host has as many such texts as fit together, and its error names all of them."""
    member = aws.members[0]
    hosts: dict[str, Host] = {}
    places: dict[str, list[str]] = {}
    for name, sample in SAMPLES.items():
        for form in FORMS:
            refused = [*sample.refused(form)]
            refused += sample.with_choices(form) if way == "role" and form in NO_CHOICES else ()
            for number, (values, together) in enumerate(combined(refused)):
                host = f"{name}-{form}-{number}"
                hosts[host] = host_of(member, sample, values)
                places[host] = together
    run = playbook(WAYS[way], {"all": {"hosts": hosts}})
    failures = run.failures()
    assert failures.keys() == places.keys()
    assert aws.calls() == []
    assert "Traceback" not in run.stdout + run.stderr
    for host, together in places.items():
        said = together if way == "site" else [place.rpartition(".")[2] for place in together]
        assert [text for text in said if text not in failures[host]] == [], (host, failures[host])


def combined(refused: list[tuple[str, dict[str, Any]]]) -> list[tuple[dict[str, Any], list[str]]]:
    """Values and the places of the text in them. Text for a variable and for an option in it do not fit together."""
    found: list[tuple[dict[str, Any], list[str]]] = []
    for place, values in refused:
        for others, places in found:
            if all(others.get(name, value) == value for name, value in values.items()):
                others.update(values)
                places.append(place)
                break
        else:
            found.append((dict(values), [place]))
    return found


JUDGED = ("bare", "commas", "json")
GIVING = {name: sample for name, sample in SAMPLES.items() if sample.granted("bare")}
CASES = [(name, form, removal) for name in GIVING for form in JUDGED for removal in ("former", "absent")]


@pytest.fixture(scope="module")
def an_account_each() -> Iterator[LocalAws]:
    with LocalAws(members=len(CASES)) as running:
        yield running


def holders(aws: LocalAws, member: dict[str, Any]) -> set[str]:
    """The people that have any policy, such as `user/alice`."""
    account = held(aws.client("iam", account=member["id"]))
    return {
        f"{kind.removesuffix('s')}/{name}"
        for kind in ("users", "groups", "roles")
        for name, one in account[kind].items()
        if one["managed"] or one["inline"]
    }


def test_text_gives_people_their_policies_and_removes_them(an_account_each: LocalAws, tmp_path: Path) -> None:
    """By playbooks/site.yml. The role plans the same writes: the removals here, the grants in the test of all plans."""
    aws = an_account_each
    playbook = Playbook(tmp_path, aws.environment())
    members = dict(zip(CASES, aws.members, strict=True))
    grants: dict[str, Host] = {}
    removals: dict[str, Host] = {}
    left: dict[str, set[str]] = {}
    for case, member in members.items():
        name, form, removal = case
        sample = GIVING[name]
        make_people(aws, member, sample)
        host = "-".join(case)
        grants[host] = host_of(member, sample, sample.grants(form))
        if removal == "absent":
            absent = {f"{sample.service.prefix}state": "absent"}
            removals[host] = {**grants[host], **absent}
            left[host] = set()
        else:
            values, taken_from = sample.removal(form)
            removals[host] = host_of(member, sample, values)
            left[host] = sample.granted(form) - taken_from

    granted = playbook(WAYS["site"], {"all": {"hosts": grants}})
    assert granted.failures() == {}
    for (name, form, removal), member in members.items():
        people = GIVING[name].everyone()
        assert holders(aws, member) & people == GIVING[name].granted(form), (name, form, removal)

    planned = playbook(WAYS["role"], {"all": {"hosts": removals}}, check=True)
    removed = playbook(WAYS["site"], {"all": {"hosts": removals}})
    assert (planned.failures(), removed.failures()) == ({}, {})
    assert plan_ids(planned) == plan_ids(removed)
    assert plan_ids(removed).keys() == removals.keys()
    for case, member in members.items():
        assert holders(aws, member) & GIVING[case[0]].everyone() == left["-".join(case)], case


EXTRA = {
    "commas": ("lookout_vision", "lookout_vision_iam_users=alice,bob", "lookout_vision_iam_state=absent"),
    "survey": (
        "lookout_vision",
        json.dumps({"lookout_vision_iam_users": '["alice", "bob"]'}),
        "lookout_vision_iam_state=absent",
    ),
    "people": (
        "panorama",
        json.dumps({"panorama_iam_operators": '{"users": "alice,bob"}'}),
        json.dumps({"panorama_iam_operators": {}, "panorama_iam_former_operators": {"users": "alice,bob"}}),
    ),
    "people in a survey": (
        "panorama",
        json.dumps({"panorama_iam_operators": {"users": ["alice", "bob"]}}),
        json.dumps({"panorama_iam_operators": "{}", "panorama_iam_former_operators": '{"users": ["alice", "bob"]}'}),
    ),
}
"""A service, an extra variable that grants something to alice and bob, and one more that removes it."""


@pytest.mark.parametrize("case", EXTRA)
def test_extra_variables_and_answers_of_surveys(playbook: Playbook, aws: LocalAws, case: str) -> None:
    service, grant, removal = EXTRA[case]
    member = aws.members[0]
    for name in ("alice", "bob"):
        MAKE["user"](aws.client("iam", account=member["id"]), name)
    entrance = {"aws_account_id": member["id"], "aws_assume_role_arn": member["role_arn"]}
    inventory = {"all": {"hosts": {"account": {**entrance, "panorama_iam_generation": "released"}}}}
    given = ["-e", f"aws_ml_services={service}", "-e", grant]
    people = {"user/alice", "user/bob"}
    for arguments, holding in ((given, people), ([*given, "-e", removal], set())):
        run = playbook(WAYS["site"], inventory, arguments=arguments)
        assert (run.failures(), holders(aws, member) & people) == ({}, holding)
