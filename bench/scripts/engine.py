# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps a workload in sync in many accounts with the collection's engine, in one process with threads, without Ansible.

Usage: engine.py WORKLOAD.json --accounts ACCOUNTS.json

It measures the cost of the engine without that of Ansible.
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.aws_facts import AwsFacts
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.clients import load_models
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.task import RunContext
from ansible_collections.aws_ml.permissions.plugins.module_utils.modules.registry import argument_spec, run
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.services.facts import aws_facts

THREADS = 20


def main() -> int:
    parser = argparse.ArgumentParser(prog="engine.py")
    parser.add_argument("workload", type=Path)
    parser.add_argument("--accounts", type=Path, required=True)
    options = parser.parse_args()
    wanted = json.loads(options.workload.read_text(encoding="utf-8"))
    load_models()
    context = RunContext(AwsFacts.parse(aws_facts()))
    validator = ArgumentSpecValidator(argument_spec("iam_baseline"))

    def keep(account: dict[str, str]) -> tuple[str, bool]:
        given: dict[str, Any] = {
            **wanted,
            "account_id": account["account_id"],
            "assume_role": {"role_arn": account["role_arn"]},
        }
        validated = validator.validate(given)
        if validated.error_messages:
            return "; ".join(validated.error_messages), False
        outcome = run(
            "iam_baseline", validated.validated_parameters, check_mode=False, diff_mode=False, context=context
        )
        told = outcome.values["msg"] if outcome.failed else f"{len(outcome.values['plan'])} writes"
        return told, not outcome.failed

    accounts = json.loads(options.accounts.read_text(encoding="utf-8"))
    with ThreadPoolExecutor(THREADS) as pool:
        outcomes = list(pool.map(keep, accounts))
    for account, (told, _unused) in zip(accounts, outcomes, strict=True):
        print(account["account_id"], told)
    return 0 if all(good for _unused, good in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
