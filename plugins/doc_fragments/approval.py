# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """The options and return values of every module that writes."""

    DOCUMENTATION = r"""
options:
  approved_plan:
    description:
      - The RV(approval) of a run in check mode that someone approved. It is the RV(plan_id) and when the plan was
        created.
      - The task applies exactly that plan or nothing. The plan differs if other writes are needed, or if what they rely
        on has changed. They rely on the unique ids, policies, trust policies and tags of the objects, on the documents
        of their present and future policies and boundaries, on the access that changes, and on the findings. The task
        then fails with the new RV(plan), RV(plan_id) and RV(findings), and C(access_diff) where policies are written.
        It writes nothing.
      - A bare RV(plan_id), 64 hexadecimal digits, works too, and does not expire.
      - If there is nothing to write, the task succeeds regardless of the approval.
      - If omitted, the task applies the plan that it computes, without an approval.
    type: str
  approval_hours:
    description:
      - How many hours an RV(approval) is valid, counted from the time in it. Must be more than 0. An older approval is
        refused before the first write. An approval from more than five minutes in the future is refused too.
      - The time is that of the machine where the task runs, which is the controller unless the task is delegated.
    type: float
    default: 24.0
notes:
  - The task reports everything that AWS would refuse, as far as this can be predicted, before the first write.
    RV(problems) lists all problems at once, each with its place in the declaration.
  - Writes are made in a safe order. Between the first and the last write, no identity has permissions that it has
    neither before nor after the task, and no identity lacks permissions that it has both before and after. If a quota
    or the documents allow no such order, the task uses the more restrictive order and warns between which steps
    permissions are missing.
  - In check mode the task writes nothing. RV(plan) contains the writes that the task would make. ARNs of objects that
    do not exist yet are predicted from account, partition, path and name, so that later tasks can use them.
  - The task retries after throttling, lost replies and concurrent changes, and waits for objects that IAM does not show
    yet, up to about a minute for a call. An interrupted task can be run again and ends in the same state.
"""
