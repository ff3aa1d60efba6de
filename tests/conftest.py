# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profiles of Hypothesis, and the frequency of Python's garbage collection: rare, and without the modules that all
tests have imported.

Clients of the SDK contain many reference cycles. Searching for them in everything that is loaded takes a tenth of the
time of the tests.
"""

from __future__ import annotations

import gc

from property_examples import register_profiles

from local_aws.preloaded_server import SELDOM

register_profiles()


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)
