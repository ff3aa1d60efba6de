# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the tests notice a change of the engine: mutmut on the modules that targets.yml names.

`make mutation`, or `python -m mutation rules planner` for some of them. docs/tests.md says what came of it.
"""
