# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit costs beside its calls. A fleet has hundreds of accounts, and the controller judges them all."""

from __future__ import annotations

import time
from typing import Any

from .accounts import KNOWLEDGE, SERVICES, audit, state_of
from .test_relations import ESCALATION

ROLES = 60
MOST_SECONDS = 0.06


def account(number: int) -> dict[str, Any]:
    """Sixty roles, a third of them of the services, with ways to become administrator, and people beside them."""
    roles: dict[str, Any] = dict(ESCALATION[3]["account"]["roles"])
    for index in range(ROLES - len(roles)):
        own = {
            "trusts": ["lambda.amazonaws.com"],
            "managed": ["service-role/AWSLambdaBasicExecutionRole"],
            "inline": {
                "data": [
                    {"Action": ["s3:GetObject", "s3:PutObject"], "Resource": f"arn:aws:s3:::bucket-{number}-{index}/*"},
                    {"Action": "dynamodb:*", "Resource": f"arn:aws:dynamodb:*:*:table/t{index}"},
                    {"Action": "iam:PassRole", "Resource": f"arn:aws:iam::<account_id>:role/worker-{index + 1}"},
                ]
            },
        }
        device = {"trusts": ["greengrass.amazonaws.com"], "managed": ["AWSDeepLensLambdaFunctionAccessPolicy"]}
        roles[f"device-{index}" if index % 3 == 0 else f"worker-{index}"] = device if index % 3 == 0 else own
    users = {f"person-{index}": {"managed": ["AmazonSageMakerFullAccess"]} for index in range(5)}
    return {
        "roles": roles,
        "users": users,
        "policies": {"l4e-caller": {"Action": "lookoutequipment:*", "Resource": "*"}},
    }


def test_sixty_roles_are_judged_in_a_blink() -> None:
    states = [state_of(account(number)) for number in range(8)]
    found = audit(KNOWLEDGE, states[0], SERVICES)
    assert len(states[0].identities) == ROLES + 5 and sum(one.subject is not None for one in found.objects) > ROLES / 4
    taken = []
    for state in states[1:]:
        begun = time.process_time()
        audit(KNOWLEDGE, state, SERVICES)
        taken.append(time.process_time() - begun)
    print(f"{min(taken) * 1000:.1f} ms")
    assert min(taken) < MOST_SECONDS
