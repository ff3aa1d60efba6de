# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable
from ansible_collections.aws_ml.permissions.plugins.module_utils.model import resource_name

DOCUMENTATION = r"""
name: restore_summary
version_added: 1.0.0
short_description: Summarize in a few lines what a restore would write
description:
  - Converts the result of M(aws_ml.permissions.iam_restore) to a heading, a line for each write, and a line for each
    object or value that is not restored or cannot be restored.
positional: _input
options:
  _input:
    description: The result of M(aws_ml.permissions.iam_restore).
    type: dict
    required: true
author: aws_ml.permissions contributors (@aws-ml)
"""

EXAMPLES = r"""
---
- name: Show what would be restored
  ansible.builtin.debug:
    msg: "{{ planned | aws_ml.permissions.restore_summary }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""


class FilterModule:
    """The filter of this file's name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"restore_summary": restore_summary}


def restore_summary(result: Mapping[str, Any]) -> list[str]:
    """What a restore writes and what it does not restore. Raises AnsibleFilterError."""
    if not isinstance(result, Mapping) or "sources" not in result:
        raise AnsibleFilterError("restore_summary takes the result of aws_ml.permissions.iam_restore")
    return [printable(line) for line in _lines(result)]


def _lines(result: Mapping[str, Any]) -> Iterator[str]:
    count = len(result["plan"])
    writes = "nothing to write" if not count else "1 write" if count == 1 else f"{count} writes"
    yield f"account {result['account_id']}: {writes}, from {', '.join(result['sources'])}"
    for step in result["plan"]:
        yield f"  {step['action']} {step['resource']}: {step['reason']}"
    for item in result["lifted_quarantines"]:
        yield f"  lifts the quarantine of {resource_name('role', item['name'])} since {item['since']}"
    for item in result["restored_as"]:
        yield f"  {item['policy_arn']} is restored as {item['restored_as']}"
    for note in result["not_restored"]:
        yield f"  not restored: {note['resource']}: {note['reason']}. To fix: {note['remedy']}."
    for note in result["cannot_come_back"]:
        yield f"  cannot be restored: {note['resource']}: {note['what']}."
