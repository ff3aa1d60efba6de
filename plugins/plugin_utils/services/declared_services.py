# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What the variables of a host declare for its services."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleError
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.declaration import declared
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.service import SECTIONS, ServiceDefinition
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import Problem, shown
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.data.plain_values import plain
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import (
    NO_PATHS,
    Paths,
    catalogue,
    definitions,
)


class DeclaredServices:
    """What services declare: `items` as `combined_services` takes them, and `notices` for the user.

    `problems` are those of every service. If there are any, the rest must not be used.
    """

    def __init__(
        self,
        names: Sequence[str],
        variables: Mapping[str, Any],
        templar: Any,
        profile: str | None,
        paths: Paths = NO_PATHS,
    ) -> None:
        """Evaluate the variables. `paths` are folders of the user's own services. Raises DefinitionsError for these."""
        services = catalogue(paths)
        self.items: list[dict[str, Any]] = []
        self.notices: list[str] = []
        self.problems: list[Problem] = []
        for name in dict.fromkeys(names):
            service = services.get(name)
            if service is None:
                self.problems.append(_no_service(name, services, definitions(paths)))
                continue
            given = _given(service, variables, templar, self.problems)
            if profile:
                given["profile"] = profile
            self.problems += self._declare(service, given)

    def _declare(self, service: ServiceDefinition, given: Mapping[str, Any]) -> list[Problem]:
        found, problems = declared(service, given)
        if found is not None:
            sections = {section: getattr(found, section) for section in SECTIONS}
            of_service = {"service": found.service, "profile": found.profile, "state": found.state}
            self.items.append({**of_service, **sections, "remedies": dict(found.remedies), "expect": found.expect})
            self.notices += found.notices
        return problems


def _no_service(name: str, services: Collection[str], known: Collection[str]) -> Problem:
    any_of = ", ".join(services)
    if name in known:
        return Problem("services", f"{shown(name)} is known only to audits and retirements; give any of {any_of}")
    return Problem("services", f"{shown(name)} is not known; give any of {any_of}")


def _given(
    service: ServiceDefinition, variables: Mapping[str, Any], templar: Any, problems: list[Problem]
) -> dict[str, Any]:
    """The values that a host gives a service's variables, by their names without the prefix."""
    given = {}
    for name in service.variables:
        full = f"{service.prefix}{name}"
        if full not in variables:
            continue
        try:
            # In a list, an omitted value leaves nothing.
            values = templar.template([variables[full]])
        except AnsibleError as error:
            problems.append(Problem(full, f"cannot be evaluated: {error}"))
            continue
        if values:
            given[name] = plain(values[0])
    return given
