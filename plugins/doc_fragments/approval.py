# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """What every module that writes takes and promises."""

    DOCUMENTATION = r"""
options:
  approved_plan:
    description:
      - The RV(approval) of a run in check mode that someone approved. It is the RV(plan_id) and when the plan was made.
      - The task applies that very plan or none. The plan is another one if other writes are needed, or if what they
        rely on has changed. This is the unique ids, policies, trust policies and tags of the objects, the documents of
        the policies that they have, get or are bounded by, and the findings. The task then fails with the new RV(plan),
        RV(plan_id) and RV(findings), and writes nothing.
      - A bare RV(plan_id), 64 hexadecimal digits, works too, and does not expire.
      - Where there is nothing to write, the task succeeds whatever was approved.
      - If omitted, the task applies whatever plan it arrives at.
    type: str
  approval_hours:
    description:
      - How many hours an RV(approval) holds from the time in it, more than 0. An older one is refused before the first
        write, and so is one from more than five minutes in the future.
      - The time is that of the machine where the task runs, which is the controller unless the task is delegated.
    type: float
    default: 24.0
notes:
  - Everything that AWS would refuse, as far as it can be known beforehand, is reported before the first write, all
    RV(problems) at once, each with its place in the declaration.
  - Writes come in a safe order. Between the first and the last, no identity has permissions that it has neither before
    nor after the task, and none lacks permissions that it has both before and after. Where a quota or the documents
    leave no such order, the task takes the more restrictive way and warns between which steps something is missing.
  - In check mode nothing is written. RV(plan) holds the writes that the task would make, and the ARNs of objects that
    do not exist yet are predicted from account, partition, path and name, so that later tasks can use them.
  - Throttling, lost replies, concurrent changes and objects that IAM does not show yet are waited for, up to about a
    minute for a call. A task that was interrupted can be run again and ends in the same state.
"""
