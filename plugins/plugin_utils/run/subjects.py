# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What the sections of a summary are about: findings, failures, refusals, access, writes and quarantines. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.values import count
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.details import RunStep
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.results import (
    FAILED,
    UNREACHABLE,
    RunAccount,
    RunFinding,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.run.sections import Bundle, Group, Section

Accounts = Mapping[str, RunAccount]


class Told(NamedTuple):
    """A text about an account. Those with the same `similar` can be shown as one, with their number of `things`."""

    text: str
    similar: str = ""
    things: str = "object"
    is_sentence: bool = False


Texts = Callable[[RunAccount], Iterable[Told]]

_ACCOUNT_ID = re.compile(r"(?<!\d)\d{12}(?!\d)")
_IDENTITY = re.compile(r"\b(?:role|user|group|policy)/\S+")
_RETIRED = {
    "removed": ("deleted", "would be deleted"),
    "quarantined": ("put into quarantine", "would be put into quarantine"),
    "kept": ("kept", "would be kept"),
}


def sections_of(accounts: Accounts, comparison: Mapping[str, Any] | None) -> Iterator[Section]:
    """The sections that have something to say, in the order in which they are shown."""
    yield from _severe("critical", accounts, rank=0)
    yield from _severe("high", accounts, rank=2)
    for status, rank in ((FAILED, 1), (UNREACHABLE, 3)):
        concerned = {
            name: account
            for name, account in accounts.items()
            if account.status == status and not account.details.refusals
        }
        yield from _failed(status, concerned, rank)
    yield from _counted("refused, nothing was written", accounts, _refusals, 2)
    for title, texts, rank in _PLAIN:
        yield from _counted(title, accounts, texts, rank)
    yield from _written(accounts)
    yield from _retired(accounts)
    yield from _quarantined(accounts)
    yield from _gone(comparison)


_PLAIN: tuple[tuple[str, Texts, int], ...] = (
    ("assertions of access not met", lambda account: _about(account.details.unmet, "assertion"), 4),
    ("not restored", lambda account: _about(account.details.not_restored, "reason"), 5),
    ("changes of access", lambda account: _about(account.access, "change"), 6),
)


def _about(texts: Iterable[str], things: str) -> Iterator[Told]:
    """Texts about identities; those about the same one are similar."""
    for text in texts:
        named = _IDENTITY.search(text)
        yield Told(text, named.group() if named else "others", things)


def _failed(status: str, accounts: Accounts, rank: int) -> Iterator[Section]:
    """Why accounts failed. The same reason for several accounts is one, whatever the account ids in it."""
    reasons = {name: "; ".join(account.reasons) for name, account in accounts.items()}
    without_ids = {name: _ACCOUNT_ID.sub("<account_id>", reason) for name, reason in reasons.items()}
    of_several = {reason for reason, number in Counter(without_ids.values()).items() if number > 1}
    groups: dict[Told, list[str]] = defaultdict(list)
    for name, reason in reasons.items():
        text = without_ids[name] if without_ids[name] in of_several else reason
        groups[Told(text, is_sentence=True)].append(name)
    yield from _section(f"{status}: {count(len(accounts), 'account')}", groups, rank)


def _counted(title: str, accounts: Accounts, texts: Texts, rank: int) -> Iterator[Section]:
    """A section with the number of its accounts in the title, if there are any."""
    groups = _grouped(accounts, texts)
    number = len({name for names in groups.values() for name in names})
    yield from _section(f"{title}: {count(number, 'account')}", groups, rank)


def _section(title: str, groups: Mapping[Told, list[str]], rank: int) -> Iterator[Section]:
    """A section with the groups of the most accounts first, if there are any."""
    bundles: dict[tuple[str, str], list[Group]] = defaultdict(list)
    for told, names in sorted(groups.items(), key=lambda group: (-len(group[1]), min(group[1]), group[0])):
        group = Group(told.text, sorted(names), told.is_sentence)
        bundles[told.similar or told.text, told.things].append(group)
    if bundles:
        yield Section(printable(title), [_bundle(*bundle, groups) for bundle, groups in bundles.items()], rank)


def _bundle(similar: str, things: str, groups: list[Group]) -> Bundle:
    names = sorted({name for group in groups for name in group.names})
    return Bundle(groups, Group(f"{similar}, {count(len(groups), things)}", names))


def _grouped(accounts: Accounts, texts: Texts) -> dict[Told, list[str]]:
    groups: dict[Told, list[str]] = defaultdict(list)
    for name, account in accounts.items():
        for told in texts(account):
            groups[told].append(name)
    return groups


def _severe(severity: str, accounts: Accounts, rank: int) -> Iterator[Section]:
    """The findings of a severity, new ones first. Those of the same code are similar."""
    groups = _grouped(accounts, lambda account: [_finding(one) for one in account.findings if one.severity == severity])
    number = sum(map(len, groups.values()))
    concerned = len({name for names in groups.values() for name in names})
    title = f"{severity}: {count(number, 'finding')} in {count(concerned, 'account')}"
    for section in _section(title, groups, rank):
        ordered = sorted(section.bundles, key=lambda bundle: not bundle.merged.text.startswith(("NEW ", "WORSE ")))
        yield Section(section.title, ordered, rank)


def _finding(one: RunFinding) -> Told:
    mark = f"{one.change.upper()} " if one.change in ("new", "worse") else ""
    ended = f" (its waiver ended on {one.waiver_ended[:10]})" if one.waiver_ended else ""
    return Told(f"{mark}{one.code} {one.resource}{ended}", f"{mark}{one.code}")


def _refusals(account: RunAccount) -> Iterator[Told]:
    for one in account.details.refusals:
        text = f"{one.resource} {one.code}: {one.reason}. {one.override}"
        yield Told(text, f"{one.code}, {one.override}", is_sentence=True)


def _written(accounts: Accounts) -> Iterator[Section]:
    """The writes by object, without those of a retirement, which has its own section."""
    others = {name: account for name, account in accounts.items() if not account.details.retired}
    yield from _counted("written", others, lambda account: _by_object(account.details.done()), 8)
    yield from _counted("would be written", others, lambda account: _by_object(account.details.planned()), 8)


def _by_object(steps: Iterable[RunStep]) -> Iterator[Told]:
    actions: dict[str, Counter[str]] = defaultdict(Counter)
    for step in sorted(steps):
        actions[step.resource][step.action] += 1
    for resource, counts in actions.items():
        named = ", ".join(counts)
        yield Told(f"{resource} {named}", named)


def _retired(accounts: Accounts) -> Iterator[Section]:
    """What a retirement does. What waits in quarantine is among the quarantines."""
    for step, titles in _RETIRED.items():
        for done, title in zip((True, False), titles, strict=True):
            groups: dict[Told, list[str]] = defaultdict(list)
            for name, account in accounts.items():
                for one in account.details.retired:
                    if (one.step, one.done) == (step, done):
                        groups[Told(one.resource, "all")].append(name)
            number = sum(map(len, groups.values()))
            yield from _section(f"{title}: {count(number, 'object')}", groups, 7)


def _quarantined(accounts: Accounts) -> Iterator[Section]:
    """The roles in quarantine by the day from which a run of retire deletes them."""
    roles: Counter[str] = Counter()
    days: dict[str, list[str]] = defaultdict(list)
    planned = False
    for name, account in accounts.items():
        planned = planned or any(one.step == "quarantined" and not one.done for one in account.details.retired)
        # An audit may not know the day that a retirement has said.
        until = {one.resource: one.until[:10] for one in sorted(account.details.quarantines)}
        of_account = Counter(day or "day not known" for day in until.values())
        roles.update(of_account)
        for day in of_account:
            days[day].append(name)
    title = "would be in quarantine" if planned else "in quarantine"
    bundles = []
    for day in sorted(days):
        group = Group(f"{day} {count(roles[day], 'role')}", sorted(days[day]))
        bundles.append(Bundle([group], group))
    if bundles:
        yield Section(f"{title}: {count(roles.total(), 'role')}, deleted by retire from that day on", bundles, 9)


def _gone(comparison: Mapping[str, Any] | None) -> Iterator[Section]:
    groups: dict[Told, list[str]] = defaultdict(list)
    for record in (comparison or {}).get("gone") or ():
        code = f"{record.get('severity')} {record.get('code')}"
        groups[Told(f"{code} {record.get('resource')}", code)].append(str(record.get("host")))
    number = sum(map(len, groups.values()))
    yield from _section(f"gone since then: {count(number, 'finding')}", groups, 10)
