# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Sends a message with apprise. Its URLs are secrets: no problem, result or log quotes one."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.util import find_spec
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import Problem

MISSING = (
    "apprise is missing, which sends notifications. To fix: pip install apprise, for the Python of ansible-playbook"
)
LEVELS = ("info", "success", "warning", "failure")

_LOGGERS = ("apprise", "requests", "urllib3")
_STATUS = re.compile(r"error=(\d{3})\b", re.ASCII)
_KINDS = {"slack", "msteams", "workflows", "mailto", "mailtos", "json", "jsons", "discord", "telegram", "sns", "ses"}
"""The kinds of apprise's URLs that a message suggests for a misspelled one."""


@dataclass(frozen=True)
class NotSent:
    """A target that did not get the message: its number in the list, from 1, its kind such as `slack`, and why."""

    number: int
    kind: str
    reason: str

    def __str__(self) -> str:
        return f"target {self.number} ({self.kind}): {self.reason}"


def targets_of(value: Any) -> list[str]:
    """The targets in a value of a variable or an option: a text is one target. Raises ValueError for other types."""
    entries = [value] if isinstance(value, str) else value
    if isinstance(entries, Mapping) or not isinstance(entries, Sequence):
        raise ValueError("must be a list of apprise URLs and paths of apprise configurations")
    if not all(isinstance(entry, str) and entry.strip() for entry in entries):
        raise ValueError("must be a list of apprise URLs and paths of apprise configurations, each a text")
    return [str(entry).strip() for entry in entries]


def has_apprise() -> bool:
    """Whether apprise can be imported, without importing it."""
    return find_spec("apprise") is not None


def problems_of(targets: Sequence[str], place: str) -> list[Problem]:
    """What is wrong with targets. Opens no connection. `place` is the option or variable that has them."""
    if not targets:
        return []
    if not has_apprise():
        return [Problem(place, MISSING)]
    with _quiet():
        found = [(number, _problem(target)) for number, target in enumerate(targets, start=1)]
    return [Problem(place, f"target {number} {problem}") for number, problem in found if problem]


def deliver(targets: Sequence[str], title: str, body: str, level: str) -> list[NotSent]:
    """Send one message to every target. Returns those that did not get it. The targets have no problems."""
    from apprise import Apprise, NotifyFormat, NotifyType  # noqa: PLC0415 - an optional package

    lost = []
    for number, target in enumerate(targets, start=1):
        said: list[str] = []
        with _quiet():
            sender = Apprise()
            sender.add(_source(target))
            is_sent = sender.notify(
                body=body,
                title=title,
                notify_type=NotifyType(level),
                body_format=NotifyFormat.TEXT,
                interpret_escapes=False,
                log_callback=lambda entry, dummy, said=said: said.append(entry.message),  # type: ignore[misc]
            )
        if not is_sent:
            lost.append(NotSent(number, _kind(target), _reason(said)))
    return lost


def _problem(target: str) -> str:
    from apprise import Apprise  # noqa: PLC0415 - an optional package

    if "://" not in target:
        path = os.path.expanduser(target)
        if not os.path.isfile(path):
            return (
                "is neither a URL nor a path of an apprise configuration; a URL begins with its kind, such as slack://"
            )
        return "" if len(Apprise(_source(target))) else "is a file, but not an apprise configuration with a URL"
    if Apprise().add(target):
        return ""
    kind = target.partition("://")[0].lower()
    near = get_close_matches(kind, _KINDS, n=1, cutoff=0.7)
    if kind not in _KINDS and near:
        return f"is not a URL of a kind that apprise knows; did you mean {near[0]}://?"
    return "is not a complete URL of a kind that apprise knows; its documentation has the form of each kind"


def _source(target: str) -> Any:
    """What apprise gets: the URL, or the configuration in a file."""
    from apprise import AppriseConfig  # noqa: PLC0415 - an optional package

    return target if "://" in target else AppriseConfig(paths=os.path.expanduser(target))


def _kind(target: str) -> str:
    return target.partition("://")[0].lower() if "://" in target else "apprise configuration"


def _reason(said: Sequence[str]) -> str:
    """Why a message was not sent, from what apprise logged. The log itself contains parts of URLs."""
    statuses = [found[1] for text in said if (found := _STATUS.search(text))]
    return (
        f"it answered with status {statuses[-1]}" if statuses else "there was no connection, or it refused the message"
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the records of apprise and its HTTP client, which contain URLs and messages, in any log of Ansible."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    loggers += [logging.getLogger("urllib3.connectionpool")]
    before = [(logger, logger.propagate) for logger in loggers]
    handler = logging.NullHandler()
    for logger in loggers:
        logger.propagate = False
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger, propagated in before:
            logger.propagate = propagated
            logger.removeHandler(handler)
