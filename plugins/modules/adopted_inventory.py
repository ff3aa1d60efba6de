#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: adopted_inventory
version_added: 1.0.0
short_description: Write what was exported from accounts as files of an inventory
description:
  - Writes the results of M(aws_ml.permissions.iam_export) of all hosts of the play as YAML files that the playbook
    C(aws_ml.permissions.site) reads. It runs on the controller, once for the play, as the last task of the playbook
    C(aws_ml.permissions.adopt).
  - A host gets a file in C(host_vars). What all hosts share is in C(group_vars/aws_ml_adopted) if there are several.
    That group contains only the hosts that were read, so that no other account gets it.
  - External IDs in trust policies are in a file of their own for each host, C(aws_ml_adopted_external_ids.yml), from
    which the declarations read them. Encrypt it with C(ansible-vault encrypt). They are not in the result.
  - Text of an account that looks like a template is written with C(!unsafe), so that Ansible does not evaluate it.
  - All files are for their owner alone. If one of them exists with another content, nothing is written.
options:
  dest:
    description:
      - The folder to write to. It is created if it does not exist.
    type: path
    required: true
  overwrite:
    description:
      - Whether to replace files that have another content.
    type: bool
    default: false
  exported:
    description:
      - The name of the registered variable with the result of M(aws_ml.permissions.iam_export) of each host.
    type: str
    default: aws_ml_export
attributes:
  check_mode:
    description: Can say what it would do without changing anything.
    support: full
  diff_mode:
    description: Says in detail what changes, or in check mode would change.
    support: full
    details: External IDs are not shown.
author: aws_ml.permissions contributors (@aws-ml)
seealso:
  - module: aws_ml.permissions.iam_export
"""

EXAMPLES = r"""
---
- name: Export the objects of the account
  aws_ml.permissions.iam_export:
    services: [deeplens]
  register: aws_ml_export

- name: Write the declarations of all accounts
  aws_ml.permissions.adopted_inventory:
    dest: adopted
  run_once: true
  register: adopted

- name: Show the command to run next
  ansible.builtin.debug:
    var: adopted.next_command
"""

RETURN = r"""
dest:
  description: The folder.
  returned: success
  type: str
  sample: /srv/iam/adopted
files:
  description: The files with the declarations, relative to RV(dest).
  returned: success
  type: list
  elements: str
  sample: [aws_ml_adopted.yml, host_vars/vision-dev/aws_ml_adopted.yml]
written:
  description: Those of them that were new or changed.
  returned: success
  type: list
  elements: str
  sample: [host_vars/vision-dev/aws_ml_adopted.yml]
not_read:
  description: Hosts of the play whose accounts were not exported.
  returned: success
  type: list
  elements: str
  sample: [sandbox]
lines:
  description: What the task shows, in lines. Only a long path makes one wider than 80 columns.
  returned: success
  type: list
  elements: str
next_command:
  description: The command that shows whether the accounts are as they are declared. It must show no change.
  returned: success
  type: str
  sample: ansible-playbook -i inventory.yml -i /srv/iam/adopted aws_ml.permissions.site --check
problems:
  description: Files and hosts for which nothing can be written.
  returned: when nothing is written for that reason
  type: list
  elements: str
  sample: ['host "..": cannot be the name of a folder of an inventory: it begins with a dot; rename the host']
"""
