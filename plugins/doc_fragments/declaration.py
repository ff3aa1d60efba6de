# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """How every module reads a declaration."""

    DOCUMENTATION = r"""
options: {}
notes:
  - In every string of a declaration, and in every key, C(<account_id>) stands for the ID and C(<partition>) for the
    partition of the account, such as C(aws) or C(aws-cn). C(<role_arn:NAME>) stands for the ARN of the role C(NAME),
    which the same task declares, or gives policies or trust statements to. One declaration can therefore be used for
    every account. C(<lt>) stands for C(<), for text that only looks like one of these. The placeholders are not
    replaced in the connection options.
  - Policy documents are dictionaries or JSON text. Two documents are equal if IAM treats them as equal. Order,
    duplicates, a string instead of a list with one entry, the case of actions, and an account ID instead of its root
    ARN make no difference.
  - A managed policy is given by name or by ARN. A name that the same task declares means the declared policy. Any other
    name means the AWS managed policy of that name, whatever its path is, or the customer managed policy of that name if
    there is no such AWS managed policy. A customer managed policy with the name of an AWS managed policy must be given
    by its ARN, or declared in the same task. If an ARN does not exist, the task fails and names the ARN that does.
  - IAM names are unique regardless of case and path. The task adopts a role or policy that exists, with its case and
    its path. If these differ from the declared ones, the task warns and continues.
"""
