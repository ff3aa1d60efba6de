# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin where Ansible reports it something that it cannot read."""

from __future__ import annotations

import pytest
from ansible_collections.aws_ml.permissions.plugins.callback.progress import CallbackModule

pytestmark = pytest.mark.both_generations

HOOKS = sorted(name for name in vars(CallbackModule) if name.startswith("v2_"))


@pytest.mark.parametrize("hook", [name for name in HOOKS if name != "v2_playbook_on_stats"])
def test_no_hook_ever_raises(hook: str, capsys: pytest.CaptureFixture[str]) -> None:
    plugin = CallbackModule()
    getattr(plugin, hook)(*[object()] * (2 if hook == "v2_runner_on_start" else 1))
    assert plugin.disabled
    assert plugin.over.is_set()
    said = " ".join(capsys.readouterr().err.split())
    assert f"aws_ml.permissions.progress shows no more lines: AttributeError in {hook}." in said


def test_a_run_without_any_task_ends_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    plugin = CallbackModule()
    plugin.v2_playbook_on_stats(object())
    assert not plugin.disabled
    assert capsys.readouterr() == ("", "")
