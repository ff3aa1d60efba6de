# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings a server starts with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """How a server starts."""

    members: int = 3
    consistency_delay: float = 0.0
    latency: float = 0.0
    rate_limits: dict[str, float] | None = None
    quotas: dict[str, int] | None = None
    log: Path | None = None
