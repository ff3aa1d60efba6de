# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that answers for any number of accounts from memory, so that the server does not limit the speed.

It learns from one account of local AWS, in runs that are not measured, and gives every account the same answers with
that account's own id. A call that it has not learned is an error, so no missing answer stays unnoticed.
"""

from .process import Replay

__all__ = ["Replay"]
