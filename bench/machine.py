# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine and the versions of a measurement."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PACKAGES = ("ansible-core", "boto3", "botocore", "mitogen", "moto")


def describe() -> dict[str, Any]:
    """`cores`, `processor`, `memory` in bytes, `system`, `python`, `date`, and a version for each of PACKAGES."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "memory": memory,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "amazon.aws": _collection_version(),
        **{package: _version(package) for package in PACKAGES},
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _collection_version() -> str:
    found = find_spec("ansible_collections.amazon.aws")
    places = list(found.submodule_search_locations or ()) if found else []
    manifest = Path(places[0]) / "MANIFEST.json" if places else None
    if manifest is None or not manifest.exists():
        return ""
    return str(json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"])
