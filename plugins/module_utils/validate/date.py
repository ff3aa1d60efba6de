# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The dates that IAM accepts as values of the Date condition operators. Pure.

Sources: the IAM JSON policy element reference, date condition operators (W3C's profile of ISO 8601, or seconds since
1970), and FACTS C11. A policy variable is not a date: AWS has variables in text and ARNs only.
Doubt: W3C's forms with a negative offset (`-05:00`) or a zone without seconds are accepted here, but an emulator
refuses them.
"""

from __future__ import annotations

import re

_DATE = r"[+-]?\d{1,9}(-(0?[1-9]|1[0-2])(-(0?[1-9]|[12]\d|3[01]))?)?"
_TIME = r"([01]?\d|2[0-3])(:[0-5]?\d(:[0-5]?\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)?)?"
_ISO_8601 = re.compile(rf"{_DATE}(T({_TIME})?)?", re.ASCII | re.IGNORECASE)
_SECONDS = re.compile(r"\d+", re.ASCII)
_LATEST = 2**63 - 1


def is_date(value: object) -> bool:
    """Whether IAM accepts a value of a condition as a date."""
    text = value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
    if isinstance(value, bool):
        return False
    if _SECONDS.fullmatch(text):
        return len(text) < 20 and int(text) <= _LATEST
    return _ISO_8601.fullmatch(text) is not None
