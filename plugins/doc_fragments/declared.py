# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """What ought to be in an account, for the modules that look for what belongs to services."""

    DOCUMENTATION = r"""
options:
  declared_services:
    description:
      - The services whose variables, such as C(deeplens_iam_profile), say what ought to be there, as for
        M(aws_ml.permissions.iam_services). An object that is found is compared with its own declaration where there is
        one, else with the nearest profile.
      - The playbooks C(aws_ml.permissions.audit) and C(aws_ml.permissions.retire) give the C(aws_ml_services) of the
        host.
    type: list
    elements: str
    default: []
"""
