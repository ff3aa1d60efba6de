# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """The account and the role of a task: the options of every module besides amazon.aws's connection options."""

    DOCUMENTATION = r"""
options:
  account_id:
    description:
      - The account that the task is meant for, 12 digits. Put it in quotes, or YAML drops leading zeros. A number of 12
        digits, which an INI inventory produces, is accepted.
      - If the credentials belong to another account, the task fails before its first write.
      - If omitted, C(aws_account_id) of the host is used, or of the host that the task is delegated to if that host has
        its own. If neither is set, the task works in the account that the credentials belong to.
      - An account id in the option or in the variable that is empty, null, or not exactly 12 digits stops the task
        before its first call. V(omit) leaves it out.
    type: str
  assume_role:
    description:
      - An IAM role to assume before anything else, usually a role in the account that the task is meant for.
      - It is assumed with the credentials of the other connection options, by one call of C(sts:AssumeRole).
      - If omitted, the task assumes C(aws_assume_role_arn) of the host whose C(aws_account_id) is used, with its
        C(aws_external_id) if it has one. If the variable is not set, the credentials are used directly.
      - A task that writes warns if there is a role but no account id in the options or variables.
    type: dict
    suboptions:
      role_arn:
        description: ARN of the role to assume.
        type: str
        required: true
      external_id:
        description:
          - The external ID that the trust policy of the role asks for.
          - If omitted, none is sent.
        type: str
      session_name:
        description:
          - Name of the session, 2 to 64 characters long. CloudTrail shows it with every call of the task.
          - If omitted, V(aws_ml.permissions).
        type: str
      duration_seconds:
        description:
          - Lifetime of the session in seconds, from 900 up to the role's maximum session duration. If the credentials
            come from an assumed role, AWS allows at most 3600.
          - If omitted, 3600.
        type: int
      policy:
        description:
          - A session policy, as a dictionary or as JSON text. The session can do what both this policy and the role
            allow.
          - If omitted, the session can do what the role allows.
        type: json
  call_rate:
    description:
      - The maximum number of calls per second of all tasks of one run of Ansible together, if they run on the same
        machine. Retries count.
      - A task that cannot write to the run's folder, because it runs as another user, on another machine or longer than
        the run, applies the limit to its own calls only, with a warning.
      - For the retries themselves see O(aws_config), whose C(retries) take C(mode) and C(max_attempts).
      - If omitted, calls are not limited. Calls that AWS throttles are retried for about a minute.
    type: dict
    suboptions:
      sts:
        description:
          - Calls to AWS STS. Its limit applies to the calls of all accounts together.
          - If omitted, there is no limit.
        type: float
      iam:
        description:
          - Calls to IAM in one account.
          - If omitted, there is no limit.
        type: float
notes:
  - The task waits 10 seconds for a connection to AWS, and 20 seconds for a reply, counted from the last byte received.
    A call without a reply is sent three times, so a server that does not reply ends the task within about a minute.
    O(aws_config) takes C(connect_timeout) and C(read_timeout) in seconds, and C(retries) with C(max_attempts), which
    can lower the number of attempts. With or without C(-v), a line on stderr says each time what the task waits for.
  - Credentials come from the connection options, the C(AWS_*) environment variables or a profile, as in the modules of
    amazon.aws. Results, logs and diffs contain no secret key, session token or external ID. Other data with the same
    value, such as a tag, is shown unchanged.
  - C(module_defaults) of the group of amazon.aws apply too, under each name that Ansible has for it, such as
    C(group/aws).
  - O(debug_botocore_endpoint_logs) has no effect. RV(api_calls) always counts every call.
requirements:
  - python >= 3.11
  - boto3 and botocore in the versions that amazon.aws requires
  - PyYAML for diffs in YAML; without it they are in JSON
"""
