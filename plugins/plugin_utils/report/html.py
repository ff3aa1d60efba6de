# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The report as one HTML file that loads nothing: template, style, script and data. Pure, except that it reads its own
files.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.module_utils.common.yaml import yaml_load
from ansible_collections.aws_ml.permissions.plugins.module_utils.analyze.finding import SEVERITIES

from .encoding import OWN_ACCOUNT, encoded
from .statuses import Statuses

SCRIPTS = (
    "data",
    "looks",
    "records",
    "elements",
    "address",
    "filters",
    "commands",
    "written",
    "overview",
    "changes",
    "heat_map",
    "trend",
    "findings",
    "exporting",
    "matrix",
    "matrix_keys",
    "graph",
    "escalation",
    "access",
    "difference",
    "documents",
    "panel_parts",
    "details",
    "printing",
    "filter_bar",
    "start",
)
"""The parts of the script, in their order in the file."""

STYLES = ("page", "overview", "matrix", "details", "paper")

_FOLDER = Path(__file__).parent / "page"


def as_page(report: Mapping[str, Any], statuses: Statuses) -> str:
    """The whole page. Data from accounts is only in the data element, where no `<` begins a tag."""
    style = "\n".join(_read(f"{name}.css") for name in STYLES)
    scripts = "\n".join(_read(f"{name}.js") for name in SCRIPTS)
    script = f'"use strict";\n(() => {{\n{scripts}}})();\n'
    looks = yaml_load(_read("looks.yml"))
    extras = {"statuses": statuses.known, "looks": looks, "severities": SEVERITIES, "ownAccount": OWN_ACCOUNT}
    data = encoded(report, extras).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}';"
        " base-uri 'none'; form-action 'none'"
    )
    parts = {"policy": policy, "style": style, "data": data, "script": script}
    return re.sub(r"\{\{ (\w+) \}\}", lambda found: parts[found[1]], _read("page.html"))


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """The digest by which the content security policy allows an inline script or style."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
