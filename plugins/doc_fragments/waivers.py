# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


class ModuleDocFragment:
    """Accepted findings, for the modules that report findings of services."""

    DOCUMENTATION = r"""
options:
  waivers:
    description:
      - Findings that are accepted for a time. Findings and privilege escalation paths that a waiver accepts have
        C(waiver) in the result. They are not counted in reports, and there is no warning about them.
      - C(code) is the code of the finding; C(escalation_path) also accepts paths with this start.
      - C(accounts) and C(resources) are patterns of account ids and of resources such as V(role/l4e-*). C(*) matches
        any text and C(?) one character, regardless of case.
      - C(severity) and C(evidence) say what is accepted. A finding that is more severe, or whose C(evidence) has
        an entry that none of these patterns matches, is not accepted.
      - C(reason) and C(owner) are texts for the reader. C(until) is the last day on which the waiver is valid, at most
        366 days ahead.
      - C(place) says where the waiver is written, for messages and results. The default is its place in this list.
      - All of them except C(place) are required. Everything that is wrong with the waivers fails the task before it
        calls AWS.
      - A waiver changes nothing else. Plans, approvals, C(no_new_access) and assertions of access
        treat an accepted finding like any other.
      - The page R(Waivers,ansible_collections.aws_ml.permissions.docsite.waivers) has examples.
    type: list
    elements: dict
    default: []
"""
