# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dangerous calls beside those that a guide needs, made by the rules of dangerous_calls.yml."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from .authorization_reference import SERVICE_PRINCIPALS, is_asked
from .guide_requests import STRANGER, TABLES, Case, Entry, Request, parsed, strangers
from .variants import ACCOUNT, VARIANTS

RULES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "dangerous_calls.yml").read_text(encoding="utf-8"))
_OTHER_REGION = "ap-southeast-2"


def rules(kind: str, role: str) -> list[dict[str, Any]]:
    """The rules `names` or `stronger`: those for every role and those of this one."""
    return [*RULES[kind], *TABLES[role].get(kind, ())]


def dangerous(case: Case) -> list[tuple[str, Request]]:
    """The kind and the call of everything that an identity must be refused; what it needs is left out."""
    found: dict[Request, str] = {parsed(call): "everywhere" for call in RULES["everywhere"]}
    for request in case.needed:
        for kind, make in _KINDS.items():
            for other in make(case, request):
                found.setdefault(other, kind)
    return [(kind, request) for request, kind in found.items() if request not in case.needed]


def dangerous_entries(entry: Entry, others: set[str]) -> list[tuple[str, Request]]:
    """Principals and requests that must not enter a role. `others` are principals that may enter it as well."""
    found = [(by, entry.request) for by in (*RULES["principals"], *SERVICE_PRINCIPALS) if by not in {entry.by, *others}]
    keys = [key for key, _value in entry.request.context]
    if keys:
        foreign = [(key, value.replace(ACCOUNT.id, STRANGER)) for key, value in entry.request.context]
        found += [(entry.by, replace(entry.request, context=context)) for context in (tuple(foreign), ())]
    return found


def _in_another_account(_case: Case, request: Request) -> Iterator[Request]:
    yield from strangers(request)


def _in_another_region(case: Case, request: Request) -> Iterator[Request]:
    """Where the variant names a Region."""
    region = VARIANTS[case.role][case.variant].get("region", "*")
    if region != "*" and f":{region}:" in request.resource:
        context = tuple((key, value.replace(region, _OTHER_REGION)) for key, value in request.context)
        yield replace(request, resource=request.resource.replace(region, _OTHER_REGION), context=context)


def _of_another_name(case: Case, request: Request) -> Iterator[Request]:
    for rule in rules("names", case.role):
        resource, changed = re.subn(rule["of"], rule["to"], request.resource)
        if changed and resource != request.resource:
            yield replace(request, resource=resource)


def _with_other_keys(_case: Case, request: Request) -> Iterator[Request]:
    for key, present in request.context:
        for value in RULES["keys"].get(key, ()):
            if value != present:
                yield request.with_context(key, value)


def _stronger(case: Case, request: Request) -> Iterator[Request]:
    context = tuple((key, value) for key, value in request.context if key.startswith("aws:"))
    for rule in rules("stronger", case.role):
        if re.fullmatch(rule["than"], request.action) and re.fullmatch(rule.get("of", ".*"), request.resource):
            resource = rule.get("instead") or re.sub(*rule.get("at", ("^$", "")), request.resource)
            for action in rule["actions"]:
                if is_asked(action, resource):
                    yield Request(action, resource, context, request.owner)


_KINDS: dict[str, Callable[[Case, Request], Iterator[Request]]] = {
    "another account": _in_another_account,
    "another Region": _in_another_region,
    "another name": _of_another_name,
    "other keys": _with_other_keys,
    "stronger": _stronger,
}
