#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: notify
version_added: 1.0.0
short_description: Send the summary of a run to Slack, Teams, mail or a webhook
description:
  - Sends a title and lines as one plain text message, with the Python package C(apprise), from the controller.
  - Text of accounts cannot mention people or hide the target of a link. C(<) and C(>) become parentheses, C(@) that
    begins a name becomes C((at\)), and control characters become escapes.
  - The targets are secrets. No result, warning, error or log of Ansible contains them, or a part of them other than
    their kind, such as C(slack).
  - The message is sent in check mode too, because it is about the run and changes no account. RV(ignore:changed) is
    V(false).
options:
  to:
    description:
      - URLs of C(apprise), such as C(slack://), C(msteams://), C(mailto://) and C(json://), and paths of configuration
        files of C(apprise) on the controller. Text is one target.
      - Give them as a variable from a vault. With an error in a playbook, Ansible can show its lines.
      - If the list is empty, nothing is sent.
    type: raw
    required: true
  title:
    description: The title or the subject, up to 200 characters of it.
    type: str
    required: true
  lines:
    description: The lines of the message, such as C(lines) of the result of the module C(run_summary).
    type: list
    elements: str
    required: true
  totals:
    description: What the run came to, for O(send_when). It is C(totals) of the result of the module C(run_summary).
    type: dict
    default: {}
  send_when:
    description:
      - The occasions on which the message is sent. One of them suffices.
      - With V(changes), if accounts were changed or would be. With V(new), if a comparison with an earlier run found
        new or worse findings. With V(failed), if an account failed.
    type: list
    elements: str
    choices: [always, changes, new, failed]
    default: [always]
  level:
    description:
      - How services mark the message. If omitted, V(failure) with a failed account, V(warning) with new findings, else
        V(info).
    type: str
    choices: [info, success, warning, failure]
  failure:
    description: Whether a message that was not sent makes the task fail, or is a warning.
    type: str
    choices: [fail, warn]
    default: fail
requirements:
  - apprise 2.3 or newer, for the Python of C(ansible-playbook)
attributes:
  check_mode:
    description: Can say what it would do without changing anything.
    support: full
    details: The message is sent, because it changes no account.
  diff_mode:
    description: Says in detail what changes, or in check mode would change.
    support: none
author: aws_ml.permissions contributors (@aws-ml)
seealso:
  - name: Apprise
    description: The kinds of URLs and their forms.
    link: https://appriseit.com/services/
"""

EXAMPLES = r"""
---
- name: Tell the team what our own play came to
  aws_ml.permissions.notify:
    to: "{{ team_channels }}"
    title: IAM of {{ ansible_play_hosts_all | length }} accounts
    lines:
      - "done: {{ ansible_play_hosts | length }}"
      - "failed: {{ ansible_play_hosts_all | difference(ansible_play_hosts) | sort | join(', ') }}"
    totals:
      statuses:
        failed: "{{ ansible_play_hosts_all | difference(ansible_play_hosts) | length }}"
    send_when: [failed]
    level: failure
    failure: warn
  run_once: true
"""

RETURN = r"""
sent:
  description: The number of targets that got the message.
  returned: always
  type: int
  sample: 1
not_sent:
  description: The targets that did not get it, by their number and kind, and why.
  returned: when there are any
  type: list
  elements: str
  sample: ["target 2 (slack): it answered with status 404"]
"""
