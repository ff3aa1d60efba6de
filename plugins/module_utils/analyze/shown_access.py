# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""How access is written in results: resources, conditions. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..policy.statement import Condition

MOST_IN_ONE_LINE = 20
"""Sentences of a message; of more, the number is given."""


def in_one_line(sentences: Sequence[str]) -> str:
    """Sentences of a message, at most `MOST_IN_ONE_LINE`."""
    more = len(sentences) - MOST_IN_ONE_LINE
    return "; ".join([*sentences[:MOST_IN_ONE_LINE], *([f"and {more} more"] if more > 0 else [])])


def short_resource(arn: str) -> str:
    """An ARN as short as it stays clear: without what is the same for all resources of S3 and IAM."""
    if arn == "*":
        return "every resource"
    fields = arn.split(":", 5)
    return fields[5] if len(fields) > 5 and fields[2] in ("s3", "iam") else arn


def under(conditions: Iterable[Condition]) -> str:
    """The keys of conditions, to append to what they limit."""
    keys = sorted({condition.key for condition in conditions})
    return f", with a condition on {', '.join(keys)}" if keys else ""


def shown_conditions(conditions: Iterable[Condition]) -> dict[str, dict[str, list[str]]]:
    """Conditions as a policy has them."""
    found: dict[str, dict[str, list[str]]] = {}
    for condition in conditions:
        found.setdefault(condition.operator, {})[condition.key] = list(condition.values)
    return found
