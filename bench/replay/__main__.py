# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m bench.replay ACCOUNT UPSTREAM`: one line with the port, then serve until standard input is closed."""

from __future__ import annotations

import asyncio
import os
import sys
import threading

from .memory import Memory
from .server import serve


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    asyncio.run(serve(Memory(sys.argv[1]), sys.argv[2]))
