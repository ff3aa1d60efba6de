# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""What IAM refuses, and what it may refuse, as the Principal of a statement of a trust policy.

Sources: the IAM JSON policy element reference, Principal; the IAM user guide, "Identity-provider controls for shared
OIDC providers"; the Cognito developer guide, "IAM roles" and "Security best practices for identity pools"; FACTS C4,
C8, C11; botocore's partitions for the suffixes.

Doubts, where the sources differ or are silent. They lead to a warning and not to a refusal:

- Service principals end in `.amazonaws.com` nearly everywhere. In the isolated partitions and in the European Sovereign
  Cloud, some are reported to end in the suffix of the partition. No document lists them.
- The user guide's list of shared providers changes. GitHub is refused; the others are from public copies of that list.
- One page of Cognito's guide says that IAM requires `aud`, the other that it requires any condition. A statement
  without any condition is refused.
- A name of Cognito for one Region is documented for China and AWS GovCloud (US). Others may exist.
- `policy.trust_policy` has those about actions of STS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..declare.parser import within
from ..errors import Problem, shown
from ..model import Declarations
from ..policy.account_ids import account_id_refusal, arn_account_refusal
from ..policy.document import PolicyDocument, principals
from ..policy.trust_policy import allows_web_identity, trust_action_doubt

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


_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")
_NAME = r"[a-z0-9-]+(\.[a-z0-9-]+)*"
_SERVICE = re.compile(rf"{_NAME}\.amazonaws\.com(\.cn)?")
_SERVICE_ELSEWHERE = re.compile(
    rf"{_NAME}\.(amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)"
)
_ARN = re.compile(
    r"arn:[a-z0-9-]+:(iam::\d{12}:(root|(role|user)/[\w+=,.@/-]+)"
    r"|sts::\d{12}:(assumed-role/[\w+=,.@-]+/[\w+=,.@-]+|federated-user/[\w+=,.@-]+))",
    re.ASCII,
)
_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")


def principal_problems(value: Any, where: str, *, to_be_removed: bool) -> Iterator[Problem]:
    """Problems of a Principal or NotPrincipal element.

    A statement `to_be_removed` is not sent to IAM. It can contain "*" and the ids of deleted roles and users.
    """
    if value == "*":
        if not to_be_removed:
            yield Problem(where, 'IAM does not accept "*" alone in a trust policy; for everyone write {"AWS": "*"}')
        return
    if not isinstance(value, Mapping) or not value:
        yield Problem(where, f'{shown(value)} is not a valid principal; write {{"Service": …}} or {{"AWS": …}}')
        return
    for kind, entries in value.items():
        if kind not in _TYPES:
            yield Problem(f"{where}.{kind}", f"unknown type of principal; the types are {', '.join(_TYPES)}")
            continue
        listed = isinstance(entries, list) and bool(entries)
        for index, entry in enumerate(entries if listed else [entries]):
            is_id = kind == "AWS" and isinstance(entry, str) and _UNIQUE_ID.fullmatch(entry)
            refused = None if to_be_removed and is_id else _refusal(kind, entry)
            if refused:
                yield Problem(f"{where}.{kind}[{index}]" if listed else f"{where}.{kind}", f"{shown(entry)} {refused}")


def service_doubt(entry: str) -> str | None:
    """Why IAM may refuse a service principal, None if there is no doubt. The text follows the principal."""
    if not _SERVICE_ELSEWHERE.fullmatch(entry):
        return None
    return "may be refused: most service principals end in .amazonaws.com in every partition"


def _refusal(kind: str, entry: Any) -> str | None:
    if kind == "AWS" and not isinstance(entry, bool) and str(entry).isdigit():
        return account_id_refusal(entry)
    if not isinstance(entry, str) or not entry.strip():
        return "is not a principal"
    if kind == "Service":
        return _service_refusal(entry)
    wrong_account = arn_account_refusal(entry) if kind in ("AWS", "Federated") else None
    if kind == "Federated" and not is_federated(entry):
        return wrong_account or "is neither the ARN of a SAML or OIDC provider nor one of " + ", ".join(WEB_IDENTITY)
    if kind == "AWS" and _UNIQUE_ID.fullmatch(entry):
        return "is the id of a deleted or renamed principal; write its ARN"
    if kind == "AWS" and entry != "*" and not _ARN.fullmatch(entry):
        return wrong_account or "is neither an account id of 12 digits nor the ARN of an account, role or user"
    return None


def _service_refusal(entry: str) -> str | None:
    if _is_service(entry):
        return None
    if _is_service(entry.lower()):
        return f"contains upper-case letters; service principals are in lower case: write {shown(entry.lower())}"
    return "is not a service principal; service principals end in .amazonaws.com"


def _is_service(entry: str) -> bool:
    return any(form.fullmatch(entry) for form in (_SERVICE, _SERVICE_ELSEWHERE))


def trust_warnings(declarations: Declarations) -> list[str]:
    """A warning for each declared value that is to be written and that IAM may refuse."""
    found: list[Problem] = []
    for role in declarations.roles:
        if role.present and role.trust is not None:
            found += _doubts(role.trust, within(role.place, "assume_role_policy_document.Statement"))
    for trust in declarations.trust_statements:
        if trust.present:
            found += _doubts(PolicyDocument({"Statement": list(trust.statements)}), within(trust.place, "statements"))
    return [str(doubt) for doubt in found]


def _doubts(document: PolicyDocument, place: str) -> Iterator[Problem]:
    for index, statement in enumerate(document.statements):
        if isinstance(statement, Mapping):
            yield from _statement_doubts(statement, f"{place}[{index}]")


def _statement_doubts(statement: Mapping[str, Any], where: str) -> Iterator[Problem]:
    actions = statement.get("Action", [])
    for action in actions if isinstance(actions, list) else [actions]:
        doubt = trust_action_doubt(action) if isinstance(action, str) else None
        if doubt:
            yield Problem(f"{where}.Action", f"{shown(action)} {doubt}")
    for kind, entry in principals(statement):
        doubt = service_doubt(entry) if kind == "Service" else None
        if doubt:
            yield Problem(f"{where}.Principal.Service", f"{shown(entry)} {doubt}")
    for doubt in provider_doubts(statement):
        yield Problem(where, doubt)
