# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""Whether a write was done although its call failed, by what the account shows immediately."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from ..aws.error_advice import error_code
from ..aws.service import Service, is_lost_reply
from ..model import Account, CurrentState
from ..plan.plan import Step
from ..plan.writes import Element, Parameters
from ..policy.document import PolicyDocument
from ..read.authorization_details import role_of, tags


def with_own_writes(state: CurrentState, steps: Iterable[Step]) -> CurrentState:
    """The state with the documents, attachments and boundaries that the steps wrote, in their order."""
    identities = dict(state.identities)
    policies = dict(state.policies)
    for step in steps:
        shows = step.write.shows
        if shows is None:
            continue
        if step.subject in identities:
            identities[step.subject] = shows(identities[step.subject], step.parameters)
        for name, policy in policies.items():
            if policy.key == step.subject:
                policies[name] = shows(policy, step.parameters)
    return replace(state, identities=identities, policies=policies)


@dataclass(frozen=True)
class Made:
    """A write that was done; `version` is the id of the policy version that it created, if any."""

    version: str = ""


class MadeWrites:
    """Looks in one account for the effects of writes."""

    def __init__(self, iam: Service, account: Account) -> None:
        self._iam = iam
        self._account = account
        self._looks: dict[Element | None, Callable[[Parameters], Made | None]] = {
            None: lambda given: Made(),
            Element.ROLE: self._role,
            Element.POLICY: self._policy,
            Element.POLICY_VERSION: self._version,
            Element.INSTANCE_PROFILE_MEMBERSHIP: self._membership,
        }

    def find(self, step: Step, error: Exception) -> Made | None:
        """What the step has done although its call failed with this error; None if the error does not suggest that.

        Raises CallFailed if the account cannot be read. A write that only removes needs no read: the error code says
        that the object no longer exists.
        """
        write = step.write
        if error_code(error) in write.done_codes or (write.repeats and is_lost_reply(error)):
            return self._looks[write.adds](step.parameters)
        return None

    def _role(self, wanted: Parameters) -> Made | None:
        answer = self._iam.find("GetRole", RoleName=wanted["RoleName"])
        if answer is None:
            return None
        role = role_of(answer["Role"])
        is_the_same = (
            role.path == wanted["Path"]
            and role.trust == wanted["AssumeRolePolicyDocument"]
            and role.description == wanted["Description"]
            and role.max_session_duration == wanted["MaxSessionDuration"]
            and role.boundary == wanted.get("PermissionsBoundary")
            and dict(role.tags) == tags(wanted["Tags"])
        )
        return Made() if is_the_same else None

    def _policy(self, wanted: Parameters) -> Made | None:
        arn = self._account.arn("policy", wanted["Path"], wanted["PolicyName"])
        return Made() if self._default_version_with(wanted["PolicyDocument"], arn) else None

    def _version(self, wanted: Parameters) -> Made | None:
        arn, document = wanted["PolicyArn"], wanted["PolicyDocument"]
        if wanted["SetAsDefault"]:
            version = self._default_version_with(document, arn)
        else:
            pages = self._iam.pages("ListPolicyVersions", PolicyArn=arn)
            ids = (version["VersionId"] for page in pages for version in page["Versions"])
            version = next((version for version in ids if self._document(arn, version) == document), "")
        return Made(version) if version else None

    def _membership(self, wanted: Parameters) -> Made | None:
        answer = self._iam.find("GetInstanceProfile", InstanceProfileName=wanted["InstanceProfileName"])
        roles = answer["InstanceProfile"]["Roles"] if answer else ()
        return Made() if any(role["RoleName"] == wanted["RoleName"] for role in roles) else None

    def _default_version_with(self, wanted: PolicyDocument, arn: str) -> str:
        """The id of the default version of a policy if its document is the wanted one, else empty."""
        policy = self._iam.find("GetPolicy", PolicyArn=arn)
        version = policy["Policy"]["DefaultVersionId"] if policy else ""
        return version if version and self._document(arn, version) == wanted else ""

    def _document(self, arn: str, version: str) -> PolicyDocument | None:
        answer = self._iam.find("GetPolicyVersion", PolicyArn=arn, VersionId=version)
        return PolicyDocument.parse(answer["PolicyVersion"]["Document"]) if answer else None
