# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The `module_defaults` of a task for the groups of amazon.aws.

Ansible looks a group up only in the collection that owns it, so amazon.aws's cannot name the modules of this
collection. But playbooks that set region, profile or endpoint there mean every AWS module.
"""

from __future__ import annotations

from typing import Any

ITS_MODULE = "amazon.aws.iam_role"
"""A module of amazon.aws. All groups that contain it are groups of amazon.aws, such as `group/aws`."""


def amazon_defaults(task: Any, templar: Any) -> dict[str, Any]:
    """The options that a task of amazon.aws would get in the same place from its groups, if `task` does not set them.

    As for Ansible, a group of an inner block hides the same group further out, whole.
    """
    groups = {f"group/{name}" for name in task.get_play()._action_groups.get(ITS_MODULE, ())}
    levels: dict[str, Any] = {}
    for level in task.module_defaults or ():
        levels.update(level)
    options: dict[str, Any] = {}
    for name, given in levels.items():
        if name in groups:
            options.update(templar.template(given) if isinstance(given, str) else given)
    return dict(templar.template({name: value for name, value in options.items() if name not in task.args}))
