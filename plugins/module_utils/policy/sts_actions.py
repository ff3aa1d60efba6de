# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The actions that a trust policy can name. Pure.

Source of the lists: the service authorization reference, AWS Security Token Service; a test compares them with it.
FACTS C11: IAM refuses a trust policy with an action that does not exist, including misspelled ones. Wildcards are
allowed.
Doubt: public reports differ about the actions of STS that are not about a role. Some say that IAM accepts them, some
that it accepts only those about roles. They get a warning. In a trust policy they allow nothing.
"""

from __future__ import annotations

import difflib

from .wildcards import fits_any_case

ABOUT_A_ROLE = (
    "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "SetContext", "SetSourceIdentity", "TagSession",
)  # fmt: skip
NOT_ABOUT_A_ROLE = (
    "AssumeRoot", "DecodeAuthorizationMessage", "GetAccessKeyInfo", "GetCallerIdentity", "GetDelegatedAccessToken",
    "GetFederationToken", "GetServiceBearerToken", "GetSessionToken", "GetWebIdentityToken", "TagGetWebIdentityToken",
)  # fmt: skip


def trust_action_refusal(action: str) -> str | None:
    """Why a trust policy cannot have an action or a pattern, None if it can. The text follows it in a message."""
    service, _colon, name = action.partition(":")
    if service.lower() != "sts":
        return "is not an action of STS, such as sts:AssumeRole"
    if _named(name, (*ABOUT_A_ROLE, *NOT_ABOUT_A_ROLE)):
        return None
    by_lower = {known.lower(): known for known in (*ABOUT_A_ROLE, *NOT_ABOUT_A_ROLE)}
    close = difflib.get_close_matches(name.lower(), by_lower, n=1)
    return f"is not an action of STS; did you mean sts:{by_lower[close[0]] if close else 'AssumeRole'}?"


def trust_action_doubt(action: str) -> str | None:
    """Why an action may be refused in a trust policy, None if there is no doubt. The text follows it in a message."""
    service, _colon, name = action.partition(":")
    if service.lower() != "sts" or _named(name, ABOUT_A_ROLE) or not _named(name, NOT_ABOUT_A_ROLE):
        return None
    return "allows nothing in a trust policy, and IAM may refuse it; leave it out"


def allows_web_identity(action: str) -> bool:
    """Whether an action or a pattern allows identities of an OIDC provider to assume the role."""
    return fits_any_case("sts:AssumeRoleWithWebIdentity", action)


def _named(pattern: str, names: tuple[str, ...]) -> bool:
    return any(fits_any_case(name, pattern) for name in names)
