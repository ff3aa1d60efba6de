# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The variables of the playbooks and roles of this collection, and names that look like a misspelling of them.

The playbooks' own are in `playbook_facts/variables.yml`, those of the services in the catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import Problem
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.catalogue import (
    NO_PATHS,
    Paths,
    catalogue,
    definitions,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import playbook_facts

PREFIX = "aws_ml_"

_ALIKE = 0.75
"""The similarity from which a name gets a suggestion. It begins with a prefix of this collection."""
_MISSPELLED = 0.9
"""The similarity from which a name without such a prefix is a misspelling, not a variable of another project."""


@dataclass(frozen=True)
class KnownVariables:
    """`playbooks` are the variables of the playbooks by name, with what variables.yml says of each.

    `services` are those that an account can be converged to, `audited` those that audits look for, `results` what
    playbooks and roles set themselves, `others` names that look like a misspelling and are not.
    """

    playbooks: Mapping[str, Mapping[str, Any]]
    services: tuple[str, ...]
    audited: tuple[str, ...]
    names: frozenset[str]
    results: frozenset[str]
    others: frozenset[str]
    passed_on: tuple[str, ...]

    def read_by(self, playbook: str) -> dict[str, Mapping[str, Any]]:
        """The variables that a playbook reads."""
        return {name: spec for name, spec in self.playbooks.items() if playbook in spec["playbooks"]}

    def is_secret(self, name: str) -> bool:
        """Whether the value of a variable must not be shown: of the secrets, and of the hosts' own."""
        return bool(self.playbooks.get(name, {}).get("secret")) or name == "aws_external_id"

    def problems(self, names: Iterable[str], origin: str) -> Iterator[Problem]:
        """A problem for each name that is unknown; `origin` says where the names are set."""
        prefixes = (PREFIX, *(f"{service}_iam_" for service in self.services))
        for name in sorted(names):
            if self._is_known(name):
                continue
            if name.startswith(prefixes):
                yield _problem(name, origin, self._nearest(name, _ALIKE))
            elif name.startswith(("aws_", "retire_")) or ("_iam_" in name and not name.startswith("_")):
                near = self._nearest(name, _MISSPELLED)
                if near:
                    yield _problem(name, origin, near)

    def result_problems(self, names: Iterable[str]) -> list[Problem]:
        """Extra variables that would replace a result, because they take precedence."""
        why = "is a result that the playbook sets; remove it"
        return [Problem(name, why) for name in names if name in self.results]

    def services_for(self, spec: Mapping[str, Any]) -> tuple[str, ...]:
        """The allowed entries of a variable of a playbook whose entries are services."""
        return self.audited if spec.get("of") == "audited_services" else self.services

    def role_problems(self, service: str, names: Iterable[str], origin: str) -> list[Problem]:
        """The same for the variables of one role alone. A service without a role has none."""
        if service not in self.services:
            return []
        return list(self.problems([name for name in names if name.startswith(f"{service}_iam_")], origin))

    def _is_known(self, name: str) -> bool:
        of_account = re.fullmatch(r"(.*)\d{12}", name, re.ASCII)
        is_passed_on = of_account is not None and of_account.group(1) in self.passed_on
        return name in self.names or name in self.others or is_passed_on

    def _nearest(self, name: str, least: float) -> str:
        """The known name that is most similar to a name, with or without the prefix of this collection."""
        forms = {name, PREFIX + name, PREFIX + name.removeprefix("aws_")}
        found, best = "", least
        for form in forms:
            matcher = SequenceMatcher(b=form)
            for known in self.names - self.results:
                matcher.set_seq1(known)
                if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best and matcher.ratio() > best:
                    found, best = known, matcher.ratio()
        return found


@cache
def known_variables(paths: Paths = NO_PATHS) -> KnownVariables:
    """The variables of the installed collection and of the user's services at these paths. Raises DefinitionsError."""
    facts = playbook_facts()["variables"]
    services = tuple(catalogue(paths))
    roles_of = (*services, facts["generic_role"]["service"])
    of_roles = {f"{service}_iam_{result}" for service in roles_of for result in facts["results_of_roles"]}
    results = frozenset({*facts["results"], *of_roles})
    roles = {f"{service.prefix}{name}" for service in catalogue(paths).values() for name in service.variables}
    hosts = {*facts["of_hosts"], *facts["of_inventory"]}
    return KnownVariables(
        playbooks=facts["variables"],
        services=services,
        audited=tuple(definitions(paths)),
        names=frozenset(
            {*facts["variables"], *results, *roles, *facts["of_hosts"], *facts["generic_role"]["variables"]}
        ),
        results=results,
        others=frozenset({*hosts, *facts["of_others"]}),
        passed_on=tuple(facts["passed_on"]),
    )


def _problem(name: str, origin: str, near: str) -> Problem:
    hint = f"; did you mean {near}?" if near else ""
    return Problem(name, f"is not a variable of this collection ({origin}){hint}")
