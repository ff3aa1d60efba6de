# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Answers of three values: yes, no, or dependent on condition keys. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

Truth: TypeAlias = "bool | frozenset[str]"
"""True, False, or the condition keys on which the answer depends, in lower case; that set is never empty."""


def every(truths: Iterable[Truth]) -> Truth:
    """Whether all are true. One that is false decides, even if others depend on keys."""
    keys: frozenset[str] = frozenset()
    for truth in truths:
        if truth is False:
            return False
        if truth is not True:
            keys |= truth
    return keys or True


def some(truths: Iterable[Truth]) -> Truth:
    """Whether at least one is true. One that is true decides, even if others depend on keys."""
    keys: frozenset[str] = frozenset()
    for truth in truths:
        if truth is True:
            return True
        if truth is not False:
            keys |= truth
    return keys or False


def negated(truth: Truth) -> Truth:
    """The opposite. What depends on keys still does."""
    return (not truth) if isinstance(truth, bool) else truth
