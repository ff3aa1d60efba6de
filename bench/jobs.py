# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases of many accounts: site.yml with each profile, audit.yml, retire.yml in check mode, and iam_baseline."""

from __future__ import annotations

from .alternatives import (
    AUDIT_ALTERNATIVES,
    BASELINE_ALTERNATIVES,
    RETIRE_ALTERNATIVES,
    SITE_ALTERNATIVES,
)
from .main_job import audited, declared, groups, made_by_site, retired
from .many_accounts import Job
from .samples import AUDIT, BASELINE, DOCUMENTED, LEAST_PRIVILEGE, RETIRE
from .workload import workload

SITE_ACTIONS = ("create", "no-op", "check", "drift")

JOBS = (
    Job(
        DOCUMENTED,
        SITE_ALTERNATIVES,
        SITE_ACTIONS,
        lambda aws, root: made_by_site(aws, root, DOCUMENTED),
        lambda: declared(DOCUMENTED),
        groups(),
    ),
    Job(
        LEAST_PRIVILEGE,
        tuple(alternative for alternative in SITE_ALTERNATIVES if not alternative.slow),
        SITE_ACTIONS,
        lambda aws, root: made_by_site(aws, root, LEAST_PRIVILEGE),
        lambda: declared(LEAST_PRIVILEGE),
        groups(),
    ),
    Job(AUDIT, AUDIT_ALTERNATIVES, ("audit",), audited, lambda: declared(DOCUMENTED), groups()),
    Job(RETIRE, RETIRE_ALTERNATIVES, ("check",), audited, retired, groups()),
    Job(BASELINE, BASELINE_ALTERNATIVES, ("no-op",), lambda _aws, _root: workload()),
)
"""In the order in which they are measured."""

BY_CASE = {job.case: job for job in JOBS}
