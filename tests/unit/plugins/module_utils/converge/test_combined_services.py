# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What several services declare for one account, side by side."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.aws_facts import AwsFacts
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.combined_services import (
    CombinedServices,
    places_of,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import Account, ManagedPolicy, Role
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import DesiredState
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import aws_facts
from unit.services.declarations import SERVICE_ROLES, service_declaration
from unit.services.variants import CASES, VARIANTS

KNOWLEDGE = AwsFacts.parse(aws_facts())
ACCOUNT = Account("123456789012", "aws")
ROLE = {"name": "Shared", "managed_policies": ["AmazonS3ReadOnlyAccess"]}
STATEMENT = {
    "Sid": "Devices",
    "Effect": "Allow",
    "Principal": {"Service": "a.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
WORKER = {"iam_type": "role", "iam_name": "worker"}


def service(name: str, **declared: Any) -> dict[str, Any]:
    return {"service": name, "profile": "documented", "state": "present", **declared}


def combined(of_deeplens: dict[str, Any], of_panorama: dict[str, Any]) -> CombinedServices:
    return CombinedServices.of([service("deeplens", **of_deeplens), service("panorama", **of_panorama)])


@pytest.mark.parametrize("name", ["Shared", "SHARED"])
@pytest.mark.parametrize(("section", "resource"), [("roles", "role/shared"), ("managed_policies", "policy/shared")])
def test_an_object_that_two_declare_alike_is_declared_once(section: str, resource: str, name: str) -> None:
    both = combined({section: [ROLE]}, {section: [{**ROLE, "name": name}, {"name": "own"}]})
    assert both.problems == []
    assert [item["name"] for item in both.options[section]] == ["Shared", "own"]
    assert both.owners[section] == ["deeplens", "panorama"]
    assert both.services_of(resource) == ["deeplens", "panorama"]


OFF = {"state": "absent"}
DIFFERENT: dict[str, tuple[str, dict[str, Any], dict[str, Any], str]] = {
    "a role": ("roles", ROLE, {**ROLE, "name": "shared", "managed_policies": []}, "role/shared"),
    "a role that one removes": ("roles", ROLE, {"name": "Shared", **OFF}, "role/Shared"),
    "a policy": ("managed_policies", {"name": "p", "policy": {"a": 1}}, {"name": "p", "policy": {}}, "policy/p"),
    "an attachment that one takes off": (
        "attachments",
        {**WORKER, "managed_policies": ["ReadOnlyAccess"]},
        {**WORKER, "iam_name": "Worker", "managed_policies": ["ReadOnlyAccess"], **OFF},
        "role/Worker",
    ),
    "an inline policy": (
        "attachments",
        {**WORKER, "inline_policies": {"own": {"a": 1}}},
        {**WORKER, "inline_policies": {"own": {"a": 2}}},
        "role/worker",
    ),
    "an inline policy that one takes off": (
        "attachments",
        {**WORKER, "inline_policies": {"own": {}}, **OFF},
        {**WORKER, "inline_policies": {"own": {"a": 2}}},
        "role/worker",
    ),
    "a statement of a trust policy": (
        "trust_statements",
        {"name": "worker", "statements": [STATEMENT]},
        {"name": "worker", "statements": [{**STATEMENT, "Effect": "Deny"}]},
        "role/worker",
    ),
    "a statement that one takes out": (
        "trust_statements",
        {"name": "worker", "statements": [STATEMENT]},
        {"name": "worker", "statements": [{"Sid": "Devices"}], **OFF},
        "role/worker",
    ),
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_what_two_declare_differently_is_refused_with_both_places(case: str) -> None:
    section, one, other, resource = DIFFERENT[case]
    both = combined({section: [one]}, {section: [other]})
    first = f"deeplens: {resource.partition('/')[0]}/{one.get('name') or one['iam_name']}"
    assert [str(problem) for problem in both.problems] == [
        f"panorama: {resource}: is declared differently by {first}; change one of the two"
    ]


ALIKE: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "the same policy": (
        "attachments",
        {**WORKER, "managed_policies": ["ReadOnlyAccess"], "inline_policies": {"own": {"a": 1}}},
        {**WORKER, "managed_policies": ["ReadOnlyAccess"], "inline_policies": {"own": {"a": 1}}},
    ),
    "an inline policy of the name of a managed one": (
        "attachments",
        {**WORKER, "managed_policies": ["own"]},
        {**WORKER, "inline_policies": {"own": {}}, **OFF},
    ),
    "policies of their own": (
        "attachments",
        {**WORKER, "managed_policies": ["ReadOnlyAccess"]},
        {**WORKER, "managed_policies": ["PowerUserAccess"], **OFF},
    ),
    "another kind of the same name": (
        "attachments",
        {**WORKER, "managed_policies": ["ReadOnlyAccess"]},
        {"iam_type": "user", "iam_name": "worker", "managed_policies": ["ReadOnlyAccess"], **OFF},
    ),
    "the same statement": (
        "trust_statements",
        {"name": "worker", "statements": [STATEMENT]},
        {"name": "Worker", "statements": [STATEMENT]},
    ),
    "statements of their own": (
        "trust_statements",
        {"name": "worker", "statements": [STATEMENT]},
        {"name": "worker", "statements": [{"Sid": "Other"}], **OFF},
    ),
}


@pytest.mark.parametrize("case", ALIKE)
def test_what_two_add_to_an_object_of_others_counts_for_both(case: str) -> None:
    section, one, other = ALIKE[case]
    both = combined({section: [one]}, {section: [other]})
    assert both.problems == []
    assert both.owners[section] == ["deeplens", "panorama"]


def test_messages_name_the_service_and_the_object() -> None:
    both = combined({"roles": [ROLE]}, {"attachments": [{**WORKER, "managed_policies": ["ReadOnlyAccess"]}]})
    assert [place for places in both.places.values() for place in places] == [
        "deeplens: role/Shared",
        "panorama: role/worker",
    ]
    placed = places_of(service("deeplens", roles=[ROLE], attachments=None))
    assert (placed["roles"], placed["attachments"]) == (["deeplens: role/Shared"], [])


def test_a_finding_is_fixed_by_the_variable_of_the_service_that_has_one() -> None:
    both = combined(
        {"roles": [ROLE], "remedies": {"passes_any_role": "", "reads_any_bucket": "deeplens_iam_profile"}},
        {
            "roles": [ROLE],
            "remedies": {"passes_any_role": "panorama_iam_state", "reads_any_bucket": "panorama_iam_state"},
        },
    )
    assert both.remedy("role/shared", "passes_any_role", "of the rule") == "panorama_iam_state"
    assert both.remedy("role/Shared", "reads_any_bucket", "of the rule") == "deeplens_iam_profile"
    assert both.remedy("role/Shared", "grants_everything", "of the rule") == "of the rule"
    assert both.remedy("role/else", "reads_any_bucket", "of the rule") == "of the rule"


def there(name: str) -> Role:
    return Role("role", name, "/", ACCOUNT.arn("role", "/", name))


def test_a_service_that_has_ended_is_reported_by_what_is_there_for_it() -> None:
    remedies = {"grants_ended_service": "lookout_vision_iam_state: absent"}
    three = CombinedServices.of(
        [
            service("deeplens", roles=[ROLE]),
            service("groundtruth_lambda", roles=[{"name": "gt-execution"}]),
            service("lookout_vision", managed_policies=[{"name": "lookout-vision-s3"}], remedies=remedies),
        ]
    )
    policy = ManagedPolicy(
        "lookout-vision-s3", "/", ACCOUNT.arn("policy", "/", "lookout-vision-s3"), PolicyDocument({})
    )
    everything = DesiredState(
        identities={one.key: one for one in (there("Shared"), there("gt-execution"))},
        policies={policy.name: policy},
    )
    found = {item.resource: item.remedy for item in three.outlived(KNOWLEDGE, everything)}
    assert found == {
        "service/deeplens": "state: absent",
        "service/lookout_vision": "lookout_vision_iam_state: absent",
    }
    only_policy = DesiredState(identities={there("Shared").key: None}, policies={policy.name: policy})
    assert [item.resource for item in three.outlived(KNOWLEDGE, only_policy)] == ["service/lookout_vision"]
    of_others = DesiredState(identities={there("else").key: there("else")})
    assert list(three.outlived(KNOWLEDGE, of_others)) == []


@pytest.mark.parametrize(("role", "variant"), CASES)
def test_no_service_contradicts_itself(role: str, variant: str) -> None:
    assert CombinedServices.of([vars(service_declaration(role, VARIANTS[role][variant]))]).problems == []


@pytest.mark.parametrize("profile", ["documented", "least_privilege"])
def test_no_two_services_contradict_each_other(profile: str) -> None:
    declared = [
        vars(
            service_declaration(role, next(given for name, given in VARIANTS[role].items() if name.startswith(profile)))
        )
        for role in SERVICE_ROLES
    ]
    together = CombinedServices.of(declared)
    assert together.problems == []
    assert [one["service"] for one in together.shown()] == [role.removesuffix("_iam") for role in SERVICE_ROLES]
