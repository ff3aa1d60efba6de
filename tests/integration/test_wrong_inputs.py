# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of what the playbooks refuse before any call to AWS, and the text that is accepted for values of other
types.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.plugin_docs import read_docstring
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.known_variables import known_variables
from integration.conftest import RolesIn
from integration.playbook_runs import Playbook, Run, play_of

from local_aws import LocalAws

ROOT = Path(__file__).resolve().parents[2]
OWN_SERVICES = str(Path(__file__).with_name("own_services"))
TABLE = yaml.safe_load(Path(__file__).with_name("wrong_inputs.yml").read_text(encoding="utf-8"))
EVERY = TABLE["every_playbook"]
PRODUCTION = ("vision-dev", "vision-prod")
DEEPLENS = {
    "name": "AWSDeepLensServiceRole",
    "path": "/service-role/",
    "trust": {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "deeplens.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    },
}


def runs() -> Iterator[Any]:
    for case in TABLE["runs"]:
        playbooks = case.get("playbooks") or ([case["playbook"]] if "playbook" in case else EVERY)
        for playbook in playbooks:
            yield pytest.param(playbook, case, id=f"{playbook}: {case['name']}")


def plain(text: str) -> str:
    return " ".join(text.split())


def started(playbook: Playbook, name: str, inventory: Any, *arguments: str, check: bool = False) -> Run:
    return playbook(
        f"aws_ml.permissions.{name}", inventory, check=check or name == "awx.check", arguments=list(arguments)
    )


@pytest.fixture
def fleet(accounts: dict[str, Any]) -> dict[str, Any]:
    accounts["all"]["vars"] = {"aws_ml_services": ["deeplens"]}
    accounts["all"]["children"] = {"production": {"hosts": dict.fromkeys(PRODUCTION)}, "empty": {"hosts": {}}}
    return accounts


@pytest.fixture
def deeplens(aws: LocalAws) -> LocalAws:
    """Every account has what DeepLens left."""
    for member in aws.members:
        aws.seed(member["id"], role=DEEPLENS)
    aws.clear_calls()
    return aws


@pytest.mark.parametrize(("name", "case"), list(runs()))
def test_what_is_wrong_for_all_stops_the_run(
    playbook: Playbook, fleet: dict[str, Any], aws: LocalAws, name: str, case: dict[str, Any]
) -> None:
    inventory = {"all": {"hosts": {}}} if case.get("hosts") == [] else fleet
    run = started(playbook, name, inventory, *case.get("arguments", ()))
    assert run.rc != 0
    assert [text for text in case["says"] if text not in plain(run.stderr)] == [], run.stderr
    assert "Traceback" not in run.stderr
    assert (run.plays, aws.calls()) == ([], [])


@pytest.mark.parametrize("name", EVERY)
def test_hosts_that_are_refused_by_name(
    playbook: Playbook, fleet: dict[str, Any], aws: LocalAws, name: str, tmp_path: Path
) -> None:
    right = aws.members[1]
    hosts = {case["name"]: host_of(aws, case) for case in TABLE["hosts"]}
    hosts["right"] = {"aws_account_id": right["id"], "aws_assume_role_arn": right["role_arn"], **TABLE["others"]}
    fleet["all"] = {"hosts": hosts, "vars": {"aws_ml_services": ["deeplens"]}}
    backups = {"aws_ml_restore_src": str(tmp_path), "aws_ml_backup_dir": str(tmp_path)}
    run = started(playbook, name, fleet, "-e", json.dumps(backups), check=True)
    assert run.rc != 0
    messages = {host: plain(message) for host, message in run.failures().items()}
    for case in TABLE["hosts"]:
        assert f"{case['name']}: " in messages[case["name"]]
        unsaid = [text for text in case["says"] if text not in messages[case["name"]]]
        assert unsaid == [], messages[case["name"]]
    assert "Traceback" not in run.stderr
    assert {call["account"] for call in aws.calls()} <= {right["id"], aws.management}
    if name != "restore":  # without a backup of the account, it asks AWS for nothing
        assert aws.calls(account=right["id"]) != []
    if name not in ("restore", "awx.apply"):  # neither a backup nor an approval is there
        assert "right" not in messages


@pytest.mark.both_generations
@pytest.mark.parametrize("name", ["site", "audit", "retire"])
def test_misspelled_and_wrong_variables_of_services_are_one_message(
    playbook: Playbook, aws: LocalAws, name: str
) -> None:
    given = {"aws_ml_services": ["deeplens"], "deeplens_iam_buckt": "frames", "deeplens_iam_profile": "least"}
    run = started(playbook, name, {"all": {"hosts": {"one": host_of(aws, {"variables": given})}}})
    message = plain(run.failures()["one"])
    assert "2 problems found, its account was not accessed" in message
    assert "did you mean deeplens_iam_bucket?" in message
    assert 'deeplens_iam_profile: "least" is not a valid value; give one of documented, least_privilege' in message
    assert aws.calls() == []


def host_of(aws: LocalAws, case: dict[str, Any]) -> dict[str, Any]:
    """An account that is right but for what the case changes."""
    member = aws.members[0]
    host = {"aws_account_id": member["id"], "aws_assume_role_arn": member["role_arn"]}
    host.pop(case.get("without", ""), None)
    return {**host, **case.get("variables", {})}


@pytest.mark.both_generations
@pytest.mark.parametrize("name", sorted({case["playbook"] for case in TABLE["values"]}))
def test_values_of_the_wrong_type(playbook: Playbook, fleet: dict[str, Any], aws: LocalAws, name: str) -> None:
    cases = {f"case-{n}": case for n, case in enumerate(TABLE["values"]) if case["playbook"] == name}
    hosts = {host: host_of(aws, {"variables": {case["variable"]: case["value"]}}) for host, case in cases.items()}
    run = started(playbook, name, {"all": {"hosts": hosts}})
    failures = run.failures()
    for host, case in cases.items():
        assert case["says"] in failures[host] and f"- {case['variable']}: " in failures[host], failures[host]
    assert (failures.keys(), aws.calls()) == (cases.keys(), [])


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
    hosts: dict[str, Any] = {}
    expected: dict[str, Any] = {}
    shown = {name: spec for name, spec in known_variables().playbooks.items() if not spec.get("secret")}
    required = {name: spec["example"] for name, spec in shown.items() if spec.get("required")}
    for variable, spec in shown.items():
        for number, (given, value) in enumerate(ways(spec)):
            host = f"{variable}-{number}"
            reader = spec["playbooks"][0]
            hosts[host] = {**host_of(aws, {}), **required, "playbook": reader, variable: given}
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
        one, two = ("deeplens", "panorama") if spec.get("of") else ("AWSDeepLens*", "one-?")
        texts = (f"{one},{two}", f" {one} , {two} ", json.dumps([one, two]), f"['{one}', '{two}']", [one, two])
        return [(one, [one]), *((text, [one, two]) for text in texts)]
    return {
        "bool": [(text, True) for text in ("yes", "true", "1", True)] + [(text, False) for text in ("no", "False", 0)],
        "int": [("40", 40), (40, 40)],
        "float": [("0.25", 0.25), (0.25, 0.25), ("1", 1.0)],
        "str": [("text", "text"), (2023, "2023")],
        "pattern": [("a:!b", ["a:!b"]), ('["a","b"]', ["a", "b"]), (["a", "b"], ["a", "b"])],
    }[spec["type"]]


@pytest.mark.parametrize(
    "given",
    [
        "aws_ml_retire_exclude=AWSDeepLens*",
        "aws_ml_retire_exclude=a,AWSDeepLens*",
        'aws_ml_retire_exclude=["AWSDeepLens*"]',
    ],
)
def test_text_protects_too(
    playbook: Playbook, fleet: dict[str, Any], deeplens: LocalAws, given: str, tmp_path: Path
) -> None:
    at_once = ["-e", "aws_ml_retire_skip_quarantine=yes", "-e", f"aws_ml_backup_dir={tmp_path / 'backups'}"]
    run = started(playbook, "retire", fleet, "-e", given, *at_once)
    assert (run.rc, run.failures()) == (0, {})
    assert not {"DeleteRole", "DetachRolePolicy", "AttachRolePolicy", "TagRole"} & deeplens.call_counts().keys()
    assert deeplens.call_counts()["GetAccountAuthorizationDetails"] == len(deeplens.members)


def test_misspelled_name_of_what_is_kept_lets_nothing_go(
    playbook: Playbook, fleet: dict[str, Any], deeplens: LocalAws, roles_in: RolesIn, tmp_path: Path
) -> None:
    member = deeplens.members[0]
    fleet["all"]["hosts"][member["name"]]["aws_ml_retire_exclude"] = ["AWSDeepLensServcieRole", "BreakGlass*"]
    before = roles_in(member["id"])
    fleet["all"]["vars"]["aws_ml_services"] = []  # what is declared present is refused by itself
    at_once = ["-e", "aws_ml_retire_skip_quarantine=yes", "-e", f"aws_ml_backup_dir={tmp_path / 'backups'}"]
    run = started(playbook, "retire", fleet, *at_once)
    assert list(run.failures()) == [member["name"]]
    assert 'looks like "AWSDeepLensServcieRole" of exclude (aws_ml_retire_exclude)' in run.failures()[member["name"]]
    assert "BreakGlass" not in run.failures()[member["name"]]
    assert roles_in(member["id"]) == before


def test_examples_of_the_documentation_run(playbook: Playbook, fleet: dict[str, Any], aws: LocalAws) -> None:
    examples = {
        kind: yaml.safe_load(read_docstring(str(ROOT / "plugins" / kind / name))["plainexamples"])
        for kind, name in (("lookup", "chosen_accounts.py"), ("modules", "account_variables.py"))
    }
    [play] = examples["lookup"]
    play = {**play, "connection": "local", "tasks": [*play["tasks"], *examples["modules"]]}
    fleet["all"]["vars"]["aws_ml_retire_exclude"] = "BreakGlassAdmin"
    run = playbook(yaml.safe_dump([play]), fleet, {"aws_ml_accounts": "production"})
    assert (run.rc, run.failures(), sorted(run.stats)) == (0, {}, list(PRODUCTION))
    shown = run.results("Show the excluded names")["vision-dev"]
    assert shown["aws_ml_checked.variables.aws_ml_retire_exclude"] == ["BreakGlassAdmin"]
    assert aws.calls() == []


def test_text_chooses_services(playbook: Playbook, fleet: dict[str, Any], aws: LocalAws) -> None:
    chosen = ["-e", "aws_ml_services=deeplens,panorama", "-e", "aws_ml_only_services=deeplens"]
    run = started(playbook, "site", fleet, *chosen)
    assert (run.rc, run.failures()) == (0, {})
    assert aws.call_counts()["CreateRole"] == 5 * len(aws.members)


def test_slice_without_a_host_of_the_pattern_is_a_warning(
    playbook: Playbook, fleet: dict[str, Any], aws: LocalAws
) -> None:
    for name, sliced in (("awx.check", []), ("audit", ["-e", "aws_ml_sliced=yes"])):
        run = started(playbook, name, fleet, "-e", "aws_ml_accounts=elsewhere", *sliced)
        assert (run.rc, aws.calls()) == (0, [])
        assert 'aws_ml_accounts: "elsewhere" matches no host of the inventory' in plain(run.stderr)
    empty = {"all": {"hosts": {}}}
    assert started(playbook, "awx.check", empty).rc != 0


IMPORTED = """---
- ansible.builtin.import_playbook: aws_ml.permissions.audit
  vars: {aws_ml_accounts: production, VARIABLE: VALUE}
"""


def test_variables_of_an_import_are_checked_and_may_depend_on_the_host(
    playbook: Playbook, fleet: dict[str, Any], aws: LocalAws
) -> None:
    misspelled = playbook(IMPORTED.replace("VARIABLE", "aws_ml_audit_service").replace("VALUE", "deeplens"), fleet)
    assert misspelled.rc != 0
    said = "aws_ml_audit_service: is not a variable of this collection (set for the play)"
    assert said in plain(misspelled.stderr)
    assert aws.calls() == []

    fleet["all"]["vars"]["wanted"] = "panorama"
    right = playbook(IMPORTED.replace("VARIABLE", "aws_ml_audit_services").replace("VALUE", '"{{ wanted }}"'), fleet)
    assert (right.rc, right.failures(), sorted(right.stats)) == (0, {}, list(PRODUCTION))


def test_syntax_can_be_checked_without_an_inventory(playbook: Playbook) -> None:
    for name in EVERY:
        run = playbook(f"aws_ml.permissions.{name}", "/nowhere", arguments=["--syntax-check"])
        assert run.rc == 0, run.stderr


def test_part_of_a_pattern_is_a_warning_where_nothing_is_removed(
    playbook: Playbook, fleet: dict[str, Any], aws: LocalAws
) -> None:
    run = started(playbook, "audit", fleet, "-e", "aws_ml_accounts=warehouse,prdo")
    assert (run.rc, list(run.stats)) == (0, ["warehouse"])
    assert "Could not match supplied host pattern, ignoring: prdo" in plain(run.stderr)


WAYS_TO_READ_VARIABLES = {
    "roles": play_of("deeplens_iam"),
    "import": play_of("deeplens_iam")
    .replace("  roles: [aws_ml.permissions.deeplens_iam]\n", "")
    .replace("  tasks:\n", "  tasks:\n    - import_role: {name: aws_ml.permissions.deeplens_iam}\n"),
    "module": play_of("deeplens_iam")
    .replace("  roles: [aws_ml.permissions.deeplens_iam]\n", "")
    .replace("  tasks:\n", "  tasks:\n    - aws_ml.permissions.iam_services: {services: [deeplens]}\n"),
    "audit": play_of("deeplens_iam")
    .replace("  roles: [aws_ml.permissions.deeplens_iam]\n", "")
    .replace("  tasks:\n", "  tasks:\n    - aws_ml.permissions.iam_audit: {declared_services: [deeplens]}\n"),
    "include": play_of("deeplens_iam")
    .replace("  roles: [aws_ml.permissions.deeplens_iam]\n", "")
    .replace("  tasks:\n", "  tasks:\n    - include_role: {name: aws_ml.permissions.deeplens_iam}\n"),
}


@pytest.mark.parametrize("way", WAYS_TO_READ_VARIABLES)
def test_roles_and_modules_in_ones_own_playbook_refuse_unknown_variables(
    playbook: Playbook, accounts: dict[str, Any], aws: LocalAws, way: str
) -> None:
    hosts = accounts["all"]["hosts"]
    hosts["warehouse"]["deeplens_iam_profil"] = "least_privilege"
    hosts["vision-dev"]["panorama_iam_profil"] = "of a role that is not used here"
    run = playbook(WAYS_TO_READ_VARIABLES[way], accounts, check=True)
    assert list(run.failures()) == ["warehouse"]
    assert (
        "deeplens_iam_profil: is not a variable of this collection (set for warehouse);" in run.failures()["warehouse"]
    )
    assert "did you mean deeplens_iam_profile?" in run.failures()["warehouse"]
    assert aws.calls(account=hosts["warehouse"]["aws_account_id"]) == []
