#!/usr/bin/python
# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
---
module: service_definitions
version_added: 1.0.0
short_description: Check the definitions of your own services, without an account
description:
  - Reads the folders in O(paths) on the controller, and checks the form and the meaning of the services in them. It
    makes no calls and needs no account.
  - Fails with all mistakes of all services at once, each with its file, its line and what is right.
  - A definition is data. It cannot run code, read files, or reach variables other than its own.
options:
  paths:
    description:
      - Folders with services of your own. Each contains a folder for each service, or is the folder of one service.
      - A relative path starts from the folder that C(ansible-playbook) runs in.
    type: list
    elements: path
    required: true
attributes:
  check_mode:
    description: Can say what it would do without changing anything.
    support: full
    details: The module changes nothing, so the result is the same.
  diff_mode:
    description: Says in detail what changes, or in check mode would change.
    support: none
requirements:
  - jsonschema, for the Python of C(ansible-playbook)
author: aws_ml.permissions contributors (@aws-ml)
seealso:
  - module: aws_ml.permissions.iam_services
"""

EXAMPLES = r"""
---
- name: Check the definitions of our own services
  aws_ml.permissions.service_definitions:
    paths: [my_services]
  register: checked

- name: Show their variables
  ansible.builtin.debug:
    msg: "{{ checked.services | map(attribute='variables') | flatten }}"
"""

RETURN = r"""
services:
  description: The services of these folders.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the service, which is that of its folder.
      type: str
      sample: lookout_metrics
    title:
      description: The name of the service as AWS writes it.
      type: str
      sample: Amazon Lookout for Metrics
    folder:
      description: The folder that it was read from.
      type: str
      sample: my_services/lookout_metrics
    state:
      description: V(open), V(closed) or V(ended).
      type: str
      sample: ended
    profiles:
      description: The profiles that it has.
      type: list
      elements: str
      sample: [documented, least_privilege]
    variables:
      description: The variables that a host can give it, by their full names.
      type: list
      elements: str
      sample: [lookout_metrics_iam_state, lookout_metrics_iam_profile]
problems:
  description: Every mistake, with its file and line.
  returned: when there are mistakes
  type: list
  elements: str
  sample:
    - "my_services/labels/service.yml:23: `regoin` is not a variable or an earlier local; did you mean region?"
"""
