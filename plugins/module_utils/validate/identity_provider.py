# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Federated principals, and the conditions that IAM requires where many customers of AWS share a provider. Pure.

Sources: the IAM user guide, "Identity-provider controls for shared OIDC providers"; the Cognito developer guide, "IAM
roles" and "Security best practices for identity pools"; FACTS C11.

Doubts, which lead to a warning and not to a refusal:

- The user guide's list of shared providers changes. GitHub is refused; the others are from public copies of that list.
- One page of Cognito's guide says that IAM requires `aud`, the other that it requires any condition. A statement
  without any condition is refused.
- A name of Cognito for one Region is documented for China and AWS GovCloud (US). Others may exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..policy.sts_actions import allows_web_identity

COGNITO = (
    "cognito-identity.amazonaws.com", "cognito-identity.cn-north-1.amazonaws.com.cn",
    "cognito-identity-us-gov.amazonaws.com", "cognito-identity.us-gov-east-1.amazonaws.com",
)  # fmt: skip
WEB_IDENTITY = ("accounts.google.com", COGNITO[0], "graph.facebook.com", "www.amazon.com")
"""The principals that a message names. Google, Facebook and Amazon are the same in every partition."""

_COGNITO_ELSEWHERE = re.compile(r"cognito-identity\.[a-z]{2,4}(-[a-z]+)+-\d\.[a-z0-9-]+(\.[a-z0-9-]+)+")
_PROVIDER_ARN = re.compile(r"arn:[a-z0-9-]+:iam::\d{12}:(saml|oidc)-provider/(.+)", re.ASCII)
_GITHUB = "token.actions.githubusercontent.com"
_ALSO_SHARED = {
    "agent.buildkite.com": "sub", "api.pulumi.com/oidc": "aud", "app.terraform.io": "sub", "gitlab.com": "sub",
    "oidc.codefresh.io": "sub", "oidc.vercel.com": "aud", "proidc.upbound.io": "sub", "scalr.io": "sub",
    "studio.datachain.ai/api": "sub", "tokens.cloud.shisho.dev": "sub",
}  # fmt: skip


def is_federated(entry: str) -> bool:
    """Whether a text has the form of a federated principal."""
    return entry in WEB_IDENTITY or is_cognito(entry) or _PROVIDER_ARN.fullmatch(entry) is not None


def is_cognito(entry: str) -> bool:
    """Whether a text is the principal of Cognito identity pools in some partition."""
    return entry in COGNITO or _COGNITO_ELSEWHERE.fullmatch(entry) is not None


def provider_refusals(statement: Mapping[str, Any]) -> Iterator[str]:
    """The conditions without which IAM refuses a statement of a trust policy."""
    keys = _keys(statement)
    for entry in _web_identities(statement):
        if _provider(entry) == _GITHUB and f"{_GITHUB}:sub" not in keys:
            yield (
                f"every GitHub repository could assume the role, and IAM refuses that; compare {_GITHUB}:sub"
                " with yours, such as repo:ORGANIZATION/REPOSITORY:ref:refs/heads/main"
            )
        elif is_cognito(entry) and not keys:
            yield (
                "every Cognito identity pool could assume the role, and IAM refuses that; compare"
                f" {entry}:aud with the ID of your identity pool"
            )


def provider_doubts(statement: Mapping[str, Any]) -> Iterator[str]:
    """What IAM may refuse in a statement of a trust policy."""
    keys = _keys(statement)
    for entry in _web_identities(statement):
        claim = _ALSO_SHARED.get(_provider(entry))
        if claim and f"{_provider(entry)}:{claim}" not in keys:
            yield (
                f"{_provider(entry)} serves many organizations; IAM may refuse a statement that does not compare"
                f" {_provider(entry)}:{claim} with a value of your own organization"
            )
        if is_cognito(entry):
            if keys and not any(key.startswith("cognito-identity") and key.endswith(":aud") for key in keys):
                yield f"IAM may refuse a statement that does not compare {entry}:aud with the ID of your identity pool"
            if entry not in COGNITO:
                yield f"whether IAM knows {entry} is not documented; IAM may refuse it"


def _provider(entry: str) -> str:
    found = _PROVIDER_ARN.fullmatch(entry)
    return found[2] if found and found[1] == "oidc" else ""


def _web_identities(statement: Mapping[str, Any]) -> Iterator[str]:
    """The federated principals that a statement trusts with a token."""
    principal, actions = statement.get("Principal"), statement.get("Action")
    listed = actions if isinstance(actions, list) else [actions]
    allowed = any(isinstance(action, str) and allows_web_identity(action) for action in listed)
    if statement.get("Effect") == "Allow" and allowed and isinstance(principal, Mapping):
        entries = principal.get("Federated", [])
        yield from (entry for entry in (entries if isinstance(entries, list) else [entries]) if isinstance(entry, str))


def _keys(statement: Mapping[str, Any]) -> set[str]:
    """The condition keys of a statement, in lower case."""
    condition = statement.get("Condition")
    blocks = condition.values() if isinstance(condition, Mapping) else ()
    return {str(key).lower() for block in blocks if isinstance(block, Mapping) for key in block}
