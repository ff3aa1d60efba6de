# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text that is accepted for variables of other types, as `-e NAME=TEXT` and the surveys of AWX give it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.known_variables import known_variables
from integration.playbook_runs import Playbook

from local_aws import LocalAws

OWN_SERVICES = str(Path(__file__).with_name("own_services"))
TEXTS = """---
- hosts: all
  connection: local
  gather_facts: false
  vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  tasks:
    - name: Convert
      aws_ml.permissions.account_variables: {playbook: "{{ playbook }}"}
"""


@pytest.mark.both_generations
def test_text_stands_for_every_list_boolean_and_number(playbook: Playbook, aws: LocalAws) -> None:
    """A host for each way to give each variable; those of a list are a bare name, commas, JSON, YAML and a list."""
    member = aws.members[0]
    account = {"aws_account_id": member["id"], "aws_assume_role_arn": member["role_arn"]}
    hosts: dict[str, Any] = {}
    expected: dict[str, Any] = {}
    shown = {name: spec for name, spec in known_variables().playbooks.items() if not spec.get("secret")}
    required = {name: spec["example"] for name, spec in shown.items() if spec.get("required")}
    for variable, spec in shown.items():
        for number, (given, value) in enumerate(ways(spec)):
            host = f"{variable}-{number}"
            reader = spec["playbooks"][0]
            hosts[host] = {**account, **required, "playbook": reader, variable: given}
            expected[host] = (variable, value)
    run = playbook(TEXTS, {"all": {"hosts": hosts}})
    assert run.failures() == {}
    found = {host: result["variables"] for host, result in run.results("Convert").items()}
    assert len(expected) > 50
    for host, (variable, value) in expected.items():
        assert (host, found[host][variable]) == (host, value)


def ways(spec: dict[str, Any]) -> list[tuple[Any, Any]]:
    """What can be given for a variable, and what it comes to."""
    if spec["type"] == "list" and spec["elements"] == "dict":
        value = [{"iam_type": "user", "iam_name": "one"}, {"iam_type": "group", "iam_name": "two"}]
        return [(value, value), (json.dumps(value), value), ("[{iam_type: user, iam_name: one}]", value[:1])]
    if spec["type"] == "list":
        if spec is known_variables().playbooks["aws_ml_service_paths"]:  # there must be services of its own in each
            return [(text, [OWN_SERVICES]) for text in (OWN_SERVICES, json.dumps([OWN_SERVICES]), [OWN_SERVICES])]
        one, two = ("deeplens", "panorama") if spec.get("of") else spec.get("choices", ("AWSDeepLens*", "one-?"))[-2:]
        texts = (f"{one},{two}", f" {one} , {two} ", json.dumps([one, two]), f"['{one}', '{two}']", [one, two])
        return [(one, [one]), *((text, [one, two]) for text in texts)]
    if spec is known_variables().playbooks["aws_ml_compare_with"]:  # there must be such a file
        return [(__file__, __file__)]
    if spec["type"] == "str" and "choices" in spec:
        return [(choice, choice) for choice in spec["choices"]]
    mapping = {"roles": []}
    return {
        "dict": [(mapping, mapping), (json.dumps(mapping), mapping)],
        "waivers": [([], []), ("[]", [])],
        "bool": [(text, True) for text in ("yes", "true", "1", True)] + [(text, False) for text in ("no", "False", 0)],
        "int": [("40", 40), (40, 40)],
        "float": [("0.25", 0.25), (0.25, 0.25), ("1", 1.0)],
        "str": [("text", "text"), (2023, "2023")],
        "pattern": [("a:!b", ["a:!b"]), ('["a","b"]', ["a", "b"]), (["a", "b"], ["a", "b"])],
    }[spec["type"]]


def test_text_chooses_services(playbook: Playbook, accounts: dict[str, Any], aws: LocalAws) -> None:
    chosen = ["-e", "aws_ml_services=deeplens,panorama", "-e", "aws_ml_only_services=deeplens"]
    run = playbook("aws_ml.permissions.site", accounts, arguments=chosen)
    assert (run.rc, run.failures()) == (0, {})
    assert aws.call_counts()["CreateRole"] == 5 * len(aws.members)
