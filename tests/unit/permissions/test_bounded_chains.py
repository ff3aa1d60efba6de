# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether `converge_bounded` is a privilege escalation path, in an account full of objects of the guides.

Chains are checked, not single calls: an actor that creates, changes, assumes or passes a role continues as that role.
An independent evaluator judges each call.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from iam_simulate import IamSimulate, Simulation
from moto.iam.aws_managed_policies import aws_managed_policies_data
from permissions.documents import ACCOUNT, Document, document

IAM = f"arn:aws:iam::{ACCOUNT}:"
OURS = f"{IAM}policy/ml-permissions/ml-permissions-boundary"
NARROW = f"{IAM}policy/narrow"
CALLER = f"{IAM}role/ml-permissions/ml-permissions-converge_bounded"
OF_AWS: dict[str, Any] = json.loads(aws_managed_policies_data)
ALL: Document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
RUNS_CODE = {
    "sagemaker.amazonaws.com": f"sagemaker:CreateTrainingJob arn:aws:sagemaker:us-east-1:{ACCOUNT}:training-job/any",
    "lambda.amazonaws.com": f"lambda:CreateFunction arn:aws:lambda:us-east-1:{ACCOUNT}:function:any",
    "panorama.amazonaws.com": "panorama:CreateApplicationInstance *",
    "greengrass.amazonaws.com": (
        f"greengrass:AssociateRoleToGroup arn:aws:greengrass:us-east-1:{ACCOUNT}:/greengrass/groups/1"
    ),
    "ec2.amazonaws.com": f"ec2:RunInstances arn:aws:ec2:us-east-1:{ACCOUNT}:instance/*",
    "cloudformation.amazonaws.com": (
        f"cloudformation:CreateStack arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/any/1"
    ),
}
"""The services that run code, or make calls, as a role that is passed to them, and what sets it going."""


def trust(*services: str, arns: tuple[str, ...] = ()) -> str:
    principal: dict[str, Any] = {"Service": list(services)} if services else {}
    principal |= {"AWS": list(arns)} if arns else {}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def policies(*wanted: str | Document) -> str:
    return json.dumps([OF_AWS[one]["Document"] if isinstance(one, str) else one for one in wanted])


@dataclass(frozen=True)
class Actor:
    """A role as it is at some point of a chain."""

    arn: str
    trust: str
    policies: str
    boundary: str = ""
    chain: str = ""

    def what(self) -> tuple[str, ...]:
        return self.arn, self.trust, self.policies, self.boundary


OPEN = trust(*RUNS_CODE, arns=(CALLER, f"{IAM}root"))
LEFTOVERS = (
    Actor(
        f"{IAM}role/service-role/AWSDeepLensSageMakerRole",
        trust("sagemaker.amazonaws.com"),
        policies("AmazonSageMakerFullAccess"),
    ),
    Actor(
        f"{IAM}role/service-role/AWSDeepLensServiceRole",
        trust("deeplens.amazonaws.com"),
        policies("AWSDeepLensServiceRolePolicy"),
    ),
    Actor(f"{IAM}role/service-role/AWSDeepLensLambdaRole", trust("lambda.amazonaws.com"), policies(ALL)),
    Actor(f"{IAM}role/AWSDeepLensGreengrassGroupRole", trust("greengrass.amazonaws.com"), policies(ALL)),
    Actor(
        f"{IAM}role/service-role/l4e-role",
        trust("lookoutequipment.amazonaws.com", "sagemaker.amazonaws.com"),
        policies("AmazonS3FullAccess", "IAMFullAccess"),
    ),
    Actor(f"{IAM}role/service-role/panorama-app-old", trust("panorama.amazonaws.com"), policies("IAMFullAccess")),
    Actor(f"{IAM}role/service-role/AWSPanoramaSageMakerRole", trust("sagemaker.amazonaws.com"), policies(ALL)),
    Actor(f"{IAM}role/gt-execution", trust("sagemaker.amazonaws.com", arns=(f"{IAM}root",)), policies(ALL)),
    Actor(
        f"{IAM}role/administrator", trust("ec2.amazonaws.com", arns=(f"{IAM}root",)), policies("AdministratorAccess")
    ),
    Actor(f"{IAM}role/narrowed", trust("lambda.amazonaws.com"), policies(ALL), NARROW),
    Actor(f"{IAM}role/ml-services/labeling", OPEN, policies(ALL), OURS),
    Actor(f"{IAM}role/ml-permissions/ml-permissions-converge", trust(arns=(f"{IAM}root",)), policies(ALL)),
)
NEW = [
    f"{IAM}role{path}{name}" for path in ("/", "/service-role/", "/ml-services/") for name in ("AWSDeepLensNew", "new")
]
ADMINISTERS = (
    f"iam:CreateUser {IAM}user/new",
    f"iam:CreateAccessKey {IAM}user/administrator",
    f"iam:PutUserPolicy {IAM}user/operator",
    f"iam:AttachUserPolicy {IAM}user/operator iam:PolicyARN=arn:aws:iam::aws:policy/AdministratorAccess",
    f"iam:CreateRole {IAM}role/new",
    f"iam:PutRolePolicy {IAM}role/administrator",
    f"iam:UpdateAssumeRolePolicy {IAM}role/administrator",
    f"iam:DeleteRolePermissionsBoundary {IAM}role/ml-services/labeling iam:PermissionsBoundary={OURS}",
    f"iam:CreatePolicyVersion {OURS}",
    f"iam:CreatePolicyVersion {NARROW}",
)


class Walk:
    """Everything that can be reached from a caller, over as many calls as it takes."""

    def __init__(self, judge: IamSimulate, boundary: Document, leftovers: tuple[Actor, ...] = LEFTOVERS) -> None:
        self._judge = judge
        self._boundaries = {OURS: boundary, NARROW: {**ALL, "Statement": [{**ALL["Statement"][0], "Action": "s3:*"}]}}
        self._answers: dict[tuple[str, str, str, str, str], bool] = {}
        self.there = {one.what(): one for one in leftovers}
        caller = Actor(CALLER, trust(), policies(document("converge_bounded")), chain="caller")
        self.held = {caller.what(): caller}
        waiting = [caller]
        while waiting:
            for actor in waiting:
                self._changes(actor)
            found = {one.what(): one for actor in self.held.values() for one in self._becomes(actor)}
            waiting = [one for key, one in found.items() if key not in self.held]
            self.held |= {one.what(): one for one in waiting}

    def administrators(self) -> list[str]:
        """The actors with the permissions of an administrator, and their chains."""
        return [f"{one.chain}: {call}" for one in self.held.values() for call in ADMINISTERS if self._may(one, call)]

    def _changes(self, actor: Actor) -> None:
        """Add every role that the actor can make, and each that is there as the actor can change it."""
        for arn in NEW:
            for edge in ("", OURS):
                if self._may(actor, _about("iam:CreateRole", arn, edge)):
                    self._add(Actor(arn, OPEN, policies(ALL), edge, f"{actor.chain}, makes {arn}"))
        for role in list(self.there.values()):
            chain = f"{actor.chain}, changes {role.arn}"
            for edge in (OURS, NARROW):
                if self._may(actor, _about("iam:PutRolePermissionsBoundary", role.arn, edge)):
                    self._add(replace(role, boundary=edge, chain=chain))
            if self._may(actor, _about("iam:DeleteRolePermissionsBoundary", role.arn, role.boundary)):
                self._add(replace(role, boundary="", chain=chain))
        for role in list(self.there.values()):
            chain = f"{actor.chain}, changes {role.arn}"
            if self._may(actor, _about("iam:PutRolePolicy", role.arn, role.boundary)):
                self._add(replace(role, policies=policies(ALL), chain=chain))
        for role in list(self.there.values()):
            chain = f"{actor.chain}, changes {role.arn}"
            if self._may(actor, _about("iam:UpdateAssumeRolePolicy", role.arn, role.boundary)):
                self._add(replace(role, trust=OPEN, chain=chain))

    def _add(self, role: Actor) -> None:
        self.there.setdefault(role.what(), role)

    def _becomes(self, actor: Actor) -> Iterator[Actor]:
        """The roles that the actor can enter, or have code run as."""
        for role in self.there.values():
            if self._enters(actor, role):
                yield replace(role, chain=f"{actor.chain}, enters {role.arn}")
            for service, sets_going in RUNS_CODE.items():
                if (
                    service in role.trust
                    and self._may(actor, f"iam:PassRole {role.arn} iam:PassedToService={service}")
                    and self._may(actor, sets_going)
                ):
                    yield replace(role, chain=f"{actor.chain}, passes {role.arn} to {service}")

    def _enters(self, actor: Actor, role: Actor) -> bool:
        """A trust policy that names the account leaves it to the actor's policies; one with the actor does not."""
        call = f"sts:AssumeRole {role.arn}"
        return (actor.arn in role.trust or self._may(actor, call)) and self._may(actor, call, role.trust)

    def _may(self, actor: Actor, call: str, resource_policy: str = "") -> bool:
        # Without a policy of the resource only those of the actor count, whoever it is.
        principal = actor.arn if resource_policy else CALLER
        key = (principal, actor.policies, actor.boundary, call, resource_policy)
        if key not in self._answers:
            (self._answers[key],) = self._judge.allowed([self._simulation(*key)])
        return self._answers[key]

    def _simulation(self, principal: str, held: str, boundary: str, call: str, resource_policy: str) -> Simulation:
        action, resource, *pairs = call.split()
        simulation: Simulation = {
            "request": {
                "principal": principal,
                "action": action,
                "resource": {"resource": resource, "accountId": ACCOUNT},
                "contextVariables": dict(pair.split("=", 1) for pair in pairs),
            },
            "identityPolicies": [{"name": str(place), "policy": one} for place, one in enumerate(json.loads(held))],
            "serviceControlPolicies": [],
            "resourceControlPolicies": [],
        }
        if boundary:
            simulation["permissionBoundaryPolicies"] = [{"name": "boundary", "policy": self._boundaries[boundary]}]
        if resource_policy:
            simulation["resourcePolicy"] = json.loads(resource_policy)
        return simulation


def _about(action: str, arn: str, boundary: str) -> str:
    return f"{action} {arn} iam:PermissionsBoundary={boundary}" if boundary else f"{action} {arn}"


@pytest.fixture(scope="module")
def judge() -> Iterator[IamSimulate]:
    with IamSimulate() as running:
        yield running


def test_no_chain_leads_out_of_the_boundary(judge: IamSimulate) -> None:
    walk = Walk(judge, document("boundary"))
    assert walk.administrators() == []
    entered = [one for one in walk.held.values() if one.arn != CALLER]
    assert entered, "the caller enters no role at all, so nothing was tried"
    assert [one.chain for one in entered if one.boundary != OURS] == []


def test_the_walk_finds_a_chain(judge: IamSimulate) -> None:
    """A boundary that passes roles by a name of the guides lets a training job out."""
    boundary = document("boundary")
    for statement in boundary["Statement"]:
        if statement["Action"] == "iam:PassRole":
            statement["Resource"] = [f"{IAM}role/service-role/AWSDeepLens*"]
    found = Walk(judge, boundary).administrators()
    assert any("AWSDeepLensSageMakerRole to sagemaker" in chain and "CreateUser" in chain for chain in found), found


def test_a_role_of_the_path_without_the_boundary_is_a_way_out(judge: IamSimulate) -> None:
    """As the guide says: nothing without the boundary belongs under the path."""
    stray = Actor(f"{IAM}role/ml-services/stray", OPEN, policies("IAMFullAccess"))
    assert Walk(judge, document("boundary"), (*LEFTOVERS, stray)).administrators()
