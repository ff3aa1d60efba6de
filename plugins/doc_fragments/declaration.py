# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """How a declaration is read, whichever module it is given to."""

    DOCUMENTATION = r"""
options: {}
notes:
  - In every string of a declaration, and in every key, C(<account_id>) stands for the ID and C(<partition>) for the
    partition of the account, such as C(aws) or C(aws-cn). C(<role_arn:NAME>) stands for the ARN of the role C(NAME),
    which the same task declares, or gives policies or trust statements to. So one declaration serves every account.
    They are not filled in in the connection options.
  - Policy documents are dictionaries or JSON text. Two documents are the same where IAM treats them the same; order,
    duplicates, a string or a list of one, the case of actions, an account ID or its root ARN make no difference.
  - A managed policy is given by name or by ARN. The name of one that the same task declares means that one. Any other
    name means AWS's policy of that name, under whatever path AWS keeps it, and only where AWS has none the account's
    own. A policy of the account that has the name of one of AWS's is given by its ARN, or declared in the same task.
    For an ARN that does not exist the task fails and names the one that does.
  - IAM names are unique regardless of case and path. A role or policy that exists is adopted with its spelling and its
    path; where those differ from the declared ones the task warns and goes on.
"""
