# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""AWS managed policies: whether one exists, under which path, and its document.

A catalogue in the collection would soon be out of date, so IAM itself is asked (docs/decisions/0002).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from ..aws.service import Service, is_access_denied
from ..declare.policy_references import AWS_POLICY_PATHS
from ..model import AwsManagedPolicy
from ..policy.document import PolicyDocument
from ..sdk import ClientError


class AwsPolicies:
    """Asks IAM about the AWS managed policies of one partition."""

    def __init__(self, iam: Service, partition: str, workers: int = 8) -> None:
        self._iam = iam
        self._prefix = f"arn:{partition}:iam::aws:policy"
        self._workers = workers

    def find(self, references: Iterable[str]) -> dict[str, tuple[AwsManagedPolicy, ...]]:
        """The policies that names or ARNs could refer to, by name: under the ARN given, or else under every path.

        Raises what botocore raises, also if nothing is found because the caller is not allowed to ask: a name can be
        under any path, so a refusal for one path says nothing about the others.
        """
        wanted = sorted(set(references))
        with ThreadPoolExecutor(max_workers=self._workers) as pool:
            exact = [reference for reference in wanted if reference.startswith("arn:")]
            found = {policy.arn: policy for policy in pool.map(self._at, exact) if policy}
            names = {reference.rpartition("/")[2] for reference in wanted if reference not in found}
            asked = [
                [pool.submit(self._policy, f"{self._prefix}{path}{name}") for path in AWS_POLICY_PATHS]
                for name in sorted(names)
            ]
            found.update({policy.arn: policy for answers in asked for policy in _found(answers)})
        by_name: dict[str, tuple[AwsManagedPolicy, ...]] = {}
        for policy in found.values():
            by_name[policy.name] = (*by_name.get(policy.name, ()), policy)
        return by_name

    def suggestions(self, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """For names without a policy, the ARNs of the policies with the most similar names."""
        wanted = sorted(set(names))
        if not wanted:
            return {}
        try:
            pages = list(self._iam.pages("ListPolicies", Scope="AWS", MaxItems=1000))
        except ClientError as error:
            if is_access_denied(error):
                return {}
            raise
        arns = {policy["PolicyName"]: policy["Arn"] for page in pages for policy in page["Policies"]}
        folded = {name.lower(): name for name in arns}
        close: dict[str, tuple[str, ...]] = {}
        for name in wanted:
            matches = difflib.get_close_matches(name.lower(), folded, n=1, cutoff=0.85)
            if matches:
                close[name] = tuple(arns[folded[match]] for match in matches)
        return close

    def _at(self, arn: str) -> AwsManagedPolicy | None:
        """The policy of an ARN. A policy that the caller may attach but not read is assumed to exist."""
        try:
            return self._policy(arn)
        except ClientError as error:
            if is_access_denied(error):
                return AwsManagedPolicy(arn.rpartition("/")[2], arn)
            raise

    def _policy(self, arn: str) -> AwsManagedPolicy | None:
        """The policy of an ARN, without a document if the caller may not read the document."""
        name = arn.rpartition("/")[2]
        answer = self._iam.find("GetPolicy", PolicyArn=arn)
        if answer is None:
            return None
        attachable = answer["Policy"].get("IsAttachable", True)
        version = answer["Policy"]["DefaultVersionId"]
        try:
            content = self._iam.read("GetPolicyVersion", PolicyArn=arn, VersionId=version)
        except ClientError as error:
            if is_access_denied(error):
                return AwsManagedPolicy(name, arn, attachable=attachable, version=version)
            raise
        document = PolicyDocument.parse(content["PolicyVersion"]["Document"])
        return AwsManagedPolicy(name, arn, document, attachable=attachable, version=version)


def _found(answers: Iterable[Future[AwsManagedPolicy | None]]) -> list[AwsManagedPolicy]:
    """The policies that exist; a refusal counts only if none does."""
    found, refused = [], None
    for answer in answers:
        try:
            policy = answer.result()
        except ClientError as error:
            if not is_access_denied(error):
                raise
            refused = error
        else:
            found += [policy] if policy else []
    if refused is not None and not found:
        raise refused
    return found
