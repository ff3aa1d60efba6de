# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """What ought to be in an account, for the modules that look for what belongs to services."""

    DOCUMENTATION = r"""
options:
  declared_services:
    description:
      - The services whose variables of the host, such as C(deeplens_iam_profile), say what ought to be there, as
        M(aws_ml.permissions.iam_services) converges it. An object that is found is compared with its own declaration
        where there is one, else with the nearest profile.
      - If omitted, no variable of a service is read.
    type: list
    elements: str
    default: []
"""
