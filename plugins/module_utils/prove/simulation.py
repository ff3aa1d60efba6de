# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Asks AWS's own simulator the same questions as the assertions of a task, and tells where it answers otherwise.

Source: IAM API reference, SimulatePrincipalPolicy. It judges identity policies and the boundary of a role or user of
the account, and no trust policies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..analyze.assertion import Assertion
from ..aws.connection import Connection
from ..declare.expectations import is_assuming, is_pattern

_WORKERS = 8
_DECISIONS = {"allowed": "allowed", "explicitDeny": "denied", "implicitDeny": "denied"}

Question = tuple[str, str, tuple[tuple[str, tuple[str, ...]], ...]]
"""ARN of who asks, resource, and the values of condition keys: what one call asks for several actions."""


class Simulation:
    """What AWS's simulator answers. Raises what botocore raises."""

    def __init__(self, connection: Connection, judgement: Sequence[Assertion]) -> None:
        self._judgement = judgement
        asked: dict[Question, list[str]] = {}
        for one in judgement:
            if _is_simulated(one):
                actions = asked.setdefault(_question(one), [])
                actions += [] if one.action in actions else [one.action]
        with ThreadPoolExecutor(max_workers=_WORKERS) as pool:
            found = pool.map(lambda item: _answers(connection, *item), asked.items())
            self._answers = dict(zip(asked, found, strict=True))

    def of(self, one: Assertion) -> str | None:
        """`allowed` or `denied`; None for what the simulator cannot be asked."""
        return self._answers[_question(one)].get(one.action.lower()) if _is_simulated(one) else None

    def differences(self) -> Iterator[str]:
        """A warning for each assertion that AWS's simulator judges otherwise."""
        for one in self._judgement:
            answer = self.of(one)
            if answer is not None and answer != one.result:
                yield (
                    f"{one.expectation.place}: {one.principal} {one.action} on {one.resource}: this collection judges"
                    f" {one.result}, SimulatePrincipalPolicy {answer}"
                )


def _is_simulated(one: Assertion) -> bool:
    known = one.result in ("allowed", "denied") and bool(one.principal_arn)
    return known and not is_assuming(one.action) and not is_pattern(one.action + one.resource.removeprefix("*"))


def _question(one: Assertion) -> Question:
    context = {key: values for key, values in one.expectation.context.items() if values is not None}
    return one.principal_arn, one.resource, tuple(sorted(context.items()))


def _answers(connection: Connection, question: Question, actions: Sequence[str]) -> Mapping[str, str]:
    """The decisions by lower-case action."""
    arn, resource, context = question
    entries: list[dict[str, Any]] = [
        {
            "ContextKeyName": key,
            "ContextKeyType": "string" if len(values) == 1 else "stringList",
            "ContextKeyValues": list(values),
        }
        for key, values in context
    ]
    pages = connection.iam.pages(
        "SimulatePrincipalPolicy",
        PolicySourceArn=arn,
        ActionNames=list(actions),
        ResourceArns=[resource],
        **({"ContextEntries": entries} if entries else {}),
    )
    return {
        result["EvalActionName"].lower(): _DECISIONS[result["EvalDecision"]]
        for page in pages
        for result in page["EvaluationResults"]
    }
