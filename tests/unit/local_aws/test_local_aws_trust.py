# SPDX-License-Identifier: GPL-3.0-or-later
"""Trust policies: what is refused, how principals are stored and shown (FACTS C3, C4)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.data.files import data_files

MALFORMED = ("MalformedPolicyDocument", 400)


def shown(iam: Any, name: str) -> Any:
    return iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]


def normal(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: normal(item) for key, item in sorted(value.items())}
    return sorted(value) if isinstance(value, list) and all(isinstance(item, str) for item in value) else value


def test_services_of_escalation_paths_are_known(*, iam: Any, trust: Any) -> None:
    steps = data_files("audit_facts")["escalation"]["steps"]
    # An identity pool is a federated provider.
    services = sorted({name for step in steps for name in step.get("trusts", ())} - {"cognito-identity.amazonaws.com"})
    assert len(services) > 35
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust({"Service": services}))


@pytest.mark.parametrize(
    ("principal", "named"),
    [
        ({"Service": "nosuch.amazonaws.com"}, '"SERVICE":"nosuch.amazonaws.com"'),
        ({"Service": ""}, '"SERVICE":""'),
        ({"Service": []}, '"SERVICE":"[]"'),
        ({"Service": ["lambda.amazonaws.com", "lamda.amazonaws.com"]}, '"SERVICE":"lamda.amazonaws.com"'),
        ({"Service": "lambda"}, '"SERVICE":"lambda"'),
        ({"AWS": "arn:aws:iam::{account}:role/nobody"}, '"AWS":"arn:aws:iam::{account}:role/nobody"'),
        ({"AWS": "arn:aws:iam::{account}:user/nobody"}, '"AWS":"arn:aws:iam::{account}:user/nobody"'),
        ({"AWS": "arn:aws:iam::{account}:role/*"}, '"AWS":"arn:aws:iam::{account}:role/*"'),
        ({"AWS": "arn:aws:iam::{account}:group/g"}, '"AWS":"arn:aws:iam::{account}:group/g"'),
        ({"AWS": "arn:aws-cn:iam::{account}:root"}, '"AWS":"arn:aws-cn:iam::{account}:root"'),
        ({"AWS": "arn:aws:iam::12345:root"}, '"AWS":"arn:aws:iam::12345:root"'),
        ({"AWS": "AROAABCDEFGHIJKLMNOPQ"}, '"AWS":"AROAABCDEFGHIJKLMNOPQ"'),
        (
            {"Federated": "arn:aws:iam::{account}:saml-provider/none"},
            '"FEDERATED":"arn:aws:iam::{account}:saml-provider/none"',
        ),
    ],
)
def test_invalid_principals(*, iam: Any, account: str, trust: Any, refused: Any, principal: Any, named: str) -> None:
    document = trust(principal).replace("{account}", account)
    wanted = (*MALFORMED, "Invalid principal in policy: " + named.replace("{account}", account))
    assert refused(iam.create_role, RoleName="r", AssumeRolePolicyDocument=document) == wanted
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust())
    assert refused(iam.update_assume_role_policy, RoleName="r", PolicyDocument=document) == wanted


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "*"},
        {"AWS": "arn:aws:iam::999999999999:role/in-an-account-nobody-here-knows"},
        {"AWS": "arn:aws:sts::{account}:assumed-role/worker/session"},
        {"Service": [f"{name}.amazonaws.com" for name in ("deeplens", "panorama", "lookoutequipment", "greengrass")]},
        {"Service": ["credentials.iot.amazonaws.com", "sagemaker.amazonaws.com", "ssm.eu-west-1.amazonaws.com"]},
        {"Federated": "accounts.google.com"},
    ],
)
def test_valid_principals_come_back(iam: Any, account: str, trust: Any, principal: Any) -> None:
    document = trust(principal).replace("{account}", account)
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=document)
    assert normal(shown(iam, "r")["Statement"][0]["Principal"]) == normal(
        json.loads(document)["Statement"][0]["Principal"]
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Resource": "*"}, "Has prohibited field Resource"),
        ({"Effect": None}, "Missing required field Effect"),
        ({"Effect": "allow"}, "Invalid effect: allow"),
        ({"Action": None}, "Missing required field Action"),
        ({"Action": []}, "Missing required field Action"),
        ({"Principal": None}, "Missing required field Principal"),
        ({"Action": "s3:GetObject"}, "AssumeRole policy may only specify STS AssumeRole actions."),
        ({"Action": "sts:TagSessions"}, "AssumeRole policy may only specify STS AssumeRole actions."),
        ({"Principal": "*"}, 'Invalid principal in policy: "STAR":"*"'),
        ({"NotPrincipal": {"AWS": "*"}}, "Has prohibited field NotPrincipal"),
        ({"Condition": {"DateLessThan": {"aws:CurrentTime": "tomorrow"}}}, "Syntax error in Condition"),
        ({"Condition": {"StringEquals": {"aws:a": "b", "AWS:A": "b"}}}, "Syntax error in Condition"),
        (
            {"Principal": {"Federated": "cognito-identity.amazonaws.com"}},
            "The trust policy must evaluate cognito-identity.amazonaws.com:aud",
        ),
        (
            {"Principal": {"Federated": "cognito-identity.cn-north-1.amazonaws.com.cn"}},
            'Invalid principal in policy: "FEDERATED":"cognito-identity.cn-north-1.amazonaws.com.cn"',
        ),
        ({"Conditions": {}}, "Unknown field Conditions"),
        ({"Condition": {"StringEqual": {"a": "b"}}}, "Invalid Condition type : StringEqual"),
        (
            {"Sid": "not alphanumeric"},
            "Statement IDs (SID) must be alpha-numeric. "
            "Check that your input satisfies the regular expression [0-9A-Za-z]*",
        ),
    ],
)
def test_malformed_statements(iam: Any, trust: Any, refused: Any, change: Any, message: str) -> None:
    document = json.loads(trust())
    document["Statement"][0].update(change)
    document["Statement"][0] = {key: value for key, value in document["Statement"][0].items() if value is not None}
    assert refused(iam.create_role, RoleName="r", AssumeRolePolicyDocument=json.dumps(document)) == (
        *MALFORMED,
        message,
    )


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "This policy contains invalid Json"),
        ("[]", "This policy contains invalid Json"),
        ('{"Version": "2012-10-17", "Statement": []}', "Could not parse the policy: Statement is empty!"),
        ('{"Statement": ["x", {"Effect": "Allow"}]}', "This policy contains invalid Json"),
        ('{"Version": "2012-10-17"}', "Missing required field Statement"),
        ('{"Version": "2020-01-01", "Statement": []}', "Policy document must be version 2012-10-17 or greater."),
    ],
)
def test_malformed_documents(iam: Any, refused: Any, document: str, message: str) -> None:
    assert refused(iam.create_role, RoleName="r", AssumeRolePolicyDocument=document) == (*MALFORMED, message)


def test_account_ids_read_back_as_root_arns(iam: Any, account: str, trust: Any) -> None:
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust({"AWS": account}))
    assert shown(iam, "r")["Statement"][0]["Principal"] == {"AWS": f"arn:aws:iam::{account}:root"}


@pytest.mark.parametrize("kind", ["role", "user"])
def test_deleted_principals_decay_to_ids(iam: Any, account: str, trust: Any, refused: Any, kind: str) -> None:
    def create() -> None:
        if kind == "role":
            iam.create_role(RoleName="named", AssumeRolePolicyDocument=trust())
        else:
            iam.create_user(UserName="named")

    def principal(name: str = "r") -> str:
        return str(shown(iam, name)["Statement"][0]["Principal"]["AWS"])

    arn = f"arn:aws:iam::{account}:{kind}/named"
    create()
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust({"AWS": arn}))
    assert principal() == arn
    getattr(iam, f"delete_{kind}")(**{f"{kind.capitalize()}Name": "named"})
    decayed = principal()
    assert decayed.startswith("AROA" if kind == "role" else "AIDA")
    details = iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    listed = [detail for detail in [*details, *iam.list_roles()["Roles"]] if detail["RoleName"] == "r"]
    assert [each["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"] for each in listed] == [decayed] * 2
    assert refused(iam.update_assume_role_policy, RoleName="r", PolicyDocument=trust({"AWS": decayed})) == (
        *MALFORMED,
        f'Invalid principal in policy: "AWS":"{decayed}"',
    )
    create()
    assert principal() == decayed
    iam.update_assume_role_policy(RoleName="r", PolicyDocument=trust({"AWS": arn}))
    assert principal() == arn


def test_principals_in_other_accounts_of_the_organization(aws: Any, iam: Any, trust: Any, refused: Any) -> None:
    other = aws.members[1]["id"]
    arn = f"arn:aws:iam::{other}:role/OrganizationAccountAccessRole"
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust({"AWS": arn}))
    assert shown(iam, "r")["Statement"][0]["Principal"]["AWS"] == arn
    missing = f"arn:aws:iam::{other}:role/missing"
    assert refused(iam.create_role, RoleName="s", AssumeRolePolicyDocument=trust({"AWS": missing})) == (
        *MALFORMED,
        f'Invalid principal in policy: "AWS":"{missing}"',
    )


def test_order_turns_with_each_read(aws: Any, iam: Any, trust: Any) -> None:
    services = [f"{name}.amazonaws.com" for name in ("lambda", "sagemaker", "ec2")]
    condition = {"StringEquals": {"aws:SourceAccount": ["1", "2", "3"], "aws:SourceArn": "x"}}
    document = trust({"Service": services}, Action=["sts:AssumeRole", "sts:TagSession"], Condition=condition)

    def read() -> list[str]:
        return [json.dumps(shown(iam, "r")) for _time in range(4)]

    runs = []
    for _time in range(2):
        aws.reset()
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=document)
        runs.append(read())
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 4
    assert len({json.dumps(normal(json.loads(text)["Statement"][0])) for text in runs[0]}) == 1


def test_moto_answers_are_turned_too(iam: Any, account: str, trust: Any, role: str) -> None:
    """Actions that moto answers show principals as IAM does."""
    arn = f"arn:aws:iam::{account}:role/{role}"
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust({"AWS": arn}))
    answer = iam.update_role_description(RoleName="r", Description="d")["Role"]
    assert answer["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"] == arn
