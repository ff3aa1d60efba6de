# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random requests, and policies that have to do with them. Each seed gives the same case."""

from __future__ import annotations

import random
from typing import Any

from .case import Case, ContextValues, Document
from .conditions import some_conditions, some_context

ACCOUNT, OTHER = "123456789012", "210987654321"
TARGET = f"arn:aws:iam::{ACCOUNT}:role/target"
ACTIONS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("s3:GetObject", "s3:PutObject", "s3:DeleteObject"), "arn:aws:s3:::labels/ann/red/1"),
    (("s3:ListBucket", "s3:GetBucketPolicy"), "arn:aws:s3:::labels"),
    (("sqs:SendMessage", "sqs:ReceiveMessage"), f"arn:aws:sqs:us-east-1:{ACCOUNT}:jobs"),
    (("sns:Publish",), f"arn:aws:sns:us-east-1:{ACCOUNT}:news"),
    (("kms:Decrypt", "kms:Encrypt"), f"arn:aws:kms:us-east-1:{ACCOUNT}:key/0a1b"),
    (("logs:PutLogEvents",), f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/labels:log-stream:one"),
    (("lambda:InvokeFunction",), f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:label"),
    (("dynamodb:GetItem", "dynamodb:PutItem"), f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/stock"),
    (("secretsmanager:GetSecretValue",), f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:key-AbCdEf"),
    (("iam:PassRole", "iam:GetRole"), TARGET),
    (("sagemaker:CreateTrainingJob",), f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:training-job/job"),
    (("ec2:DescribeInstances", "s3:ListAllMyBuckets"), "*"),
    (("sts:AssumeRole",), TARGET),
    (("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"), TARGET),
    (("sts:GetCallerIdentity",), "*"),
)
FEDERATED = (
    ("sts:AssumeRoleWithWebIdentity", "cognito-identity.amazonaws.com"),
    ("sts:AssumeRoleWithWebIdentity", f"arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example.com"),
    ("sts:AssumeRoleWithSAML", f"arn:aws:iam::{ACCOUNT}:saml-provider/office"),
)
SERVICES = ("lambda.amazonaws.com", "sagemaker.amazonaws.com")
NO_POLICY = ("ec2:", "s3:ListAllMyBuckets", "sts:GetCallerIdentity", "iam:", "sagemaker:")
"""Actions on what has no policy of its own."""
UNDER_RCP = ("s3:", "sqs:", "kms:", "sts:", "secretsmanager:", "dynamodb:")


def case(seed: int) -> Case:
    """One case; most layers allow most requests, so that about half are allowed."""
    return _Writer(random.Random(seed)).case()


class _Writer:
    def __init__(self, source: random.Random) -> None:
        self._source = source
        self._context: ContextValues = some_context(source)
        actions, self._resource = source.choice(ACTIONS)
        self._action = source.choice(actions)
        self._principal = self._caller()
        self._known = dict(self._context)
        if self._kind() == "AWS":
            self._known["aws:PrincipalArn"] = self._role_or_user()
        if ":user/" in self._principal:
            self._known["aws:username"] = self._principal.rpartition("/")[2]

    def _caller(self) -> str:
        if self._action.startswith("sts:AssumeRole") and self._chance(0.25):
            self._action, provider = self._source.choice(FEDERATED)
            return provider
        account = OTHER if self._chance(0.2) else ACCOUNT
        kinds = {
            f"arn:aws:iam::{account}:user/ann": 4,
            f"arn:aws:iam::{account}:user/path/bob": 2,
            f"arn:aws:iam::{account}:role/worker": 3,
            f"arn:aws:iam::{account}:role/path/worker": 2,
            f"arn:aws:sts::{account}:assumed-role/worker/ann": 4,
            f"arn:aws:iam::{account}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX": 0.3,
            f"arn:aws:iam::{account}:root": 0.3,
            self._source.choice(SERVICES): 1.5 if self._has_policy() else 0,
        }
        return self._source.choices(tuple(kinds), tuple(kinds.values()))[0]

    def case(self) -> Case:
        own = ":iam::" in self._principal or ":sts::" in self._principal
        own = own and "provider/" not in self._principal
        is_role = own and ("assumed-role/" in self._principal or ":role/worker" in self._principal)
        boundary = own and ":root" not in self._principal and self._chance(0.25)
        return Case(
            principal=self._principal,
            action=self._action,
            resource=self._resource,
            owner=ACCOUNT,
            context=self._context,
            identity=tuple(self._document("identity") for _each in range(self._source.choice((1, 1, 2))))
            if own
            else (),
            boundary=self._document("limit") if boundary else None,
            session=self._document("limit") if is_role and self._chance(0.2) else None,
            resource_policy=self._resource_policy(),
            service_control=self._levels("scp") if own and self._chance(0.3) else (),
            resource_control=self._levels("rcp") if self._under_rcp() and self._chance(0.25) else (),
        )

    def _has_policy(self) -> bool:
        return not self._action.startswith(NO_POLICY)

    def _under_rcp(self) -> bool:
        return self._action.startswith(UNDER_RCP) and self._resource != "*"

    def _resource_policy(self) -> Document | None:
        if not self._has_policy():
            return None
        # A KMS key and a role always have a policy.
        needed = self._action.startswith("kms:") or (self._action.startswith("sts:") and not self._chance(0.03))
        foreign = f":{OTHER}:" in self._principal or not self._principal.startswith("arn:aws:")
        if not needed and not self._chance(0.85 if foreign else 0.35):
            return None
        return self._document("resource")

    def _levels(self, layer: str) -> tuple[tuple[Document, ...], ...]:
        return tuple((self._document(layer),) for _each in range(self._source.choice((1, 1, 2, 3))))

    def _document(self, layer: str) -> Document:
        statements = [self._statement(layer, "Allow")] if layer != "rcp" else [self._statement(layer, "Deny")]
        if layer in ("limit", "scp") and self._chance(0.5):
            statements.append(self._wide(layer))
        elif self._chance(0.4):
            statements.append(self._statement(layer, "Allow" if layer != "rcp" and self._chance(0.5) else "Deny"))
        self._source.shuffle(statements)
        # IAM takes no service control policy of another version.
        version = "2008-10-17" if layer not in ("scp", "rcp") and self._chance(0.04) else "2012-10-17"
        one = statements[0] if len(statements) == 1 and self._chance(0.2) else statements
        return {"Version": version, "Statement": one}

    def _wide(self, layer: str) -> Document:
        if layer != "scp" and self._chance(0.3):
            return {"Effect": "Allow", "NotAction": "cloudtrail:*", "NotResource": "arn:aws:s3:::audit/*"}
        return {"Effect": "Allow", "Action": "*", "Resource": "*"}

    def _statement(self, layer: str, effect: str) -> Document:
        statement: Document = {"Effect": effect}
        if layer in ("resource", "rcp"):
            statement.update(self._principals(layer, effect))
        statement.update(self._actions(layer, effect))
        if layer != "resource" or not self._action.startswith("sts:"):
            statement.update(self._resources(effect, layer))
        if self._chance(0.9 if effect == "Deny" else 0.5):
            statement["Condition"] = some_conditions(self._source, self._known)
        if self._chance(0.2):
            statement["Sid"] = "Written"
        return statement

    def _actions(self, layer: str, effect: str) -> Document:
        service, name = self._action.split(":")
        near = [self._action, self._action, self._action.lower(), f"{service}:*", f"{service}:{name[:3]}*", "*"]
        far = [f"{service}:Tag*", "cloudtrail:*", f"{service}:?{name}"]
        if layer == "rcp":
            near, far = [self._action, f"{service}:*", f"{service}:{name[:3]}*"], ["s3:PutBucketTagging", "kms:List*"]
        if layer == "resource":
            near.pop()
        if layer != "rcp" and self._chance(0.1):
            return {"NotAction": self._one_or_more(far if self._chance(0.8) else near)}
        return {"Action": self._one_or_more(near if self._chance(0.85) else far)}

    def _resources(self, effect: str, layer: str) -> Document:
        if self._resource == "*":
            return (
                {"Resource": "*"} if layer != "limit" or self._chance(0.8) else {"NotResource": "arn:aws:s3:::audit/*"}
            )
        near = self._patterns()
        self._source.shuffle(near)
        far = ["arn:aws:s3:::audit/*", f"arn:aws:sqs:us-east-1:{OTHER}:*", self._resource + "x", self._resource + "/?"]
        if self._chance(0.1):
            return {"NotResource": self._one_or_more(far if self._chance(0.75) else near)}
        return {"Resource": self._one_or_more(near if self._chance(0.85) else far)}

    def _patterns(self) -> list[str]:
        """Entries of Resource that may be meant for the resource of the request."""
        head, tail = self._resource.rsplit(":", 1)
        typed = tail.find("/") + 1 if head.endswith(ACCOUNT) and not self._chance(0.02) else 0
        cut = self._source.randrange(max(typed, 1), len(tail))
        found = [
            "*", self._resource, f"{head}:*", f"{head}:{tail[:cut]}*", f"{head}:{tail[:cut]}?{tail[cut + 1:]}",
            f"{head}:{tail[:typed]}*{tail[cut:]}", f"{head}:{tail[:max(typed, 1)]}*{tail[-1]}",
        ]  # fmt: skip
        fields = self._resource.split(":", 5)
        if fields[3]:
            found.append(":".join((*fields[:3], self._source.choice(("*", "us-*", "us-????-1")), *fields[4:])))
            found.append(":".join((*fields[:4], "*", fields[5])))
        found += [
            self._resource.replace("ann", "${aws:username}"),
            self._resource.replace("red", "${aws:PrincipalTag/team}"),
            self._resource.replace("ann", "${aws:username, 'ann'}"),
            self._resource.replace("1", "${aws:userid}") if ":s3:" in self._resource else self._resource,
        ]
        if ":" in fields[5] and self._chance(0.05):
            found = [":".join((*fields[:3], "*", fields[5]))]
        return found

    def _principals(self, layer: str, effect: str) -> Document:
        if layer == "rcp":
            return {"Principal": "*"}
        key = self._source.choice(("AWS", "Service", "Federated")) if self._chance(0.1) else self._kind()
        near = {
            "AWS": [
                self._principal,
                self._role_or_user(),
                self._account(),
                f"arn:aws:iam::{self._account()}:root",
                "*",
            ],
            "Service": [self._principal if self._kind() == "Service" else SERVICES[0]],
            "Federated": [self._principal if self._kind() == "Federated" else FEDERATED[0][1]],
        }[key]
        if key == "AWS" and self._kind() != "AWS":
            near = [ACCOUNT, "*"]
        far = {
            "AWS": [
                f"arn:aws:iam::{ACCOUNT}:user/eve",
                f"arn:aws:iam::{OTHER}:root",
                f"arn:aws:iam::{ACCOUNT}:role/eve",
            ],
            "Service": ["events.amazonaws.com"],
            "Federated": ["accounts.google.com"],
        }[key]
        if effect == "Deny" and self._chance(0.15) and not self._action.startswith("sts:"):
            return {"NotPrincipal": {key: [one for one in near if one != "*"] or far}}
        if key == "AWS" and self._chance(0.08) and not self._action.startswith("sts:"):
            return {"Principal": "*"}
        return {"Principal": {key: self._one_or_more(near if self._chance(0.85) else far)}}

    def _kind(self) -> str:
        if self._principal in SERVICES:
            return "Service"
        return "Federated" if self._action.startswith("sts:AssumeRoleWith") else "AWS"

    def _account(self) -> str:
        return OTHER if f":{OTHER}:" in self._principal else ACCOUNT

    def _role_or_user(self) -> str:
        if ":assumed-role/" in self._principal:
            return f"arn:aws:iam::{self._account()}:role/worker"
        return self._principal

    def _one_or_more(self, values: list[str]) -> Any:
        if self._chance(0.3):
            return self._source.sample(values, min(len(values), 2))
        return self._source.choice(values)

    def _chance(self, share: float) -> bool:
        return self._source.random() < share
