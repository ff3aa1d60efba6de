#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: retirement_wave
version_added: 1.0.0
short_description: Choose the accounts in which a retirement is tried first, and see whether they were quiet
description:
  - The playbook C(retire) uses it with C(aws_ml_retire_first). It reads variables and results, and makes no calls.
  - The first accounts are those that O(first) chooses from the hosts in C(aws_ml_accounts), in the order of the
    inventory. C(--limit) does not change them.
  - They are quiet if all their roles of the services have been in quarantine for O(quiet_days), no role was used since
    then, and no quarantine was lifted, released or removed by hand.
options:
  first:
    description:
      - A number of accounts, a percentage of the accounts such as V(10%), rounded up, or a pattern of hosts such as the
        name of a group.
      - A number and a percentage count the hosts of the inventory. A slice of an AWX job has only its own hosts.
    type: str
    required: true
  quiet_days:
    description:
      - The number of days, 0 to 365, that the roles of the first accounts must be in quarantine.
    type: int
    default: 7
  results:
    description:
      - The name of the variable with the result of M(aws_ml.permissions.iam_retire) in check mode, for each of the
        first accounts.
      - If omitted, the accounts are only chosen.
    type: str
attributes:
  check_mode:
    description: Can say what it would do without changing anything.
    support: full
    details: The module changes nothing, so the result is the same.
  diff_mode:
    description: Says in detail what changes, or in check mode would change.
    support: none
author: aws_ml.permissions contributors (@aws-ml)
seealso:
  - module: aws_ml.permissions.iam_retire
"""

EXAMPLES = r"""
---
- name: Choose the first accounts
  aws_ml.permissions.retirement_wave:
    first: 10%
  run_once: true
  register: chosen

- name: Check the first accounts
  aws_ml.permissions.iam_retire:
    backup_dir: "{{ playbook_dir }}/backups"
  check_mode: true
  failed_when: false
  when: inventory_hostname in chosen.hosts
  register: checked

- name: See whether they were quiet for two weeks
  aws_ml.permissions.retirement_wave:
    first: 10%
    results: checked
    quiet_days: 14
  run_once: true
  register: wave
"""

RETURN = r"""
hosts:
  description: The first accounts, by the names of their hosts.
  returned: success
  type: list
  elements: str
  sample: [vision-dev, vision-test]
first_wave:
  description: What they showed, as M(aws_ml.permissions.iam_retire) takes it.
  returned: if O(results) is set
  type: dict
  contains:
    state:
      description:
        - V(quiet); V(waiting), their roles are not in quarantine for O(quiet_days) yet; V(disturbed), something
          happened that another account must wait for; V(untried), they have nothing in quarantine.
      returned: always
      type: str
      sample: waiting
    reasons:
      description: Why, in words, empty if they were quiet.
      returned: always
      type: list
      elements: str
      sample: ["the first accounts begin now: vision-dev; they must be quiet for 7 days"]
quiet_from:
  description: When accounts that wait will be quiet, UTC, ISO 8601; null if that is not known.
  returned: if O(results) is set
  type: str
  sample: "2026-12-06T10:00:00Z"
"""
