# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The variables that a playbook of this collection reads, converted, and all problems with them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import Problem, shown
from ansible_collections.aws_ml.permissions.plugins.module_utils.validate.connection import connection_problems
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.notification.delivery import problems_of, targets_of
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import NO_PATHS, Paths
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.folders import absolute
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.account_problem import (
    VARIABLES,
    account_problem,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.known_variables import (
    KnownVariables,
    known_variables,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.values import WrongValue, converted

WITHOUT_ACCOUNTS = "awx.setup"
SERVICE_PATHS = "aws_ml_service_paths"
NOTIFY = "aws_ml_notify"
PLAYBOOKS = ("site", "audit", "retire", "release", "restore", "adopt", WITHOUT_ACCOUNTS)
"""By their names without the collection; awx.check and awx.apply run site."""
_FORM_OF_SECRET = {"str": "must be text", "dict": "must be a dictionary", "list": "must be a list of text"}


def values_of(
    playbook: str,
    variables: Mapping[str, Any],
    templar: Any,
    *,
    of_host: bool = True,
    services_are_known: bool = True,
) -> tuple[dict[str, Any], list[Problem]]:
    """The value of each variable that is set or has a default, and a problem for each that is missing or wrong.

    Without `of_host`, variables of a host are not known yet, so values that depend on them are skipped, and none is
    missing.
    `aws_ml_services` is reduced to the services in `aws_ml_only_services`. Secrets are checked and left out, because
    the values are shown. Without `services_are_known`, any name may be that of a service of the user.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    known = known_variables_of(playbook, variables, templar)
    for name, spec in known.read_by(playbook).items():
        if "default" in spec:
            values[name] = spec["default"]
        if name not in variables:
            if spec.get("required") and of_host:
                problems.append(Problem(name, f"must be set, such as {spec['example']}"))
            continue
        try:
            services = known.services_for(spec) if services_are_known else None
            value = converted(spec, templar.template(variables[name]), services)
        except WrongValue as error:
            problems.append(Problem(name, _FORM_OF_SECRET[spec["type"]] if spec.get("secret") else str(error)))
        except AnsibleError as error:
            if spec.get("early") or (of_host and not spec.get("late")):
                problems.append(Problem(name, f"cannot be evaluated: {error}"))
        else:
            if value is not None and not spec.get("secret"):
                values[name] = value
    only = values.get("aws_ml_only_services")
    if only:
        values["aws_ml_services"] = [service for service in values["aws_ml_services"] if service in only]
    return values, [*problems, *_comparison_problems(values)]


def _comparison_problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """What prevents that a run fails on new findings."""
    earlier, folder = values.get("aws_ml_compare_with"), values.get("aws_ml_report_history")
    new = [condition for condition in values.get("aws_ml_fail_on") or () if condition.startswith("new_")]
    if new and not earlier and not folder:
        yield Problem(
            "aws_ml_fail_on",
            f"has {new[0]}, but there is nothing to compare with; set aws_ml_report_history to the folder of the"
            " reports, or aws_ml_compare_with to one of them",
        )
    if earlier and not os.path.isfile(os.path.expanduser(earlier)):
        yield Problem(
            "aws_ml_compare_with", f"{shown(earlier)} is not a file; it must be the JSON of an earlier report"
        )
    if folder and os.path.exists(os.path.expanduser(folder)) and not os.path.isdir(os.path.expanduser(folder)):
        yield Problem("aws_ml_report_history", f"{shown(folder)} is not a folder; it must be the folder of the reports")


def service_paths(variables: Mapping[str, Any], templar: Any) -> Paths:
    """The folders of the user's own services, none if the variable does not contain any."""
    try:
        given = templar.template(variables.get(SERVICE_PATHS) or [])
        return absolute(converted(known_variables().playbooks[SERVICE_PATHS], given, ()) if given else ())
    except (WrongValue, AnsibleError):
        return NO_PATHS  # `values_of` reports it


def known_variables_of(playbook: str, variables: Mapping[str, Any], templar: Any) -> KnownVariables:
    """The known variables, including the user's own services if the playbook reads them. Raises DefinitionsError."""
    takes_them = SERVICE_PATHS in known_variables().read_by(playbook)
    return known_variables(service_paths(variables, templar) if takes_them else NO_PATHS)


def notification_problems(value: Any, templar: Any) -> list[Problem]:
    """What is wrong with the targets of notifications; none if they cannot be evaluated yet. Imports apprise."""
    try:
        return problems_of(targets_of(templar.template(value)), NOTIFY)
    except (AnsibleError, ValueError):
        return []  # `values_of` reports it


def account_problems(host: str, variables: Mapping[str, Any], templar: Any) -> list[Problem]:
    """The problem with the account id of a host, which every playbook needs because it says where to write."""
    remedy = f"give {host} its account id, twelve digits in quotes, in the inventory or in host_vars/{host}.yml"
    if "aws_account_id" not in variables:
        return [Problem("aws_account_id", f"is not set; {remedy}")]
    try:
        value = templar.template(variables["aws_account_id"])
    except AnsibleError as error:
        return [Problem("aws_account_id", f"cannot be evaluated: {error}; {remedy}")]
    if value is None or not str(value).strip():
        return [Problem("aws_account_id", f"is empty; {remedy}")]
    unclear = account_problem({name: templar.template(variables.get(name)) for name in VARIABLES})
    if unclear:
        return [Problem("aws_account_id", unclear)]
    return [Problem("aws_account_id", one.message) for one in connection_problems({"account_id": str(value)})]


def refusal(problems: Iterable[Problem], head: str) -> AnsibleActionFail:
    """The failure of a task because of its variables; its result also has the problems as a list."""
    found = list(problems)
    return AnsibleActionFail(
        problem_message(found, head), result={"problems": sorted({str(problem) for problem in found})}
    )


def problem_message(problems: Iterable[Problem], head: str) -> str:
    """All problems in one message. `head` says what was not accessed."""
    lines = sorted({str(problem) for problem in problems})
    count = "1 problem" if len(lines) == 1 else f"{len(lines)} problems"
    return f"{count} found, {head}:" + "".join(f"\n- {line}" for line in lines)
