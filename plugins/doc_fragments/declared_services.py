# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """The services whose variables the host has, for the modules that look for what belongs to services."""

    DOCUMENTATION = r"""
options:
  declared_services:
    description:
      - The services whose variables the host has, such as C(deeplens_iam_profile). What they declare is the desired
        state. An object is compared with its own declaration if there is one, else with the most similar profile.
      - Variables are read as M(aws_ml.permissions.iam_services) reads them. Wrong values, missing values and misspelled
        variables fail the task before it calls AWS.
      - The playbooks C(aws_ml.permissions.audit) and C(aws_ml.permissions.retire) give the services that the host has
        in C(aws_ml_services).
    type: list
    elements: str
    default: []
"""
