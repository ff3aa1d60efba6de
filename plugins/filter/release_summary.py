# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import printable
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.values import count

DOCUMENTATION = r"""
name: release_summary
version_added: 1.0.0
short_description: The roles that were taken out of quarantine, as lines of text
description:
  - Converts the result of M(aws_ml.permissions.iam_retire) with O(aws_ml.permissions.iam_retire#module:state=released)
    to a heading and a line for each role or refusal.
options:
  _input:
    description: The result.
    type: dict
    required: true
  planned:
    description: Whether it is the result of a check mode.
    type: bool
    default: false
author: aws_ml.permissions contributors (@aws-ml)
"""

EXAMPLES = r"""
---
- name: Show what was released
  ansible.builtin.debug:
    msg: "{{ result | aws_ml.permissions.release_summary(planned=ansible_check_mode) }}"
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
        return {"release_summary": release_summary}


def release_summary(result: Mapping[str, Any], planned: bool = False) -> list[str]:
    """A heading, and a line for each role or refusal with its note or remedy. Raises AnsibleFilterError."""
    if not isinstance(result, Mapping) or not {"released", "refusals", "msg"} & set(result):
        raise AnsibleFilterError("release_summary takes the result of aws_ml.permissions.iam_retire, state: released")
    return [printable(line) for line in _lines(result, planned)]


def _lines(result: Mapping[str, Any], planned: bool) -> Iterator[str]:
    account = f"account {result['account_id']}" if "account_id" in result else "this account"
    if "refusals" in result:
        yield f"{account}: nothing was written, {count(len(result['refusals']), 'refusal')}"
        for one in result["refusals"]:
            yield f"{one['resource']}  {one['code']}: {one['reason']}"
            yield f"    {one['override']}"
    elif "released" not in result:
        for index, line in enumerate(result["msg"].splitlines()):
            yield line if index else f"{account}: {line}"
    else:
        now = [one for one in result["released"] if one["step"] == "released"]
        verb = "would be released" if planned else "released"
        yield f"{account}: {count(len(now), 'role')} {verb}" if now else f"{account}: nothing to release"
        for one in result["released"]:
            since = f"in quarantine since {one['since'][:10]}, " if one["since"] else ""
            yield f"{one['step']}  {one['resource']}  {since}left alone until {one['until'][:10]}"
            if one["note"]:
                yield f"    {one['note']}"
