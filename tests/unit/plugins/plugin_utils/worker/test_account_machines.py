# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.account_machines import machine_problem

pytestmark = pytest.mark.both_generations

ACCOUNT = {"aws_account_id": "111111111111"}


@pytest.mark.parametrize(
    ("variables", "is_refused"),
    [
        (ACCOUNT, True),
        ({**ACCOUNT, "ansible_host": "bastion.example.com"}, False),
        ({**ACCOUNT, "ansible_ssh_host": "10.0.0.7"}, False),
        ({**ACCOUNT, "ansible_connection": "community.docker.docker"}, False),
        ({**ACCOUNT, "ansible_host": ""}, True),
        ({}, False),
        ({"aws_account_id": ""}, False),
    ],
)
def test_an_account_is_no_machine_unless_its_variables_say_so(variables: dict[str, Any], is_refused: bool) -> None:
    problem = machine_problem("dev", variables, "ssh")
    assert (problem is not None) is is_refused
    assert problem is None or problem.startswith("dev is an account, and Ansible would connect to a machine of that")
