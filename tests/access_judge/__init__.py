# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evaluator of access, held against an independent one on generated requests and documents.

`python -m access_judge` compares many and records the result in docs/access_judged.json.
"""
