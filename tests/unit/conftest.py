# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's loader of collections is there before any test imports from one: it knows filters by their names."""

from __future__ import annotations

from ansible.plugins.loader import init_plugin_loader

init_plugin_loader()
