# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What the controller passes to a task besides its options: data files, the run that it is part of, and its host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..analyze.aws_facts import AwsFacts
from ..aws.run_process import RunProcess

ARGUMENT = "_context"
"""The argument that passes the context to a module in its own interpreter. It is not an option."""


@dataclass(frozen=True)
class RunContext:
    """What an action plugin knows and a module cannot find out. Everything has a default, for a task without Ansible.

    `audit_facts` are the AuditFacts of audits, or the content of their files; see `AuditFacts.of`. `run_folder` is the
    run's own folder. `run_process` is not watched if the task may outlive the run. `account_from` is the place in which
    an account id was given, empty if none was: Ansible sets the option to None in both cases. `delegate` is the host
    that the task is delegated to, if that host is another account. `declared` is what the host's variables declare for
    each service (see `combined_services`).
    """

    facts: AwsFacts = field(default_factory=AwsFacts)
    audit_facts: object = None
    run_folder: str = ""
    run_process: RunProcess = field(default_factory=RunProcess)
    account_from: str = ""
    delegate: str = ""
    declared: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> RunContext:
        """Read what `handed_over` created in another process."""
        return cls(
            AwsFacts.parse(content["facts"]),
            content["facts"],
            content["run_folder"],
            RunProcess.parse(content["run_process"]),
            content["account_from"],
            content["delegate"],
            content["declared"],
        )

    def handed_over(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The context as plain data for another process, with the content of the files of its facts."""
        return {
            "facts": facts,
            "run_folder": self.run_folder,
            "run_process": self.run_process.handed_over(),
            "account_from": self.account_from,
            "delegate": self.delegate,
            "declared": self.declared,
        }
