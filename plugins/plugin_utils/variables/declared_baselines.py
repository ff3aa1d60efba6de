# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What the baselines of a host declare, by name. Their contents can be secret, so only names are returned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleError

BASELINES = ("aws_ml_baseline", "aws_ml_account_baseline")

_KINDS = {"roles": "role", "managed_policies": "policy"}


def declared_objects(baseline: Any, templar: Any) -> Iterator[str]:
    """The roles and customer managed policies that a baseline declares present, such as `role/label-reader`.

    What is not a baseline, or cannot be evaluated, declares nothing: the playbook site reports it.
    """
    if not isinstance(baseline, Mapping):
        baseline = _evaluated(baseline, templar)
    for section, kind in _KINDS.items():
        entries = _evaluated(baseline.get(section), templar) if isinstance(baseline, Mapping) else ()
        for entry in entries if isinstance(entries, (list, tuple)) else ():
            name = _evaluated(entry.get("name"), templar) if isinstance(entry, Mapping) else None
            if isinstance(name, str) and _evaluated(entry.get("state"), templar) != "absent":
                yield f"{kind}/{name}"


def _evaluated(value: Any, templar: Any) -> Any:
    try:
        return templar.template(value) if isinstance(value, str) else value
    except AnsibleError:
        return None
