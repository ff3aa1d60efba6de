# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import Problem
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.notification.delivery import (
    LEVELS,
    deliver,
    problems_of,
    targets_of,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.notification.occasions import (
    OCCASIONS,
    is_occasion,
    level_of,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.notification.text import message
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import playbook_facts
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.variables.values import WrongValue, converted

SPEC = {
    "to": {"type": "raw", "required": True, "no_log": True},
    "title": {"type": "str", "required": True},
    "lines": {"type": "list", "elements": "str", "required": True},
    "totals": {"type": "dict", "default": {}},
    "send_when": {"type": "list", "elements": "str", "choices": list(OCCASIONS), "default": ["always"]},
    "level": {"type": "str", "choices": list(LEVELS)},
    "failure": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
}


class ActionModule(ActionBase):  # type: ignore[misc]
    """Sends a message once, from the controller."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        options = self._options()
        result.update(changed=False, sent=0)
        try:
            targets = targets_of(options["to"])
        except ValueError as error:
            return {**result, "failed": True, "msg": str(Problem("to", str(error)))}
        problems = problems_of(targets, "to")
        if problems:
            return {**result, "failed": True, "msg": "Nothing was sent:\n" + "\n".join(f"- {one}" for one in problems)}
        if not targets or not is_occasion(options["send_when"], options["totals"]):
            reason = "there is no target" if not targets else "the run is none of the occasions in `send_when`"
            return {**result, "skipped": True, "skip_reason": reason}
        title, body = message(options["title"], options["lines"])
        lost = deliver(targets, title, body, options["level"] or level_of(options["totals"]))
        result["sent"] = len(targets) - len(lost)
        return {**result, **_of_lost([str(one) for one in lost], options["failure"])}

    def _options(self) -> dict[str, Any]:
        """The options. Text is converted to the list of `send_when` as the variable of the playbooks is."""
        given = self._task.args.get("send_when")
        if isinstance(given, str):
            spec = playbook_facts()["variables"]["variables"]["aws_ml_notify_on"]
            try:
                self._task.args["send_when"] = converted(spec, given, None)
            except WrongValue as error:
                raise AnsibleActionFail(f"send_when: {error}") from None
        _dummy, options = self.validate_argument_spec(argument_spec=SPEC)
        return dict(options)


def _of_lost(lost: list[str], failure: str) -> dict[str, Any]:
    if not lost:
        return {}
    text = f"The notification was not sent to {'; '.join(lost)}. The accounts and the rest of the run are not affected."
    told = {"msg": text, "failed": True} if failure == "fail" else {"warnings": [text]}
    return {**told, "not_sent": lost}
