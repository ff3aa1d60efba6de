# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service whose definition continues in further files."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.declaration import declared
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.parser import Parser

pytestmark = pytest.mark.both_generations

FILES: dict[str, Any] = {
    "service": {
        "title": "A service",
        "variables": {
            "state": {"default": "present"},
            "profile": {"default": "documented"},
            "developers": {"type": "people"},
        },
        "locals": {"prefix": "a-"},
        "checks": [{"variable": "developers", "when": "developers.groups", "message": "no groups"}],
    },
    "people": {
        "locals": {"policy": "${prefix}developer"},
        "attachments": {"developers": {"to": "${developers}", "managed_policies": ["${policy}"]}},
        "checks": [{"variable": "developers", "when": "developers.roles", "message": "no roles"}],
    },
    "documented": {},
}


def parsed(**changes: Any) -> Parser:
    return Parser("example", {**FILES, **changes})


def test_parts_are_one_definition_and_not_profiles() -> None:
    parser = parsed()
    service = parser.service()
    assert (parser.problems, list(service.profiles)) == ([], ["documented"])
    declaration, _problems = declared(service, {"developers": {"users": ["ann"]}})
    assert declaration is not None
    assert declaration.attachments == [{"iam_type": "user", "iam_name": "ann", "managed_policies": ["a-developer"]}]


def test_checks_of_every_part_count() -> None:
    _declaration, problems = declared(parsed().service(), {"developers": {"groups": ["staff"], "roles": ["Reader"]}})
    assert [problem.message for problem in problems] == ["no groups", "no roles"]


def test_a_mistake_is_reported_with_the_part_that_has_it() -> None:
    parser = parsed(
        people={
            "locals": {"prefix": "b-", "policy": "${prefx}"},
            "checks": [{"message": "fine"}, {"message": "${prefx}"}],
        }
    )
    parser.service()
    assert [problem.path for problem in parser.problems] == [
        ("people", "locals", "prefix"),
        ("people", "locals", "policy"),
        ("people", "checks", "1", "message"),
    ]
    assert parser.problems[0].message == "service.yml defines prefix too"
