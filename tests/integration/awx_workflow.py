# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the workflow of playbooks/awx/setup.yml: each node by ansible-runner, what comes after it by AWX's rules.

The rules are those of awx/main/scheduler/dag_workflow.py for nodes with one parent each: after a node come those of its
outcome and those of `always`, and the workflow has failed if a node failed after whose failure nothing comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from integration.awx_jobs import Awx, Job, artifacts_of
from integration.awx_project import setup_play

SLICES = 2


@dataclass
class WorkflowJob:
    """The outcome of a run of the workflow. `nodes` are those that ran, in order, and whether each succeeded."""

    nodes: dict[str, bool] = field(default_factory=dict)
    jobs: dict[str, list[Job]] = field(default_factory=dict)
    artifacts: dict[str, Any] = field(default_factory=dict)
    succeeded: bool = True

    @property
    def was_asked(self) -> bool:
        return "approval" in self.nodes

    def messages(self, node: str) -> dict[str, str]:
        """The message of each host that failed in the jobs of a node."""
        return {host: message for job in self.jobs[node] for host, message in job.failures.items()}


def run_workflow(
    awx: Awx,
    answers: Mapping[str, Any] | None = None,
    *,
    approves: bool = True,
    before: Mapping[str, Callable[[], None]] | None = None,
) -> WorkflowJob:
    """One run. `answers` are those of the survey; `before` has what happens in AWS or AWX before a node runs."""
    play = setup_play()["vars"]
    templates = {template["name"]: template for template in play["job_templates"]}
    after = {link["node"]: link for link in play["workflow_links"]}
    reached = [
        node for link in after.values() for way in ("success", "failure", "always") for node in link.get(way, [])
    ]
    assert len(reached) == len(set(reached)), "these rules are for one parent each"
    done = WorkflowJob()
    waiting = ["check"]
    while waiting:
        node = waiting.pop(0)
        (before or {}).get(node, lambda: None)()
        if node == "approval":
            done.nodes[node] = approves
        else:
            jobs = _jobs(awx, templates[play["workflow_jobs"][node]], {**done.artifacts, **(answers or {})})
            done.jobs[node] = jobs
            done.nodes[node] = all(job.rc == 0 for job in jobs)
            done.artifacts.update(artifacts_of(jobs))
        link = after.get(node, {})
        failed_on = [*link.get("failure", []), *link.get("always", [])]
        done.succeeded &= done.nodes[node] or bool(failed_on)
        waiting += [*link.get("success", []), *link.get("always", [])] if done.nodes[node] else failed_on
    return done


def _jobs(awx: Awx, template: Mapping[str, Any], variables: Mapping[str, Any]) -> list[Job]:
    check = template["job_type"] == "check"
    if "slices" in template:
        return awx.sliced(template["playbook"], SLICES, check=check, extra_vars=variables)
    return [awx.job(template["playbook"], check=check, extra_vars=variables)]
