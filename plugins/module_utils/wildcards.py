# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The patterns of IAM: `*` stands for any text, `?` for one character, and everything else for itself. Pure."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=8192)
def _expression(pattern: str, fold_case: bool) -> re.Pattern[str]:
    text = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(text, re.DOTALL | (re.IGNORECASE if fold_case else 0))


def fits(text: str, pattern: str) -> bool:
    """Whether a text fits a pattern; case counts, as in ARNs."""
    return text == pattern or _expression(pattern, False).fullmatch(text) is not None


@lru_cache(maxsize=65536)
def fits_any_case(text: str, pattern: str) -> bool:
    """Whether a text fits a pattern, as the names of actions and of IAM's objects do."""
    return _expression(pattern, True).fullmatch(text) is not None
