# SPDX-License-Identifier: GPL-3.0-or-later
"""The IAM service: constraints, then the action's own rule or answer, then moto for the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moto.core.exceptions import ServiceException

from .answer import Answer, AwsError, no_such_entity, xml_answer
from .constraints import check_constraints
from .linked_deletions import LinkedDeletions
from .moto_bridge import iam_answer
from .quotas import Quotas
from .request import Call
from .store import Store, group_named, live_store, role_named, user_named
from .trust import TrustReader
from .visibility import Visibility
from .withdrawn import Withdrawn

_CONFLICTS = {"DeleteConflict", "EntityAlreadyExists", "LimitExceeded", "ConcurrentModification"}
_READS = ("Get", "List", "Simulate", "Generate")


class ToMoto:
    """Returned by an action that moto answers."""


TO_MOTO = ToMoto()
Result = Mapping[str, Any] | None | ToMoto
Action = Callable[["Iam", Store, Call], Result]
_ACTIONS: dict[str, Action] = {}


def action(*names: str) -> Callable[[Action], Action]:
    """Register the function that checks or answers an action; it returns the result, or TO_MOTO to let moto act."""

    def register(function: Action) -> Action:
        for name in names:
            _ACTIONS[name] = function
        return function

    return register


class Iam:
    """IAM of all accounts, with AWS's rules in front of moto's state."""

    def __init__(self) -> None:
        self.quotas = Quotas()
        self.visibility = Visibility()
        self.trust = TrustReader()
        self.deletions = LinkedDeletions()
        self.withdrawn = Withdrawn()
        self.page_limit: int | None = None

    def seen(self, account: str, partition: str = "aws") -> Store:
        """An account as readers see it at this moment."""
        return self.visibility.seen(account, partition)

    def reset(self) -> None:
        """Forget everything that is stored besides the accounts' state."""
        self.visibility.forget()
        self.trust.reset()
        self.deletions.forget()
        self.withdrawn.forget()

    def answer(self, call: Call) -> Answer:
        """Answer one call, or raise the error AWS gives."""
        check_constraints(call)
        self.deletions.settle()
        if call.action.startswith(_READS):
            store = self.seen(call.account, call.partition)
            self._check_entities(store, call)
            return self._act(store, call)
        store = live_store(call.account, call.partition)
        self._check_entities(store, call)
        if self.visibility.delay:
            self._check_entities(self.seen(call.account, call.partition), call)
        self.visibility.before_write(call.account, call.partition)
        answer = self._act(store, call)
        if answer.error is None:
            self.visibility.after_write(call.account, call.partition)
        return answer

    def _check_entities(self, store: Store, call: Call) -> None:
        for field, named in (("RoleName", role_named), ("UserName", user_named), ("GroupName", group_named)):
            name = call.text(field)
            if name and call.action != f"Create{field.removesuffix('Name')}":
                named(store, name)
        arn = call.text("PolicyArn")
        if arn is not None and arn not in store.managed_policies:
            if ":policy/" not in arn or arn.count(":") != 5:
                raise AwsError("InvalidInput", f"ARN {arn} is not valid.")
            wording = "does not exist or is not attachable" if call.action.startswith("Attach") else "was not found"
            raise no_such_entity(f"Policy {arn} {wording}.")

    def _act(self, store: Store, call: Call) -> Answer:
        handler = _ACTIONS.get(call.action)
        try:
            result = handler(self, store, call) if handler else TO_MOTO
        except ServiceException as refused:
            status = 409 if refused.code in _CONFLICTS else 404 if refused.code == "NoSuchEntity" else 400
            raise AwsError(refused.code, refused.message, status) from None
        if not isinstance(result, ToMoto):
            return xml_answer("iam", call.action, result)
        answer = iam_answer(call, store)
        if b"<AssumeRolePolicyDocument>" in answer.body:
            answer.body = self.trust.shown_in_answer(answer.body.decode()).encode()
        return answer
