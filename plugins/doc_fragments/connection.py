# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """Where a task works and as whom: what every module takes beside amazon.aws's connection options."""

    DOCUMENTATION = r"""
options:
  account_id:
    description:
      - The account that the task is meant for, 12 digits. Put it in quotes, or YAML drops leading zeros. A number of 12
        digits, as an INI inventory makes it, is taken.
      - Where the credentials belong to another account, the task fails before its first write.
      - If omitted, C(aws_account_id) of the host counts, or of the host that the task is delegated to if that has one
        of its own; without that, the task works in the account that the credentials belong to.
      - An account id that is given here or there and is empty, null, or anything but 12 digits stops the task before
        its first call. V(omit) leaves it out.
    type: str
  assume_role:
    description:
      - An IAM role to assume before anything else, as a rule one in the account that the task is meant for.
      - It is assumed with the credentials of the other connection options, by one call of C(sts:AssumeRole).
      - If omitted, C(aws_assume_role_arn) of the host whose C(aws_account_id) counts is assumed, with its
        C(aws_external_id) if it has one; without that, those credentials are used as they are.
      - A task that writes warns where there is a role and no account id, neither here nor there.
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
          - Name of the session, 2 to 64 characters. CloudTrail shows it with every call of the task.
          - If omitted, V(aws_ml.permissions).
        type: str
      duration_seconds:
        description:
          - Lifetime of the session in seconds, from 900 up to the role's maximum session duration. Where the
            credentials come from an assumed role themselves, AWS allows 3600 at most.
          - If omitted, 3600.
        type: int
      policy:
        description:
          - A session policy, as a dictionary or as JSON text. The session may do what both this policy and the role
            allow.
          - If omitted, the session may do what the role allows.
        type: json
  call_rate:
    description:
      - How many calls per second all tasks of one run of Ansible make together at most, as long as they run on the same
        machine. Retries count.
      - A task that cannot write the run's folder, because it runs as another user, on another machine or longer than
        the run, keeps to it by itself, with a warning.
      - For the retries themselves see O(aws_config), whose C(retries) take C(mode) and C(max_attempts).
      - If omitted, calls are made as they come, and what AWS throttles is tried again, for about a minute.
    type: dict
    suboptions:
      sts:
        description:
          - Calls to AWS STS, which counts those of the whole fleet together.
          - If omitted, not bounded.
        type: float
      iam:
        description:
          - Calls to IAM in one account.
          - If omitted, not bounded.
        type: float
notes:
  - A connection to AWS is waited for 10 seconds and a reply 20 seconds, counted from the last byte that came. A call
    that gets none is sent three times, so that a silent server ends the task within about a minute. O(aws_config)
    takes C(connect_timeout) and C(read_timeout) in seconds, and C(retries) with C(max_attempts), which can make the
    three fewer. With C(-v) or without, a line on stderr says each time what is waited for.
  - Credentials come from the connection options, the C(AWS_*) environment variables or a profile, as in the modules of
    amazon.aws. No secret key, session token or external ID is put into results, logs or diffs. Data in a result that
    equals one, such as a tag, is shown as it is.
  - C(module_defaults) of amazon.aws's group count too, by each name that Ansible has for it, such as C(group/aws).
  - O(debug_botocore_endpoint_logs) has no effect. RV(api_calls) counts every call without it.
requirements:
  - python >= 3.11
  - boto3 and botocore in the versions that amazon.aws requires
  - PyYAML for diffs in YAML; without it they are in JSON
"""
