# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Data as YAML in block style, which Ansible reads back as the same data. What looks like a template stays text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.adopt.external_ids import ExternalIdReference

_TEMPLATE = ("{{", "{%", "{#")
"""What makes Ansible evaluate a text."""


class Unsafe(str):
    """A text that Ansible must not evaluate. It is written with the tag `!unsafe`."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Block style, indented lists, no anchors. What is not ASCII is escaped."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _unsafe(dumper: yaml.SafeDumper, text: Unsafe) -> yaml.ScalarNode:
    return dumper.represent_scalar("!unsafe", str(text), style='"')


def _reference(dumper: yaml.SafeDumper, text: ExternalIdReference) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style='"')


_Dumper.add_representer(Unsafe, _unsafe)
_Dumper.add_representer(ExternalIdReference, _reference)


def yaml_text(value: Mapping[str, Any]) -> str:
    """The YAML document of data from an account."""
    text: str = yaml.dump(
        _protected(value), Dumper=_Dumper, sort_keys=False, default_flow_style=False, width=10**6, explicit_start=True
    )
    return text


def _protected(value: Any) -> Any:
    """The value, in which nothing but references is a template."""
    if isinstance(value, Mapping):
        return {_protected(key): _protected(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_protected(entry) for entry in value]
    if isinstance(value, str) and not isinstance(value, ExternalIdReference):
        return Unsafe(value) if any(sign in value for sign in _TEMPLATE) else str(value)
    return value
