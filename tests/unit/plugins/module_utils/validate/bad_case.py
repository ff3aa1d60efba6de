# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One bad input: read from the table, put before the engine as a module would, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator
from ansible_collections.aws_ml.permissions.plugins.module_utils.backup.quarantine_records import key_problems
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.declared_objects import converging
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import Task
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.parser import DeclarationParser
from ansible_collections.aws_ml.permissions.plugins.module_utils.declare.placeholders import Placeholders
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError, InputError
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import Account
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.registry import SHAPES, argument_spec
from ansible_collections.aws_ml.permissions.plugins.module_utils.validate.connection import connection_problems
from ansible_collections.aws_ml.permissions.plugins.module_utils.validate.declaration import problems

SECRETS = ("nobody-may-see", "nobody may see", "not-a-secret")
"""Parts of the external ids and keys in the table and in the environment."""

READS = ("Get", "List", "AssumeRole")
"""How the names of the calls begin that change nothing."""

ANY_ACCOUNT = Account("123456789012", "aws")
CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class BadCase:
    """A row of the table. `problems` or `msg` is what the task has to fail with, to the letter.

    `problems_in_check_mode` is what is left of them in check mode, which assumes that missing objects are created by an
    earlier task; None if they are the same. `needs_account`: nothing is wrong before the account is read.
    """

    name: str
    module: str
    options: Mapping[str, Any]
    problems: tuple[str, ...] = ()
    msg: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str | None] = field(default_factory=dict)
    in_playbook: bool = False
    problems_in_check_mode: tuple[str, ...] | None = None
    needs_account: bool = False

    @property
    def is_seen_before_the_first_call(self) -> bool:
        """Whether the options alone show what is wrong."""
        return bool(self.problems) and not (self.needs_account or self.given or self.environment)

    def expected(self, account: str) -> tuple[str, list[str]]:
        """The message and the problems to see in an account."""
        problems = [in_account(problem, account) for problem in self.problems]
        if not problems:
            return in_account(self.msg, account), []
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        lines = "".join(f"\n- {problem}" for problem in problems)
        return f"{count} found, nothing was written:{lines}", problems


@dataclass
class Failure:
    """How a task failed."""

    msg: str
    problems: list[str]
    everything: str


class Refused(Exception):
    """Ansible refused the options themselves."""


def all_cases() -> list[BadCase]:
    """The whole table."""
    return [case for file in sorted(CASES.glob("*.yml")) for case in cases_of(file)]


def in_account(value: Any, account: str) -> Any:
    """The value with the account's id in the place of `<account_id>`."""
    return json.loads(json.dumps(value).replace("<account_id>", account))


def matches(expected: str, msg: str) -> bool:
    """Whether a message is the expected one; only its beginning counts before `…`, where Ansible words the rest."""
    return msg.startswith(expected[:-1]) if expected.endswith("…") else msg == expected


def foreseen(module: str, options: Mapping[str, Any]) -> list[str]:
    """Run a task in check mode that has to succeed; its warnings."""
    task = Task(validated(module, options), SHAPES[module].section, check_mode=True, diff_mode=True)
    converging(task).result()
    return task.warnings


def attempt(module: str, options: Mapping[str, Any], *, check_mode: bool) -> Failure:
    """Run a task that has to fail, with options as they come out of Ansible's own validation."""
    try:
        converging(
            Task(validated(module, options), SHAPES[module].section, check_mode=check_mode, diff_mode=True)
        ).result()
    except Refused as refused:
        return Failure(str(refused), [], str(refused))
    except EngineError as error:
        return Failure(error.message, error.fields.get("problems", []), f"{error.message} {error.fields}")
    raise AssertionError("the task succeeded")


def found_in_options(case: BadCase) -> list[str]:
    """The problems of a case that the options alone show, without an account."""
    options = validated(case.module, in_account(case.options, ANY_ACCOUNT.id))
    parser = DeclarationParser(Placeholders(ANY_ACCOUNT))
    section = SHAPES[case.module].section
    declarations = parser.single(section, options) if section else parser.baseline(options)
    found = [*connection_problems(options), *key_problems(options), *parser.problems, *problems(declarations)]
    return [str(problem) for problem in InputError(found).problems]


def validated(module: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a task as the module gets them, or Refused."""
    result = ModuleArgumentSpecValidator(argument_spec(module)).validate(json.loads(json.dumps(options, default=str)))
    if result.error_messages:
        raise Refused("; ".join(result.error_messages))
    return dict(result.validated_parameters)


_GENERATORS: dict[str, Callable[[Any], Any]] = {
    # {$repeat: {text: x, times: 3}} is xxx
    "$repeat": lambda given: given["text"] * given["times"],
    # {$numbered: {from: {name: "x{n}"}, times: 2}} is [{name: x1}, {name: x2}]
    "$numbered": lambda given: [
        json.loads(json.dumps(given["from"]).replace("{n}", str(number))) for number in range(1, given["times"] + 1)
    ],
    # {$numbered_keys: {key: x, times: 2}} is {x1: "", x2: ""}
    "$numbered_keys": lambda given: {f"{given['key']}{number}": "" for number in range(1, given["times"] + 1)},
    # {$keyed: {key: {$repeat: {text: x, times: 3}}, value: y}} is {xxx: y}
    "$keyed": lambda given: {given["key"]: given["value"]},
}


def _whole(value: Any) -> Any:
    """The value with what is written short in it, see `_GENERATORS`, in full."""
    if isinstance(value, dict):
        for name in value.keys() & _GENERATORS.keys():
            return _GENERATORS[name](_whole(value[name]))
        return {key: _whole(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_whole(entry) for entry in value]
    return value


def cases_of(file: Path) -> Iterator[BadCase]:
    """The rows of one file."""
    for row in _whole(yaml.safe_load(file.read_text(encoding="utf-8")))["cases"]:
        listed = {key: tuple(row[key]) for key in ("problems", "problems_in_check_mode") if key in row}
        yield BadCase(**{**row, **listed})
