#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: run_summary
version_added: 1.0.0
short_description: Show a run over all accounts in at most 40 lines, and fail on new findings
description:
  - The last task of the playbooks of this collection. It reads the registered results of all hosts, makes no calls, and
    shows a summary of at most 40 lines of 80 columns for any number of accounts. The worst comes first.
  - The lines contain each finding of severity critical and high with its accounts, why accounts failed or were refused,
    changes of access, writes, quarantines, what is new or gone since an earlier run, and the next commands. What is the
    same in several accounts is in one entry. If there are too many entries, similar ones are counted.
  - With C(-v) nothing is counted, and the details of each account are shown too.
  - The lines are plain text. With the stdout callbacks C(ansible.posix.json) and C(ansible.posix.jsonl) they are only
    in the result.
options:
  playbook:
    description:
      - The playbook of this collection that the run is, which decides about the next commands. Without it there are
        none. In a job of AWX there are none either.
    type: str
    choices: [site, audit, retire, restore]
  results:
    description:
      - The names of the registered variables that are read. Each contains the result of a module of this collection.
      - By default, those of the playbooks of this collection.
    type: list
    elements: str
  fail_on:
    description:
      - The task fails if there are such findings, after it has shown the summary. Accepted findings do not count.
      - V(critical) is any critical finding. V(high) is any of severity high or critical.
      - V(new_critical) and V(new_high) are only those that are new or became worse since the run of O(compare_with) or
        O(report_history). If there is no earlier report yet, they do not fail.
    type: list
    elements: str
    choices: [new_critical, new_high, critical, high]
    default: []
  compare_with:
    description: The JSON file of an earlier report, with which the findings are compared.
    type: path
  report_history:
    description:
      - A folder with JSON files of earlier reports. Without O(compare_with), the findings are compared with the newest
        one of the same playbook.
    type: path
attributes:
  check_mode:
    description: Can say what it would do without changing anything.
    support: full
    details: The module changes nothing, so the result is the same.
  diff_mode:
    description: Says in detail what changes, or in check mode would change.
    support: none
author: aws_ml.permissions contributors (@aws-ml)
notes:
  - Use it with C(run_once) in the section C(always) of a block around the other tasks. So it also runs when hosts
    failed.
  - If it fails, the host that runs it counts as failed in the recap, whichever account has the finding. The message
    names the accounts.
  - With C(serial), the last batch shows the summary. With the strategies C(free) and C(host_pinned), the last host.
seealso:
  - plugin: aws_ml.permissions.progress
    plugin_type: callback
"""

EXAMPLES = r"""
---
- name: Audit, and summarize the run
  block:
    - name: Audit the account
      aws_ml.permissions.iam_audit:
      register: our_audit
  always:
    - name: Summarize the run
      aws_ml.permissions.run_summary:
        playbook: audit
        results: [our_audit]
        fail_on: [new_critical]
        report_history: aws_ml_reports
      run_once: true

- name: Compare with a certain run, and fail on every new finding of severity high or critical
  aws_ml.permissions.run_summary:
    results: [our_audit]
    fail_on: [new_high]
    compare_with: aws_ml_reports/before_the_change.json
  run_once: true
"""

RETURN = r"""
lines:
  description: The lines of the summary; empty if another host shows it.
  returned: success
  type: list
  elements: str
next_commands:
  description: The commands to run next.
  returned: success
  type: list
  elements: dict
  contains:
    purpose:
      description: What the command is for.
      returned: always
      type: str
      sample: To undo this
    command:
      description: The command in one line, quoted for a shell.
      returned: always
      type: str
      sample: ansible-playbook -i inventory aws_ml.permissions.retire --check
totals:
  description: The numbers over all accounts.
  returned: always
  type: dict
  contains:
    accounts:
      description: The number of accounts.
      returned: always
      type: int
      sample: 150
    statuses:
      description: >-
        The number of accounts with each outcome, C(looked at), C(in sync), C(changed), C(would change), C(drifted),
        C(failed) or C(unreachable).
      returned: always
      type: dict
      sample: {changed: 2, in sync: 148}
    findings:
      description: The number of findings of each severity that are not accepted.
      returned: always
      type: dict
      sample: {critical: 3, low: 120}
    accepted:
      description: The number of findings that waivers accept.
      returned: always
      type: int
      sample: 4
    writes:
      description: The number of writes by action.
      returned: always
      type: dict
      sample: {AttachRolePolicy: 2}
    planned:
      description: The number of writes by action that were planned and not made.
      returned: always
      type: dict
      sample: {}
    api_calls:
      description: The number of calls to AWS.
      returned: always
      type: int
      sample: 600
    new:
      description: The number of findings that the earlier run did not have.
      returned: if the run was compared with an earlier one
      type: int
      sample: 1
    worse:
      description: The number of findings that became worse.
      returned: if the run was compared with an earlier one
      type: int
      sample: 0
    better:
      description: The number of findings that became better.
      returned: if the run was compared with an earlier one
      type: int
      sample: 0
    gone:
      description: The number of findings that only the earlier run has.
      returned: if the run was compared with an earlier one
      type: int
      sample: 2
"""
