# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables that moto reads, some of them when it is imported: this is imported before it."""

from __future__ import annotations

import os


def set_up() -> None:
    """Set the variables; again in a process that is a fork of the one that imported this, with another environment."""
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    os.environ.pop("MOTO_ACCOUNT_ID", None)  # would assign every call to one account
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")


set_up()
