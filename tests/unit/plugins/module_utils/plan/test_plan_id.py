# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The id of a plan changes if and only if something changes that an approval is about."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.access_diff import AccessDiff
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import Finding, Severity
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import (
    AwsManagedPolicy,
    CurrentState,
    Identity,
    ManagedPolicy,
    PolicyVersion,
    Role,
)
from ansible_collections.aws_ml.permissions.plugins.module_utils.plan.plan import Plan, Step, relied_on
from ansible_collections.aws_ml.permissions.plugins.module_utils.policy.document import PolicyDocument
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.desired_state import DesiredState
from ansible_collections.aws_ml.permissions.plugins.module_utils.resolve.quarantine import QUARANTINED_TAG
from hypothesis import given
from hypothesis import strategies as st

from .test_write_order import ACCOUNT, AWS, OWN

SAID = [
    [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}],
    {"Effect": "Allow", "Action": ["S3:listbucket", "s3:GetObject"], "Resource": ["*"]},
    [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
]
"""What documents say; the first two are the same in two spellings."""

DOCUMENTS = ("trust", "inline", "attached", "newly_attached", "bounding", "declared", "written")
names = st.sampled_from(["a", "b"])


@dataclass(frozen=True)
class Covered:
    """What the id is about. Documents are numbers, and equal ones the same number."""

    role_id: str
    user_id: str
    declared_id: str
    trust: int
    inline: int
    boundary: str
    attached: int
    newly_attached: int
    bounding: int
    declared: int
    tag: str
    aws_policy: str
    aws_version: str
    severity: str
    code: str
    resource: str
    written: int


@dataclass(frozen=True)
class World:
    """Everything that a plan is made from, with what the id leaves out: the last six."""

    covered: Covered
    spellings: frozenset[str]
    message: str
    unrelated: str
    moment: str
    backwards: bool
    used: str

    def document(self, what: str) -> PolicyDocument:
        number = getattr(self.covered, what)
        statements = SAID[number + (not number and what in self.spellings)]
        return PolicyDocument({"Version": "2012-10-17", "Statement": statements})

    def policy(self, name: str, content: PolicyDocument, policy_id: str = "") -> ManagedPolicy:
        versions = (PolicyVersion(f"v{self.unrelated}", None),)
        return ManagedPolicy(name, "/", OWN + name, content, versions=versions, id=policy_id)


worlds = st.builds(
    World,
    st.builds(
        Covered,
        **{field.name: st.sampled_from([0, 2]) if field.type == "int" else names for field in fields(Covered)},
    ),
    st.frozensets(
        st.sampled_from(["trust", "inline", "attached", "newly_attached", "bounding", "declared", "written"])
    ),
    names,
    names,
    names,
    st.booleans(),
    names,
)


def plan_of(world: World) -> Plan:
    covered, document = world.covered, world.document
    boundary = OWN + "bounding" if covered.boundary == "a" else None
    role = Role(
        kind="role", name="worker", path="/", arn=ACCOUNT.arn("role", "/", "worker"), id=covered.role_id,
        trust=document("trust"), inline={"it": document("inline")}, boundary=boundary,
        managed=frozenset({OWN + "attached", AWS + covered.aws_policy}), tags={"team": covered.tag},
        last_used={"date": world.used}, created=world.used, instance_profiles=(world.unrelated,),
    )  # fmt: skip
    user = Identity("user", "operator", "/", ACCOUNT.arn("user", "/", "operator"), id=covered.user_id)
    other = Role(kind="role", name="other", path="/", arn="", id=world.unrelated, inline={"it": document("written")})
    after = replace(role, managed=role.managed | {OWN + "newly_attached"}, boundary=OWN + "bounding")
    identities = [(one.key, one) for one in (role, user, other)]
    policies = [
        (name, world.policy(name, document(name), covered.declared_id if name == "declared" else world.unrelated))
        for name in ("attached", "newly_attached", "bounding", "declared")
    ]
    policies.append(("unrelated", world.policy(f"unrelated-{world.unrelated}", document("written"))))
    turned = slice(None, None, -1 if world.backwards else 1)
    aws = tuple(AwsManagedPolicy(name, AWS + name, version=covered.aws_version) for name in ("a", "b"))
    state = CurrentState(
        ACCOUNT, dict(identities[turned]), dict(policies[turned]), aws_policies={one.name: (one,) for one in aws}
    )
    desired = DesiredState({role.key: after, user.key: user}, {"declared": state.policies["declared"]})
    severity = {"a": Severity.HIGH, "b": Severity.LOW}[covered.severity]
    finding = Finding(severity, covered.code, covered.resource, world.message, "")
    fixed = Finding(Severity.LOW, "c", "r", world.message, "")
    steps = (
        Step("PutRolePolicy", "role/worker", world.message, role.key, {"PolicyDocument": document("written")}),
        Step("TagRole", "role/worker", "", role.key, {"Tags": [{"Key": QUARANTINED_TAG, "Value": world.moment}]}),
        Step("AttachRolePolicy", "role/worker", "", role.key, {"PolicyArn": OWN + "newly_attached"}),
    )
    return Plan(ACCOUNT, steps, (world.message,), relied_on(state, desired, [finding, fixed][turned], AccessDiff()))


@given(worlds, worlds, st.sets(st.sampled_from([field.name for field in fields(Covered)]), max_size=2))
def test_the_id_changes_if_and_only_if_what_it_covers_does(one: World, two: World, differing: set[str]) -> None:
    covered = replace(one.covered, **{name: getattr(two.covered, name) for name in differing})
    other = replace(two, covered=covered)
    assert (plan_of(one).id == plan_of(other).id) == (one.covered == covered)


@pytest.mark.parametrize("gone", ["identities", "policies"])
def test_what_is_not_there_yet_counts_by_its_writes_alone(gone: str) -> None:
    """What a plan makes has no id and no content before it is made."""
    policy = ManagedPolicy("new", "/", OWN + "new", PolicyDocument({}))
    role = Role(kind="role", name="new", path="/", arn="", managed=frozenset({policy.arn}))
    state = CurrentState(ACCOUNT)
    desired = DesiredState({role.key: role}, {"new": policy})
    assert relied_on(state, desired, [], AccessDiff())[gone] == {}
