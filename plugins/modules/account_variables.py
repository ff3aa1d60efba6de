#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: account_variables
version_added: 1.0.0
short_description: Check and convert the variables of an account before a playbook of this collection works in it
description:
  - The first task of every playbook of this collection. It reads only variables, makes no calls, and fails for a host
    that the playbook must not work on.
  - A host is refused if C(aws_account_id) is not set, is empty, or is not exactly twelve digits.
  - A host is refused if it has a variable that begins with C(aws_ml_), or with the prefix of a role such as
    C(deeplens_iam_), and that does not exist. A variable that begins with C(aws_) or C(retire_), or has C(_iam_) in its
    name, is refused if it is a misspelling of a variable that exists. The message suggests the correct name.
  - Every variable of the playbook is converted to its type once. Lists may be given as a list, as text with commas
    between the entries, or as JSON or YAML in brackets. A value that cannot be converted is refused.
  - The message lists all problems at once.
options:
  playbook:
    description:
      - The playbook whose variables are checked and converted. Give its name without the name of the collection.
      - C(awx.check) and C(awx.apply) run V(site).
    type: str
    required: true
    choices: [site, audit, retire, release, restore, adopt, awx.setup]
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
  - plugin: aws_ml.permissions.chosen_accounts
    plugin_type: lookup
"""

EXAMPLES = r"""
---
- name: Check the account and its variables
  aws_ml.permissions.account_variables:
    playbook: retire
  register: aws_ml_checked

- name: Show the excluded names
  ansible.builtin.debug:
    var: aws_ml_checked.variables.aws_ml_retire_exclude
"""

RETURN = r"""
variables:
  description: The value of each variable of the playbook that is set or has a default, by name.
  returned: success
  type: dict
  sample:
    aws_ml_retire_exclude: [BreakGlassAdmin]
    aws_ml_retire_unused_days: 90
services:
  description: The names of the services that can be declared for an account, in alphabetical order.
  returned: success
  type: list
  elements: str
  sample: [deeplens, panorama]
declared_objects:
  description:
    - The roles and customer managed policies that C(aws_ml_baseline) and C(aws_ml_account_baseline) declare present.
  returned: success
  type: list
  elements: str
  sample: [role/label-reader, policy/labels]
"""
