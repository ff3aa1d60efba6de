# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """Services of the user, for the modules that work with services."""

    DOCUMENTATION = r"""
options:
  service_paths:
    description:
      - Folders with services of your own, in addition to those of this collection. Each contains a folder for each
        service, or is the folder of one service.
      - They are read on the controller. A relative path starts from the folder that C(ansible-playbook) runs in.
      - Their definitions are checked before anything else. M(aws_ml.permissions.service_definitions) does only this
        check. A service with the name of a service of this collection is refused.
      - Needs the Python package C(jsonschema) for C(ansible-playbook).
    type: list
    elements: path
    default: []
"""
