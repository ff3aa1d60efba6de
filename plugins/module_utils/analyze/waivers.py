# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Waivers: findings that are accepted for a time. Pure.

A waiver accepts what its author has seen: a severity, and the evidence of the finding. What is more severe, or based on
anything else, is not accepted (decision 0045 of the collection).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ..errors import brief, printable
from ..policy.wildcards import fits_any_case
from .aws_facts import AwsFacts
from .finding import ESCALATION_PATH, REACHED_BY_ESCALATION, Finding, Severity
from .findings import OUTLIVED

MOST_DAYS = 366
"""How many days ahead a waiver may end: what was accepted is reviewed once a year."""

_MOST_NAMED = 3


def finding_codes(facts: AwsFacts) -> frozenset[str]:
    """The codes that a waiver can name."""
    return frozenset({*(rule.code for rule in facts.findings), OUTLIVED, ESCALATION_PATH, REACHED_BY_ESCALATION})


@dataclass(frozen=True)
class Waiver:
    """One accepted finding. `accounts`, `resources` and `evidence` are patterns with `*` and `?`, in any case.

    It is valid up to and including the day `until`. `place` is where it is written.
    """

    place: str
    code: str
    accounts: tuple[str, ...]
    resources: tuple[str, ...]
    severity: Severity
    evidence: tuple[str, ...]
    reason: str
    owner: str
    until: date

    def is_for(self, account_id: str) -> bool:
        return any(fits_any_case(account_id, pattern) for pattern in self.accounts)

    def concerns(self, account_id: str, code: str, resource: str) -> bool:
        """Whether it is about this finding, whatever its severity and evidence are."""
        if code != self.code or not self.is_for(account_id):
            return False
        return any(fits_any_case(resource, pattern) for pattern in self.resources)

    def outgrown_by(self, severity: Severity, evidence: Iterable[str]) -> str:
        """Why a finding is more than what was accepted, "" if it is not."""
        if severity < self.severity:
            return f"it is {severity.text}, and {self.severity.text} was accepted"
        more = [one for one in evidence if not any(fits_any_case(one, pattern) for pattern in self.evidence)]
        if not more:
            return ""
        rest = f" and {len(more) - _MOST_NAMED} more" if len(more) > _MOST_NAMED else ""
        return f"its evidence has {', '.join(map(brief, more[:_MOST_NAMED]))}{rest}, which was not accepted"

    def shown(self, why: str = "") -> dict[str, str]:
        """The waiver as a finding has it."""
        told = {"reason": self.reason, "owner": self.owner, "until": self.until.isoformat(), "place": self.place}
        return {key: printable(text) for key, text in {**told, **({"why": why} if why else {})}.items()}


@dataclass(frozen=True)
class Waivers:
    """The waivers of one account, on one day."""

    waivers: Sequence[Waiver] = ()
    today: date = date.max

    def judged(self, account_id: str, found: Iterable[Finding]) -> list[Finding]:
        """The findings, each with the waiver that concerns it."""
        return [
            replace(one, accepted=self._of(account_id, one.code, one.resource, one.severity, one.evidence))
            for one in found
        ]

    def judged_paths(self, account_id: str, paths: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Privilege escalation paths as results show them, each with the waiver of its start that concerns it."""
        return [
            {
                **path,
                **self._of(
                    account_id, ESCALATION_PATH, path["from"], Severity.parse(path["severity"]), path["evidence"]
                ),
            }
            for path in paths
        ]

    def shown(
        self, account_id: str, found: Iterable[Finding], paths: Iterable[dict[str, Any]] = (), *, complete: bool
    ) -> list[dict[str, Any]]:
        """Each waiver with the number of findings and paths that it concerns, for a result.

        Without `complete`, not everything was looked at, and waivers that concern nothing are left out.
        """
        seen = [(one.code, one.resource) for one in found]
        seen += [(ESCALATION_PATH, path["from"]) for path in paths]
        counted = [(one, sum(one.concerns(account_id, *it) for it in dict.fromkeys(seen))) for one in self.waivers]
        return [
            {
                "code": one.code,
                "accounts": list(one.accounts),
                "resources": list(one.resources),
                "owner": one.owner,
                "until": one.until.isoformat(),
                "place": one.place,
                "of_account": one.is_for(account_id),
                "expired": one.until < self.today,
                "matched": matched,
            }
            for one, matched in counted
            if complete or matched
        ]

    def _of(
        self, account_id: str, code: str, resource: str, severity: Severity, evidence: Sequence[str]
    ) -> dict[str, dict[str, str]]:
        """What a finding says of its waivers: one that accepts it, else one that has expired, or that it outgrew."""
        found: dict[str, dict[str, str]] = {}
        for one in self.waivers:
            if not one.concerns(account_id, code, resource):
                continue
            why = one.outgrown_by(severity, evidence)
            if why:
                found.setdefault("outgrown_waiver", one.shown(why))
            elif one.until < self.today:
                found.setdefault("expired_waiver", one.shown())
            else:
                return {"waiver": one.shown()}
        return {"expired_waiver": found["expired_waiver"]} if "expired_waiver" in found else found
