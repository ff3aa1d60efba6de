# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account in which the examples of a module run, with the objects that they expect."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.quarantine_records import quarantine_tag
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import Account, Role

from local_aws import LocalAws


def statement(principal: dict[str, str], **members: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **members}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


SAGEMAKER = statement({"Service": "sagemaker.amazonaws.com"})
LAMBDA = statement({"Service": "lambda.amazonaws.com"})
GREENGRASS = statement({"Service": "greengrass.amazonaws.com"}, Sid="Greengrass")
LOOKOUT = statement({"Service": "lookoutequipment.amazonaws.com"})
NO_SERVICE = statement({"Service": "no-such-service.amazonaws.com"}, Sid="NoService")
ANYONE = statement({"AWS": "*"}, Sid="Anyone")
PASS_ANY_ROLE = document({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"})
EVERYTHING = document({"Effect": "Allow", "Action": "*", "Resource": "*"})

EXTERNAL_ID = "known-to-both-sides"
"""The external ID of the role permissions-deployer."""

RECORD_KEY = "0123456789abcdef" * 4
"""The key that signs the records of quarantines."""


def make_role(iam: Any, name: str, *trust: dict[str, Any]) -> None:
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(*trust))


def make_l4e_role(iam: Any, *trust: dict[str, Any]) -> None:
    """Create what the guide of Lookout for Equipment leaves behind."""
    make_role(iam, "l4e-role", *trust)
    iam.attach_role_policy(RoleName="l4e-role", PolicyArn="arn:aws:iam::aws:policy/IAMFullAccess")
    iam.put_role_policy(RoleName="l4e-role", PolicyName="PassAnyRole", PolicyDocument=PASS_ANY_ROLE)


def before_roles(iam: Any) -> None:
    make_l4e_role(iam, SAGEMAKER)
    make_role(iam, "AWSPanoramaApplianceRole", statement({"Service": "credentials.iot.amazonaws.com"}))
    iam.put_role_policy(RoleName="AWSPanoramaApplianceRole", PolicyName="PassAnyRole", PolicyDocument=PASS_ANY_ROLE)


def before_policies(iam: Any) -> None:
    """A policy that a role has; these examples create everything else that they need."""
    make_role(iam, "l4e-role", SAGEMAKER)
    policy = iam.create_policy(PolicyName="l4e-everything", PolicyDocument=PASS_ANY_ROLE)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="l4e-role", PolicyArn=policy)


def before_attachments(iam: Any) -> None:
    make_l4e_role(iam, SAGEMAKER)
    make_role(iam, "gt-first-trial", SAGEMAKER)
    quarantined(iam, "gt-first-trial", "2026-10-01T00:00:00Z")
    iam.attach_role_policy(RoleName="gt-first-trial", PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")
    iam.create_group(GroupName="quality-inspectors")
    iam.create_user(UserName="labeling-developer")


def before_trust(iam: Any) -> None:
    make_l4e_role(iam, SAGEMAKER, LOOKOUT)
    make_role(iam, "gt-execution", SAGEMAKER)
    make_role(iam, "gt-post-lambda", LAMBDA)
    make_role(iam, "AWSDeepLensGreengrassGroupRole", GREENGRASS)


def before_baseline(iam: Any) -> None:
    make_l4e_role(iam, {**SAGEMAKER, "Sid": "SageMaker"}, LOOKOUT)
    make_role(iam, "gt-console-role", SAGEMAKER)
    make_role(iam, "gt-first-trial", SAGEMAKER)
    make_role(iam, "analytics-export", LAMBDA)
    make_role(iam, "AWSDeepLensGreengrassGroupRole", GREENGRASS)
    iam.put_role_policy(RoleName="gt-console-role", PolicyName="PassAnyRole", PolicyDocument=PASS_ANY_ROLE)
    iam.create_policy(PolicyName="GroundTruthEverything", PolicyDocument=EVERYTHING)
    data = iam.create_policy(PolicyName="GroundTruthLabelingData", PolicyDocument=PASS_ANY_ROLE)["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=data, PolicyDocument=PASS_ANY_ROLE, SetAsDefault=True)
    iam.create_group(GroupName="labeling-managers")
    iam.create_user(UserName="labeling-developer")
    iam.attach_user_policy(UserName="labeling-developer", PolicyArn="arn:aws:iam::aws:policy/AWSLambda_FullAccess")


def before_baseline_info(iam: Any) -> None:
    before_baseline(iam)
    since = {"Key": "aws_ml_permissions:quarantined", "Value": "2026-10-01T00:00:00Z"}
    iam.tag_role(RoleName="gt-first-trial", Tags=[since])
    iam.attach_role_policy(RoleName="gt-first-trial", PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")


def before_services(iam: Any) -> None:
    """What DeepLens left, what Lookout for Equipment left and partly in quarantine, and a role that labels."""
    make_role(iam, "AWSDeepLensLambdaRole", LAMBDA)
    make_role(iam, "AWSDeepLensGreengrassRole", GREENGRASS)
    iam.attach_role_policy(RoleName="AWSDeepLensLambdaRole", PolicyArn="arn:aws:iam::aws:policy/AWSLambda_FullAccess")
    make_l4e_role(iam, SAGEMAKER, LOOKOUT)
    make_role(iam, "l4e-model", LOOKOUT)
    quarantined(iam, "l4e-model", "2026-10-01T00:00:00Z")
    iam.attach_role_policy(RoleName="l4e-model", PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")
    callers = iam.create_policy(PolicyName="l4e-caller", PolicyDocument=PASS_ANY_ROLE)["Policy"]["Arn"]
    for _version in range(4):
        iam.create_policy_version(PolicyArn=callers, PolicyDocument=PASS_ANY_ROLE, SetAsDefault=True)
    iam.create_group(GroupName="equipment-engineers")
    make_role(iam, "equipment-notebook", SAGEMAKER)
    make_role(iam, "gt-execution", SAGEMAKER)


def before_service_linked_roles(iam: Any) -> None:
    make_role(iam, "worker", LAMBDA)
    for service in ("panorama", "batch", "ecs"):
        iam.create_service_linked_role(AWSServiceName=f"{service}.amazonaws.com")


def before_access(iam: Any) -> None:
    """A role for a function that writes labels, and a user who reads reports as a member of a group."""
    make_role(iam, "label-writer", LAMBDA)
    labels = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::labels-123456789012/*"}
    reports = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    reports["Condition"] = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    account = iam.get_role(RoleName="label-writer")["Role"]["Arn"].split(":")[4]
    iam.put_role_policy(
        RoleName="label-writer", PolicyName="labels", PolicyDocument=document(labels).replace("123456789012", account)
    )
    iam.create_group(GroupName="analysts")
    iam.put_group_policy(GroupName="analysts", PolicyName="reports", PolicyDocument=document(reports))
    iam.create_user(UserName="analyst")
    iam.add_user_to_group(GroupName="analysts", UserName="analyst")


def before_audit(iam: Any) -> None:
    """Drift, a quarantine, a privilege escalation path, and a principal that was deleted."""
    make_l4e_role(iam, SAGEMAKER, LOOKOUT)
    make_role(iam, "AWSDeepLensGreengrassGroupRole", GREENGRASS)
    make_role(iam, "former-notebook", SAGEMAKER)
    notebook = iam.get_role(RoleName="former-notebook")["Role"]["Arn"]
    make_role(iam, "equipment-notebook", SAGEMAKER, {**LOOKOUT, "Sid": "Equipment"}, statement({"AWS": notebook}))
    iam.delete_role(RoleName="former-notebook")
    iam.create_group(GroupName="equipment-engineers")
    iam.create_user(UserName="labeler")
    for policy in ("AmazonSageMakerFullAccess", "AmazonLookoutVisionFullAccess"):
        iam.attach_user_policy(UserName="labeler", PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
    make_role(iam, "AWSDeepLensSageMakerRole", SAGEMAKER)
    since = {"Key": "aws_ml_permissions:quarantined", "Value": "2026-10-01T00:00:00Z"}
    iam.tag_role(RoleName="AWSDeepLensSageMakerRole", Tags=[since])
    iam.attach_role_policy(RoleName="AWSDeepLensSageMakerRole", PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")


def before_restore(iam: Any) -> None:
    """Roles that are named by others, one in quarantine, one with a policy that AWS withdraws, and full versions."""
    make_role(iam, "former-device", GREENGRASS)
    former = iam.get_role(RoleName="former-device")["Role"]["Arn"]
    make_role(iam, "AWSDeepLensGreengrassRole", GREENGRASS, statement({"AWS": former}))
    iam.delete_role(RoleName="former-device")
    make_role(iam, "AWSDeepLensServiceRole", SAGEMAKER)
    service = iam.get_role(RoleName="AWSDeepLensServiceRole")["Role"]["Arn"]
    make_role(iam, "analytics-export", LAMBDA, statement({"AWS": service}))
    make_role(iam, "AWSDeepLensLambdaRole", LAMBDA)
    tags = {"aws_ml_permissions:quarantined": "2026-10-01T00:00:00Z", "aws_ml_permissions:quarantine_reason": "ended"}
    iam.tag_role(RoleName="AWSDeepLensLambdaRole", Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
    iam.create_role(
        RoleName="warehouse-export",
        AssumeRolePolicyDocument=document(LAMBDA),
        Description="Writes the inventory anywhere",
        MaxSessionDuration=7200,
        Tags=[{"Key": "stage", "Value": "test"}],
    )
    iam.put_role_policy(RoleName="warehouse-export", PolicyName="Export", PolicyDocument=EVERYTHING)
    wide = iam.create_policy(PolicyName="WarehouseBoundary", PolicyDocument=EVERYTHING)["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="warehouse-export", PermissionsBoundary=wide)
    inventory = iam.create_policy(PolicyName="DeepLensWarehouseInventory", PolicyDocument=EVERYTHING)["Policy"]["Arn"]
    for _version in range(4):
        iam.create_policy_version(PolicyArn=inventory, PolicyDocument=PASS_ANY_ROLE, SetAsDefault=True)
    iam.create_user(UserName="warehouse-operator")
    iam.put_user_policy(UserName="warehouse-operator", PolicyName="ReadInventory", PolicyDocument=PASS_ANY_ROLE)
    iam.attach_user_policy(UserName="warehouse-operator", PolicyArn=inventory)
    for role in ("warehouse-export", "AWSDeepLensServiceRole"):
        iam.attach_role_policy(RoleName=role, PolicyArn=inventory)
    for role, policy in (
        ("AWSDeepLensServiceRole", "IAMFullAccess"),
        ("AWSDeepLensLambdaRole", "AWSDenyAll"),
        ("AWSDeepLensLambdaRole", "AWSLambda_FullAccess"),
    ):
        iam.attach_role_policy(RoleName=role, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")


def quarantined(iam: Any, name: str, since: str) -> None:
    """Tag a role as a run has done that put it into quarantine, with the signed record of it."""
    found = iam.get_role(RoleName=name)["Role"]
    role = Role("role", name, "/", found["Arn"], id=found["RoleId"])
    record = quarantine_tag(role, Account.owning(role.arn), since, RECORD_KEY)
    tags = {"aws_ml_permissions:quarantined": since, "aws_ml_permissions:quarantine_record": record}
    iam.tag_role(RoleName=name, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])


def before_retirement(iam: Any) -> None:
    """Roles of DeepLens, one of which is in quarantine long enough, their policies, and a role of a service that has
    not ended.
    """
    make_role(iam, "AWSDeepLensServiceRole", statement({"Service": "deeplens.amazonaws.com"}))
    make_role(iam, "camera-runtime", LAMBDA)
    make_role(iam, "camera-demo", LAMBDA)
    make_role(iam, "AWSDeepLensLambdaRole", LAMBDA)
    make_role(iam, "gt-execution", SAGEMAKER)
    make_role(iam, "robot-simulation", statement({"Service": "robomaker.amazonaws.com"}))
    quarantined(iam, "AWSDeepLensLambdaRole", "2026-01-01T00:00:00Z")
    iam.put_role_policy(RoleName="AWSDeepLensLambdaRole", PolicyName="PassAnyRole", PolicyDocument=PASS_ANY_ROLE)
    cameras = document({"Effect": "Allow", "Action": "deeplens:*", "Resource": "*"})
    iam.put_role_policy(RoleName="AWSDeepLensServiceRole", PolicyName="Cameras", PolicyDocument=cameras)
    own = iam.create_policy(PolicyName="deeplens-cameras", PolicyDocument=cameras)["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=own, PolicyDocument=cameras, SetAsDefault=True)
    for role, policy in (
        ("AWSDeepLensLambdaRole", "AWSDenyAll"),
        ("camera-demo", "AWSDeepLensLambdaFunctionAccessPolicy"),
        ("gt-execution", "AmazonSageMakerGroundTruthExecution"),
    ):
        iam.attach_role_policy(RoleName=role, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")


def before_export(iam: Any) -> None:
    """A DeepLens role that nearly is what the service declares, and a role in an instance profile."""
    before_audit(iam)
    make_role(iam, "label-reader", LAMBDA)
    tags = [{"Key": "team", "Value": "labeling"}]
    boundary = iam.create_policy(
        PolicyName="label-boundary", Path="/labels/", Description="Bounds.", Tags=tags, PolicyDocument=EVERYTHING
    )["Policy"]["Arn"]
    iam.create_role(
        RoleName="label-writer",
        Path="/labels/",
        Description="Writes labels.",
        MaxSessionDuration=7200,
        Tags=tags,
        PermissionsBoundary=boundary,
        AssumeRolePolicyDocument=document({**LAMBDA, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}),
    )
    iam.create_instance_profile(InstanceProfileName="labeling")
    iam.add_role_to_instance_profile(InstanceProfileName="labeling", RoleName="label-reader")
    attached = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    iam.create_group(GroupName="labelers")
    iam.attach_group_policy(GroupName="labelers", PolicyArn=attached)
    iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")


BEFORE: dict[str, Callable[[Any], None]] = {
    "iam_access": before_access,
    "iam_audit": before_audit,
    "iam_export": before_export,
    "iam_role": before_roles,
    "iam_managed_policy": before_policies,
    "iam_policy_attachment": before_attachments,
    "iam_trust_statement": before_trust,
    "iam_baseline": before_baseline,
    "iam_baseline_info": before_baseline_info,
    "iam_restore": before_restore,
    "iam_retire": before_retirement,
    "iam_service_linked_role": before_service_linked_roles,
    "iam_services": before_services,
    "security_hub_findings": before_audit,
}
"""What has to be in the account before the examples of a module are run."""


def prepared(server: LocalAws, module: str) -> dict[str, str]:
    """A member account as the examples of the module expect it."""
    server.reset()
    member = server.members[0]
    iam = server.client("iam", account=member["id"])
    with_external_id = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}
    make_role(iam, "permissions-deployer", statement({"AWS": server.management}, Condition=with_external_id))
    iam.create_policy(PolicyName="MachineLearningBoundary", PolicyDocument=EVERYTHING)
    BEFORE[module](iam)
    if module == "iam_baseline_info":
        server.seed(member["id"], role_last_used={"name": "gt-console-role", "date": "2026-11-01T08:00:00+00:00"})
    if module == "iam_audit":
        server.seed(member["id"], role_last_used={"name": "l4e-role", "date": "2026-11-01T08:00:00+00:00"})
    if module == "security_hub_findings":
        for region in ("eu-west-1", "us-east-1"):
            server.client("securityhub", account=member["id"], region_name=region).enable_security_hub()
    if module in ("iam_retire", "iam_restore"):
        server.seed(member["id"], all_created="2021-06-01T00:00:00+00:00")
    if module == "iam_restore":
        server.seed(member["id"], withdrawn_policy="arn:aws:iam::aws:policy/AWSLambda_FullAccess")
    if module == "iam_service_linked_role":
        usage = [{"Region": "us-east-1", "Resources": [f"arn:aws:ecs:us-east-1:{member['id']}:cluster/frames"]}]
        course = {"role": "AWSServiceRoleForECS", "reason": "A cluster uses it.", "usage": usage}
        server.seed(member["id"], service_linked_deletion=course)
    return member
