# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment variables that direct an AWS client to a server, as the operator of the organization."""

from __future__ import annotations

import os

OPERATOR = {"aws_access_key_id": "AKIALOCALAWSOPERATOR", "aws_secret_access_key": "not-a-secret"}


def environment(endpoint: str) -> dict[str, str]:
    """Variables that keep an AWS client on this server and away from the user's own configuration."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        **{name.upper(): value for name, value in OPERATOR.items()},
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
