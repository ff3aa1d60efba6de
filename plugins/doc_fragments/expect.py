# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

_ENTRIES = r"""
      - Each entry has the keys C(principal), C(action), C(resource) and C(result), and optionally C(context) and
        C(reason). C(action) and C(resource) are a text or a list of texts; each action is judged on each resource.
      - C(principal) is C(role/NAME) or C(user/NAME) of the account, an ARN of IAM or STS, a service such as
        C(lambda.amazonaws.com), or an account ID, which stands for all identities of that account. Who is not a role or
        user of the account is judged only for C(sts:AssumeRole) and its variants.
      - C(result) is C(allowed) or C(denied).
      - C(action) is the whole name of one action. C(resource) is the ARN of one resource, as an example, or C(*) for an
        action that has no resource. If C(result) is C(denied), both can have wildcards, and everything that matches
        must be denied.
      - C(context) has the values of condition keys, such as C(aws:SourceAccount). A list is a key with several values,
        null a key that is not in the request. Keys that follow from the principal, such as C(aws:PrincipalArn), need
        not be given. An entry whose answer depends on another key fails, and the message names the key.
      - C(reason) is a text for the message and the result.
      - V(<account_id>), V(<partition>) and V(<role_arn:NAME>) stand for the account, its partition, and the ARN of a
        role
"""

_SIMULATE = r"""
  simulate:
    description:
      - Whether C(SimulatePrincipalPolicy) of IAM is asked the same questions about roles and users, AFTER. A different
        answer is a warning, and RV(assertions[].simulated) has each. IAM shows a change of policies after some seconds,
        so an answer can be that of the earlier policies.
      - Assertions with wildcards and those of C(sts:AssumeRole) cannot be asked. The caller needs
        C(iam:SimulatePrincipalPolicy), see C(docs/permissions/simulate.json).
    type: bool
    default: false
"""

_LIMITS = r"""
notes:
  - Assertions of access are judged by the identity policies of a principal, those of a user's groups included, by its
    permissions boundary, and by the trust policy of the role that is assumed. Policies of other resources such as
    buckets, service control policies and resource control policies are not read. Where AWS asks both sides, as for a
    KMS key or a resource of another account, the other side is taken to allow it.
"""


_OF_WRITERS = rf"""
options:
  expect:
    description:
      - Assertions of access. If one is not met in the planned state, the task fails before the first write, in check
        mode too, with every assertion that is not met and the statements that decide. After the last write they are
        judged again, on the account as it was read back.
{_ENTRIES.strip(chr(10))} that the task declares or names.
      - The documents of AWS managed policies that decide about these principals are read, with two calls for each that
        the task has not read anyway.
    type: list
    elements: dict
    default: []
{_SIMULATE.strip(chr(10)).replace("AFTER", "after the last write")}
{_LIMITS}"""

_REQUIRED = rf"""
options:
  expect:
    description:
      - The assertions of access.
{_ENTRIES.strip(chr(10))} of the account.
    type: list
    elements: dict
    required: true
{_SIMULATE.strip(chr(10)).replace("AFTER", "if all assertions are met")}
{_LIMITS}"""


class ModuleDocFragment:
    """Assertions of access."""

    def __init__(self):
        self.DOCUMENTATION = _OF_WRITERS
        self.REQUIRED = _REQUIRED
