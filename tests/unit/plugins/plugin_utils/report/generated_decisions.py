# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report tells the person who decides, added to a generated fleet.

Organizational units, owners, escalation paths, waivers, a comparison with an earlier run, earlier runs, quarantines,
access that changes and proofs.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.html import as_page
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.report.statuses import Statuses
from unit.plugins.plugin_utils.report.generated_fleet import report

OUS = (
    "Root/ml/prod",
    "Root/ml/dev",
    "Root/ml/test",
    "Root/sandbox",
    "Root/retail/prod",
    "Root/retail/stores",
    "Root/lab",
)
OWNERS = ("vision@example.org", "retail@example.org", "research@example.org", "platform@example.org", "")
EARLIER = "2026-11-21T10:00:00Z"
WAIVER = {"reason": "the lab needs it until the move", "owner": "research@example.org", "until": "2027-02-01"}
EXPIRED = {**WAIVER, "until": "2026-11-01", "place": "group_vars/all/waivers.yml: aws_ml_waivers[2]"}


def decided(accounts: int = 200) -> dict[str, Any]:
    """The report of a run that has everything a report can have."""
    chance = random.Random(20261123)
    shown = report(accounts)
    quarantined = []
    for account in shown["accounts"]:
        account["ou"] = chance.choice(OUS)
        account["owner"] = chance.choice(OWNERS)
        account["tags"] = {"cost-center": "4711"}
        if not account["objects"]:
            continue
        paths = list(_paths(chance)) if chance.random() < 0.15 else []
        if paths:
            account["escalation_paths"] = paths
            account["severity"] = "critical"
            _reach(account, paths)
        if chance.random() < 0.1:
            account["access"] = [
                f"deeplens: role/AWSDeepLensServiceRole gains s3:PutObject on labels-{chance.randrange(3)}/*"
            ]
        if chance.random() < 0.2:
            account["assertions"] = [_assertion(chance.random()) for _number in range(3)]
        for item in account["objects"]:
            _judge(chance, item)
            if "quarantined" in item and item["status"] != "absent":
                item["quarantined"]["until"] = f"2026-12-{chance.randrange(1, 29):02}T08:00:00Z"
                quarantined.append(_quarantine(account, item))
    shown["run"]["files"] = ["aws_ml_report.csv", "aws_ml_report.json", "aws_ml_report.sarif"]
    shown["quarantine"] = sorted(quarantined, key=lambda one: one["until"])
    shown["comparison"] = _comparison(shown)
    shown["history"] = list(_history(chance, shown))
    unmatched = {"code": "passes_any_role", "accounts": ["lab-*"], "place": "aws_ml_waivers[3]", "why": "no finding"}
    shown["waivers"] = {"accepted": 3, "expired": [EXPIRED], "unmatched": [unmatched]}
    return shown


def page(accounts: int = 200) -> str:
    return as_page(decided(accounts), Statuses.load())


def _judge(chance: random.Random, item: dict[str, Any]) -> None:
    for finding in item.get("findings", ()):
        fate = chance.random()
        if fate < 0.1:
            finding["waiver"] = dict(WAIVER)
        elif fate < 0.15:
            finding["expired_waiver"] = dict(EXPIRED)
        elif fate < 0.17:
            finding["outgrown_waiver"] = {**EXPIRED, "why": "it is critical, and was accepted as high"}
        if fate >= 0.1:
            finding["change"] = chance.choice(["new", "worse", *["known"] * 30])


def _paths(chance: random.Random) -> Iterator[dict[str, Any]]:
    goal = "role/AWSDeepLensSageMakerRole"
    for number in range(chance.randrange(1, 7)):
        start, between = (
            f"user/dev-{number % 3}",
            chance.choice(("role/gt-execution", "role/AWSPanoramaSageMakerRole", "")),
        )
        own = f"{goal} can attach any policy to itself with iam:AttachRolePolicy (managed policy IAMFullAccess)"
        steps = [own]
        if between:
            steps.insert(
                0, f"{between} can pass {goal} to sagemaker.amazonaws.com and run code there (inline policy run)"
            )
            steps.insert(0, f"{start} can assume {between} with sts:AssumeRole (inline policy assume-{number})")
        else:
            steps.insert(0, f"{start} can pass {goal} to lambda.amazonaws.com and run code there (inline policy pass)")
        severity = chance.choice(("critical", "high"))
        accepted = {"waiver": dict(WAIVER)} if chance.random() < 0.1 else {}
        yield {"from": start, "to": goal, "severity": severity, "steps": steps, **accepted}


def _reach(account: dict[str, Any], paths: list[dict[str, Any]]) -> None:
    for item in account["objects"]:
        name = f"{item['kind']}/{item['name']}"
        found = [path for path in paths if name in (path["from"], path["to"])]
        if found:
            item["escalation_paths"] = found


def _assertion(fate: float) -> dict[str, Any]:
    found = {"place": "deeplens assertion 1", "principal": "role/AWSDeepLensServiceRole", "action": "s3:GetObject"}
    asked = {**found, "resource": "arn:aws:s3:::payroll/*", "expected": "denied"}
    if fate < 0.7:
        return {**asked, "result": "denied", "proved": "current"}
    return {**asked, "result": "allowed" if fate < 0.85 else "unknown", "reason": "inline policy run"}


def _quarantine(account: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    whose = {key: account[key] for key in ("account_id", "host")}
    return {**whose, "resource": f"{item['kind']}/{item['name']}", **item["quarantined"]}


def _records(shown: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for account in shown["accounts"]:
        whose = {key: account[key] for key in ("account_id", "host", "ou", "owner")}
        for item in account["objects"]:
            for finding in item.get("findings", ()):
                yield {**whose, "service": item["service"], **finding}


def _comparison(shown: dict[str, Any]) -> dict[str, Any]:
    known = list(_records(shown))
    gone = [{key: value for key, value in one.items() if key != "change"} for one in known[5:400:13]]
    better = [{**one, "was": "critical"} for one in known if one["severity"] == "high"][:2]
    worse = [{**one, "was": "high", "added": ["iam:PutRolePolicy"]} for one in known if one.get("change") == "worse"]
    new = [one for one in known if one.get("change") == "new" and "waiver" not in one]
    earlier = {"began": EARLIER, "file": "aws_ml_report-20261121T100000Z.json"}
    unread = [account for account in shown["accounts"] if account["outcome"] == "unreachable"]
    left_out = [
        {"account_id": "", "host": account["host"], "run": "this", "reason": "was unreachable", "findings": 3}
        for account in unread
    ]
    return {"with": earlier, "new": new, "gone": gone, "worse": worse, "better": better, "not_compared": left_out}


def _history(chance: random.Random, shown: dict[str, Any]) -> Iterator[dict[str, Any]]:
    now = shown["totals"]["findings"]
    for day in range(9, 22):
        found = {severity: int(count * (1.6 - day * 0.03 + chance.random() / 10)) for severity, count in now.items()}
        outcomes = {"in_sync": day, "attention": shown["totals"]["accounts"] - day}
        began = f"2026-11-{day:02}T10:00:00Z"
        counted = {"accounts": shown["totals"]["accounts"], "findings": found, "accepted": day * 3}
        yield {"began": began, **counted, "outcomes": outcomes}
