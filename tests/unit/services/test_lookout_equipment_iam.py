# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service role lookout_equipment_iam declares."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .declarations import declared, problems

ROLE = "lookout_equipment_iam"
REVIEWED = Path(__file__).parent / "reviewed"
FULL_ACCESS = "AmazonLookoutEquipmentFullAccess"
KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
OTHER_KEY = "arn:aws:kms:us-east-1:123456789012:key/99999999-2222-3333-4444-555555555555"
NARROW: dict[str, Any] = {
    "profile": "least_privilege",
    "region": "us-east-1",
    "input_bucket": "l4e-input-bucket",
    "output_bucket": "l4e-output-bucket",
}
KEYS = {"input_keys": [KEY], "output_keys": [KEY], "service_keys": [KEY]}
NAMES = ("l4e-role", "l4e-ingestion", "l4e-model", "l4e-inference")


def reviewed(name: str) -> Any:
    return json.loads((REVIEWED / f"{name}.json").read_text(encoding="utf-8"))


def filled(content: Any) -> Any:
    """The content in the account of the reviewed documents, in which roles are under /service-role/."""
    text = json.dumps(content).replace("<account_id>", "123456789012").replace("<partition>", "aws")
    for name in NAMES:
        text = text.replace(f"<role_arn:{name}>", f"arn:aws:iam::123456789012:role/service-role/{name}")
    assert "<" not in text
    return json.loads(text)


def roles(**variables: Any) -> dict[str, Any]:
    """The declared roles by name; None for one that is declared absent."""
    return {
        role["name"]: None if role.get("state") == "absent" else role for role in declared(ROLE, **variables)["roles"]
    }


def inline(role: str, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = filled(roles(**{**NARROW, **variables})[role]["inline_policies"])
    return found


def caller_policy(**variables: Any) -> dict[str, Any]:
    (policy,) = declared(ROLE, **{**NARROW, **variables})["managed_policies"]
    found: dict[str, Any] = filled(policy["policy"])
    return found


def sids(document: Any) -> list[str]:
    return [statement["Sid"] for statement in document["Statement"]]


def attached(**variables: Any) -> set[tuple[str, str, str, str]]:
    return {
        (item["iam_type"], item["iam_name"], item.get("state", "present"), policy)
        for item in declared(ROLE, **variables)["attachments"]
        for policy in item.get("managed_policies", ())
    }


def test_documented_is_the_guide_with_its_trust_policy_repaired() -> None:
    found = roles()
    assert [name for name, role in found.items() if role] == ["l4e-role"]
    role = found["l4e-role"]
    assert role["assume_role_policy_document"] == reviewed("trust.l4e-guide-repaired")
    assert role["managed_policies"] == ["AmazonS3FullAccess", "IAMFullAccess", FULL_ACCESS]
    assert (role["inline_policies"], role["path"], role["max_session_duration"]) == ({}, "/", 3600)
    assert not {"tags", "boundary"} & role.keys()


def test_documented_can_do_without_a_policy_and_without_a_service() -> None:
    role = roles(managed_policies=["AmazonS3FullAccess"], trusted_services=["sagemaker.amazonaws.com"])["l4e-role"]
    assert role["managed_policies"] == ["AmazonS3FullAccess"]
    assert role["assume_role_policy_document"]["Statement"] == reviewed("trust.l4e-guide-repaired")["Statement"][1:]
    turned = roles(trusted_services=["sagemaker.amazonaws.com", "lookoutequipment.amazonaws.com"] * 2)["l4e-role"]
    assert len(turned["assume_role_policy_document"]["Statement"]) == 2


def test_least_privilege_is_what_was_reviewed() -> None:
    found = roles(**NARROW)
    assert found.pop("l4e-role") is None
    assert list(found) == ["l4e-ingestion", "l4e-model", "l4e-inference"]
    for name, role in found.items():
        assert role["assume_role_policy_document"] == reviewed("trust.l4e")
        assert role["managed_policies"] == []
        assert filled(role["inline_policies"]) == {name: reviewed(name)}
        assert role["description"]
    assert caller_policy(**KEYS) == reviewed("l4e-caller")
    assert inline("l4e-inference", **KEYS)["l4e-kms-role-extra"] == reviewed("l4e-kms-role-extra")


def test_keys_go_to_the_roles_that_read_or_write() -> None:
    keys = {"input_keys": [KEY], "output_keys": [OTHER_KEY]}
    decrypt, encrypt = reviewed("l4e-kms-role-extra")["Statement"]
    encrypt = {**encrypt, "Resource": [OTHER_KEY]}
    of_keys = {name: inline(name, **keys).get("l4e-kms-role-extra", {}).get("Statement") for name in NAMES[1:]}
    assert of_keys == {"l4e-ingestion": [decrypt], "l4e-model": [decrypt, encrypt], "l4e-inference": [decrypt, encrypt]}
    labels = inline("l4e-model", model_data=["labels"], **keys)
    assert (sids(labels["l4e-model"]), sids(labels["l4e-kms-role-extra"])) == (
        ["ListLabels", "ReadLabels"],
        ["DecryptInputViaS3"],
    )
    diagnostics = inline("l4e-model", model_data=["diagnostics"], **keys)
    assert (sids(diagnostics["l4e-model"]), sids(diagnostics["l4e-kms-role-extra"])) == (
        ["WriteDiagnostics"],
        ["EncryptOutputViaS3"],
    )
    assert "l4e-kms-role-extra" not in inline("l4e-ingestion", output_keys=[KEY])
    assert not {"KeyDescribe", "KeyGrant"} & set(sids(caller_policy(**keys)))


def test_every_name_in_a_document_is_a_variable() -> None:
    names: dict[str, Any] = {
        "role_name": "pump-role",
        "ingestion_role_name": "pump-ingestion",
        "model_role_name": "pump-model",
        "inference_role_name": "pump-inference",
        "caller_policy_name": "pump-caller",
        "path": "/pumps/",
        "region": "eu-west-1",
        "input_bucket": "pump-sensors",
        "input_prefix": "sensor-data",
        "labels_bucket": "pump-failures",
        "labels_prefix": "failures",
        "diagnostics_bucket": "pump-reports",
        "diagnostics_prefix": "reports",
        "inference_input_bucket": "pump-live",
        "inference_input_prefix": "live",
        "inference_output_bucket": "pump-verdicts",
        "inference_output_prefix": "verdicts",
        "input_bucket_account": "222222222222",
        "output_bucket_account": "333333333333",
        "input_keys": [KEY.replace("us-east-1", "eu-west-1")],
        "output_keys": [OTHER_KEY.replace("us-east-1", "eu-west-1")],
        "service_keys": [KEY.replace("us-east-1", "eu-west-1")],
    }
    assert problems(ROLE, profile="least_privilege", **names) == []
    text = json.dumps(declared(ROLE, profile="least_privilege", **names))
    for value in names.values():
        assert (value[0] if isinstance(value, list) else value) in text
    for default in ("us-east-1", '"training', '"labels', "l4e-input", "inference-in", "diagnostics/", '"l4e-role"'):
        assert default not in text
    assert "<role_arn:pump-model>" in text
    assert text.count('"aws:ResourceAccount": "222222222222"') == 6
    assert text.count('"aws:ResourceAccount": "333333333333"') == 2


def test_buckets_without_a_name_of_their_own_are_the_common_ones() -> None:
    text = json.dumps(
        roles(
            **{**NARROW, "output_bucket": None, "diagnostics_bucket": "reports", "inference_output_bucket": "verdicts"}
        )
    )
    assert "l4e-input-bucket/labels/*" in text and "l4e-input-bucket/inference-in/*" in text
    assert "s3:::reports/model-diagnostics/*" in text and "s3:::verdicts/inference-out/*" in text


@pytest.mark.parametrize("prefix", ["training", "training/"])
def test_a_slash_at_the_end_of_a_prefix_makes_no_difference(prefix: str) -> None:
    assert inline("l4e-ingestion", input_prefix=prefix)["l4e-ingestion"] == reviewed("l4e-ingestion")


def test_an_empty_prefix_is_the_whole_bucket() -> None:
    found = inline("l4e-ingestion", input_prefix="")["l4e-ingestion"]["Statement"]
    owner = {"StringEquals": {"aws:ResourceAccount": "123456789012"}}
    assert [(statement["Resource"], statement["Condition"]) for statement in found] == [
        (["arn:aws:s3:::l4e-input-bucket"], owner),
        (["arn:aws:s3:::l4e-input-bucket/*"], owner),
    ]
    outputs = inline("l4e-inference", inference_output_prefix="")["l4e-inference"]["Statement"]
    assert outputs[-1]["Resource"] == ["arn:aws:s3:::l4e-output-bucket/*"]


def test_a_role_can_be_left_out() -> None:
    found = roles(**NARROW, roles=["inference"])
    assert [name for name, role in found.items() if role] == ["l4e-inference"]
    assert set(found) == set(NAMES)
    passes = [entry for entry in caller_policy(roles=["inference"])["Statement"] if entry["Sid"] == "PassL4ERolesOnly"]
    assert passes[0]["Resource"] == ["arn:aws:iam::123456789012:role/service-role/l4e-inference"]
    assert "PassL4ERolesOnly" not in sids(caller_policy(roles=[]))
    assert problems(ROLE, profile="least_privilege", region="us-east-1", input_bucket="abc", roles=["ingestion"]) == []


def test_roles_of_the_other_profile_can_be_kept() -> None:
    kept = roles(**NARROW, **KEYS, other_roles="kept")
    assert set(kept) == set(NAMES) and all(kept.values())
    role = kept["l4e-role"]
    assert role["managed_policies"] == []
    assert role["assume_role_policy_document"] == reviewed("trust.l4e")
    assert filled(role["inline_policies"]) == {
        name: reviewed(name) for name in ("l4e-ingestion", "l4e-model", "l4e-inference", "l4e-kms-role-extra")
    }
    assert caller_policy(**KEYS, other_roles="kept") == reviewed("l4e-caller")
    fewer = roles(**NARROW, **KEYS, other_roles="kept", roles=["ingestion"])
    assert list(fewer) == ["l4e-role", "l4e-ingestion"]
    assert list(fewer["l4e-role"]["inline_policies"]) == ["l4e-ingestion", "l4e-kms-role-extra"]
    assert sids(fewer["l4e-role"]["inline_policies"]["l4e-kms-role-extra"]) == ["DecryptInputViaS3"]

    documented = declared(ROLE, other_roles="kept")
    assert [role["name"] for role in documented["roles"]] == ["l4e-role"]
    assert documented["managed_policies"] == []
    assert documented["roles"][0]["managed_policies"] == roles()["l4e-role"]["managed_policies"]


def test_callers_have_the_policy_of_the_profile_and_not_the_other() -> None:
    callers = {"users": ["ana", "ben"], "groups": ["plant"], "roles": ["notebook"]}
    who = [("user", "ana"), ("user", "ben"), ("group", "plant"), ("role", "notebook")]
    for profile, mine, other in (
        ("documented", FULL_ACCESS, "l4e-caller"),
        ("least_privilege", "l4e-caller", FULL_ACCESS),
    ):
        assert attached(**{**NARROW, "profile": profile}, callers=callers) == {
            entry for kind, name in who for entry in ((kind, name, "present", mine), (kind, name, "absent", other))
        }
        former = attached(
            **{**NARROW, "profile": profile}, callers={"users": ["ana"]}, former_callers={"users": ["ben"]}
        )
        assert {entry for entry in former if entry[1] == "ben"} == {
            ("user", "ben", "absent", policy) for policy in (FULL_ACCESS, "l4e-caller")
        }


def test_callers_can_be_allowed_more() -> None:
    more = {"Sid": "LabelGroups", "Effect": "Allow", "Action": ["lookoutequipment:CreateLabelGroup"], "Resource": ["*"]}
    assert caller_policy(caller_statements=[more])["Statement"][-1] == more


def test_absent_is_the_same_whatever_the_profile() -> None:
    callers = {"callers": {"users": ["ana"]}, "former_callers": {"groups": ["plant"]}}
    bare = declared(ROLE, state="absent", **callers)
    assert bare["roles"] == [{"name": name, "state": "absent"} for name in NAMES]
    assert bare["managed_policies"] == [{"name": "l4e-caller", "state": "absent"}]
    for variables in ({"profile": "least_privilege"}, {**NARROW, **KEYS, "other_roles": "kept", "roles": []}):
        assert problems(ROLE, state="absent", **variables, **callers) == []
        removed = declared(ROLE, state="absent", **variables, **callers)
        for kind in ("roles", "managed_policies"):
            assert removed[kind] == bare[kind]
        assert attached(state="absent", **variables, **callers) == {
            (kind, name, "absent", policy)
            for kind, name in (("user", "ana"), ("group", "plant"))
            for policy in (FULL_ACCESS, "l4e-caller")
        }


def test_settings_are_on_everything_that_is_made() -> None:
    settings = {"tags": {"team": "plant"}, "boundary": "Boundary", "max_session_duration": 7200, "path": "/plant/"}
    options = declared(ROLE, **NARROW, **settings, other_roles="kept")
    assert len(options["roles"]) == 4
    for role in options["roles"]:
        assert settings.items() <= role.items()
    assert options["managed_policies"][0].items() >= {"tags": {"team": "plant"}, "path": "/plant/"}.items()
