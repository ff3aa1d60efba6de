# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Changes of tags, of roles and of policies alike. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from .change import Change, Effect, Part, Stage, always
from .change_key import ChangeKey, ChangeKind
from .plan import Step


def tag_changes(
    subject: str,
    resource: str,
    *,
    kind: str,
    target: Mapping[str, str],
    before: Mapping[str, str],
    after: Mapping[str, str],
    waits_for: frozenset[ChangeKey] = frozenset(),
    effects: Callable[[Collection[str]], tuple[Effect, ...]] = lambda tags: (),
) -> Iterator[Change]:
    """Changes of tags. Removed keys come first, since for IAM two keys that differ only by case are the same key.

    `waits_for` contains keys of changes that come before; `effects` is the effect of writing these tags.
    """
    gone = {key: before[key] for key in sorted(before) if key not in after}
    new = {key: after[key] for key in sorted(after) if before.get(key) != after[key]}
    replaced = {key: before[key] for key in new if key in before}
    untag = ChangeKey(ChangeKind.UNTAG, resource)
    rows: list[tuple[ChangeKey, str, dict[str, Any], str, dict[str, str], frozenset[ChangeKey]]] = []
    if gone:
        why = f"tags not declared: {', '.join(gone)}"
        rows.append((untag, f"Untag{kind}", {"TagKeys": list(gone)}, why, gone, waits_for))
    if new:
        waits = waits_for | {untag} if gone else waits_for
        why = f"tags differ: {', '.join(new)}"
        rows.append((ChangeKey(ChangeKind.TAG, resource), f"Tag{kind}", {"Tags": as_tags(new)}, why, replaced, waits))
    for key, action, parameters, reason, lost, after_keys in rows:
        takes_away = {"tags": lost} if lost else {}
        step = Step(action, resource, reason, subject, {**target, **parameters}, takes_away=takes_away)
        written = gone if key == untag else new
        yield Change(key, Stage.DESCRIBE, (Part(effects(written)),), always(step), subject, after=after_keys)


def as_tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": tags[key]} for key in sorted(tags)]
