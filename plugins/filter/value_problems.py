# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.aws_ml.permissions.plugins.module_utils.account_ids import arn_account_refusal, as_account_id
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import shown

DOCUMENTATION = r"""
name: value_problems
version_added: 1.0.0
short_description: Say which values are not what policy documents need
description:
  - Checks values that go into the ARNs and conditions of policy documents, each against the kind of thing it is to be.
  - A value that is empty or not defined is a problem only where it is needed. Of a list, every element is checked.
author: aws_ml.permissions contributors (@aws-ml)
positional: values
options:
  _input:
    description: The kind of each variable, by its name.
    type: dict
    required: true
  values:
    description: The values of the variables, in the order of the kinds.
    type: list
    elements: raw
    required: true
  needed:
    description: Names of the variables that have to be given.
    type: list
    elements: str
    default: []
  why:
    description: What needs them, for the text of a problem.
    type: str
    default: this role
"""

EXAMPLES = r"""
- name: Check the variables of a role
  ansible.builtin.assert:
    that: wrong | length == 0
    fail_msg: "{{ wrong | join('; ') }}"
  vars:
    kinds: {input_bucket: bucket, region: region}
    wrong: "{{ kinds | aws_ml.permissions.value_problems([input_bucket, region], needed=['input_bucket']) }}"
"""

RETURN = r"""
_value:
  description: The problems, each beginning with the name of the variable. Empty where all values will do.
  type: list
  elements: str
"""

_ROLE_NAME = r"[\w+=,.@-]{1,64}"
_PATTERN = "nor one with wildcards * and ?"
_KINDS = {
    "account": ("", "account id; give its 12 digits in quotes, or <account_id> for the account itself"),
    "region": (r"[a-z]{2,4}(-[a-z]+)+-\d+", "Region; give one such as us-east-1"),
    "region_or_all": (r"\*|[a-z]{2,4}(-[a-z]+)+-\d+", "Region; give one such as us-east-1, or * for all"),
    "bucket": (r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "bucket name"),
    "bucket_pattern": (r"[a-z0-9.*?-]{3,63}", f"bucket name, {_PATTERN}"),
    "prefix": (r"[^/*?$][^*?$]*", "prefix of object keys; give it without wildcards and without a slash at the front"),
    "function": (r"[A-Za-z0-9_-]{1,64}", "function name"),
    "function_pattern": (r"[A-Za-z0-9_*?-]{1,64}", f"function name, {_PATTERN}"),
    "job_pattern": (r"[A-Za-z0-9*?-]{1,63}", f"job name, {_PATTERN}"),
    "stream_pattern": (r"[\w.*?-]{1,256}", f"stream name, {_PATTERN}"),
    "topic": (r"[\w-]{1,256}(\.fifo)?", "topic name"),
    "project_pattern": (r"[A-Za-z0-9_*?-]{1,255}", f"project name, {_PATTERN}"),
    "key": (r"arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+", "ARN of a KMS key"),
    "role_name": (_ROLE_NAME, "role name"),
    "role_pattern": (r"[\w+=,.@*?-][\w+=,.@*?/-]{0,575}", f"role name with its path, {_PATTERN}"),
    "iam_name": (r"[\w+=,.@-]{1,128}", "name of a user, group, role or policy"),
    "user_name": (r"[\w+=,.@-]{1,64}", "user name"),
    "group_name": (r"[\w+=,.@-]{1,128}", "group name"),
    "policy_name": (r"[\w+=,.@-]{1,128}", "policy name"),
    "policy": (r"[\w+=,.@-]{1,128}|arn:[a-z-]+:iam::(\d{12}|aws):policy/[\w+=,.@/-]+", "name or ARN of a policy"),
    "component_pattern": (r"[\w.*?-]{1,128}", f"component name, {_PATTERN}"),
    "namespace_pattern": (r"[\w./#:*?-][\w./#: *?-]{0,254}", f"metric namespace, {_PATTERN}"),
    "device_pattern": (r"[\w*?-]{1,255}", f"device id, {_PATTERN}"),
    "role": (rf"{_ROLE_NAME}|arn:[a-z-]+:iam::\d{{12}}:role/[\w+=,.@/-]+", "name or ARN of a role"),
    "path": (r"/|/[!-~]{0,510}/", "path; it begins and ends with a slash"),
}
_PLACEHOLDERS = {"<account_id>": "123456789012", "<partition>": "aws"}


def value_problems(
    kinds: Mapping[str, str], values: Sequence[Any], needed: Sequence[str] = (), why: str = "this role"
) -> list[str]:
    """The problems of the values, as the documentation above says."""
    unknown = sorted({kind for kind in kinds.values() if kind not in _KINDS})
    if unknown:
        raise AnsibleFilterError(f"{', '.join(unknown)}: not a kind of value; there is {', '.join(_KINDS)}")
    if len(kinds) != len(values):
        raise AnsibleFilterError(f"{len(values)} values were given for {len(kinds)} kinds")
    found: list[str] = []
    for (name, kind), value in zip(kinds.items(), values, strict=True):
        if value in (None, "", []):
            found += [f"{name}: missing; {why} needs it"] if name in needed else []
        else:
            found += _wrong(name, kind, value)
    return found


def _wrong(name: str, kind: str, value: Any) -> Iterator[str]:
    pattern, what = _KINDS[kind]
    entries = (
        {f"{name}[{index}]": entry for index, entry in enumerate(value)} if isinstance(value, list) else {name: value}
    )
    for place, entry in entries.items():
        filled = _filled(entry) if isinstance(entry, str) else entry
        if kind == "account":
            right = as_account_id(filled) is not None
        else:
            right = isinstance(filled, str) and re.fullmatch(pattern, filled, re.ASCII) is not None
        if not right:
            yield f"{place}: {shown(entry)} {arn_account_refusal(filled) or f'is no {what}'}"


def _filled(text: str) -> str:
    for placeholder, example in _PLACEHOLDERS.items():
        text = text.replace(placeholder, example)
    return text


class FilterModule:
    """The filter, under its name."""

    def filters(self) -> dict[str, Any]:
        return {"value_problems": value_problems}
