# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service of the user through site, audit and retire, by a role and a module, and with mistakes in its files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from integration.conftest import RolesIn
from integration.playbook_runs import Playbook

from local_aws import LocalAws

SITE, AUDIT, RETIRE = (f"aws_ml.permissions.{name}" for name in ("site", "audit", "retire"))
CONVERGE = "Converge the services"
OWN = Path(__file__).with_name("own_services")
SWEEP = {"GetAccountAuthorizationDetails": 1, "ListRoles": 1}
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"

BY_ROLE = """---
- hosts: all
  connection: local
  gather_facts: false
  vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  tasks:
    - name: Converge our own service
      ansible.builtin.include_role:
        name: aws_ml.permissions.service_iam
      vars:
        service_iam_name: camera_lab
        service_iam_paths: [our_services]
"""

CHECKING = """---
- hosts: localhost
  gather_facts: false
  tasks:
    - name: Check the definitions
      aws_ml.permissions.service_definitions:
        paths: [our_services]
"""


@pytest.fixture
def sites(accounts: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """All accounts ask for the user's own service, which is in a folder beside the inventory."""
    shutil.copytree(OWN, tmp_path / "our_services")
    accounts["all"]["vars"] |= {"aws_ml_service_paths": ["our_services"], "aws_ml_services": ["camera_lab"]}
    return accounts


def test_from_site_through_audit_to_retire(
    playbook: Playbook, sites: dict[str, Any], aws: LocalAws, roles_in: RolesIn, tmp_path: Path
) -> None:
    sites["all"]["vars"] |= {
        "camera_lab_iam_profile": "least_privilege",
        "camera_lab_iam_bucket": "images",
        "camera_lab_iam_stations": [{"name": "CameraLabNorth"}],
    }
    first = playbook(SITE, sites)
    assert first.rc == 0, (first.failures(), first.stderr)
    for member in aws.members:
        roles = roles_in(member["id"])
        assert {"CameraLabRole", "CameraLabNorth"} <= roles.keys()
        [statement] = roles["CameraLabRole"]["inline"]["camera-lab-images"]["Statement"]
        assert statement["Resource"] == ["arn:aws:s3:::images/*"]
    findings = first.results(CONVERGE)[aws.members[0]["name"]]["findings"]
    assert {"code": "grants_ended_service", "remedy": "camera_lab_iam_state: absent"}.items() <= next(
        finding for finding in findings if finding["resource"] == "service/camera_lab"
    ).items()

    aws.clear_calls()
    second = playbook(SITE, sites)
    assert (second.rc, second.total("changed")) == (0, 0), second.failures()
    assert [aws.call_counts(member["id"]) for member in aws.members] == [SWEEP] * len(aws.members)

    audit = playbook(AUDIT, sites)
    assert audit.rc == 0, audit.failures()
    for result in audit.results("Audit the account").values():
        found = {one["name"]: (one["service"], one["status"]) for one in result["objects"] if one["kind"] == "role"}
        assert found["CameraLabRole"] == found["CameraLabNorth"] == ("camera_lab", "in_sync")

    sites["all"]["vars"]["aws_ml_services"] = []
    wish = {"aws_ml_backup_dir": str(tmp_path / "backups"), "aws_ml_retire_services": ["camera_lab"]}
    retired = playbook(RETIRE, sites, {**wish, "aws_ml_retire_min_age_days": 0})
    assert retired.rc == 0, retired.failures()
    for member in aws.members:
        roles = roles_in(member["id"])
        assert all(DENY_ALL in roles[name]["managed"] for name in ("CameraLabRole", "CameraLabNorth"))


def test_by_the_role_for_any_service(
    playbook: Playbook, sites: dict[str, Any], aws: LocalAws, roles_in: RolesIn
) -> None:
    run = playbook(BY_ROLE, sites)
    assert run.rc == 0, run.failures()
    assert all("CameraLabRole" in roles_in(member["id"]) for member in aws.members)
    assert playbook(BY_ROLE, sites).total("changed") == 0


def test_it_runs_in_an_interpreter_of_its_own(
    playbook: Playbook, sites: dict[str, Any], aws: LocalAws, way: dict[str, str]
) -> None:
    host = aws.members[0]["name"]
    sites["all"]["hosts"] = {host: sites["all"]["hosts"][host] | way}
    run = playbook(SITE, sites, way)
    assert run.rc == 0, run.failures()
    audit = playbook(AUDIT, sites, way)
    [result] = audit.results("Audit the account").values()
    assert ["camera_lab", "in_sync"] in [[one["service"], one["status"]] for one in result["objects"]]


def test_misspelled_variable_and_wrong_value_are_reported_before_any_call(
    playbook: Playbook, sites: dict[str, Any], aws: LocalAws
) -> None:
    sites["all"]["vars"] |= {"camera_lab_iam_bukket": "images"}
    run = playbook(SITE, sites)
    host = aws.members[0]["name"]
    assert "camera_lab_iam_bukket: is not a variable of this collection" in run.failures()[host]
    assert "did you mean camera_lab_iam_bucket?" in run.failures()[host]
    del sites["all"]["vars"]["camera_lab_iam_bukket"]
    sites["all"]["vars"] |= {"camera_lab_iam_stations": "north", "camera_lab_iam_profile": "least_privilege"}
    run = playbook(SITE, sites)
    assert 'camera_lab_iam_stations: "north" is not a list of dictionaries' in run.failures()[host]
    assert "camera_lab_iam_bucket: missing; profile least_privilege needs it" in run.failures()[host]
    assert aws.call_counts() == {}


def test_definitions_are_checked_without_an_account(
    playbook: Playbook, sites: dict[str, Any], aws: LocalAws, tmp_path: Path
) -> None:
    good = playbook(CHECKING, {"all": {"hosts": {"localhost": {"ansible_connection": "local"}}}})
    [result] = good.results("Check the definitions").values()
    [service] = result["services"]
    assert (service["name"], service["folder"]) == ("camera_lab", "our_services/camera_lab")
    assert service["profiles"] == ["documented", "least_privilege"]
    assert "camera_lab_iam_bucket" in service["variables"]
    assert aws.calls() == []


def test_every_mistake_stops_every_playbook_before_any_call(
    playbook: Playbook, sites: dict[str, Any], aws: LocalAws, tmp_path: Path
) -> None:
    folder = tmp_path / "our_services" / "camera_lab"
    narrow = folder / "least_privilege.yml"
    narrow.write_text(narrow.read_text().replace("${bucket}", "${bukket}"))
    (folder / "remedies.yml").write_text("---\nremedies: {grants_evrything: nothing}\n")
    wanted = [
        "our_services/camera_lab/least_privilege.yml:3: `bukket` is not a variable or an earlier local;"
        " did you mean bucket?",
        "our_services/camera_lab/remedies.yml:2: `grants_evrything` is not the code of a finding; did you mean"
        " grants_everything?",
    ]
    run = playbook(CHECKING, {"all": {"hosts": {"localhost": {"ansible_connection": "local"}}}})
    [result] = run.results("Check the definitions").values()
    assert result["problems"] == wanted
    for name in (SITE, AUDIT, RETIRE):
        run = playbook(name, sites)
        assert run.failures() == {
            member["name"]: f"{member['name']}: 2 problems found in service definitions:\n- " + "\n- ".join(wanted)
            for member in aws.members
        }
        run = playbook(name, sites, {"aws_ml_service_paths": "our_services"})
        assert run.rc != 0
        assert all(line in run.stderr + run.stdout for line in wanted)
    assert aws.calls() == []
