# SPDX-License-Identifier: GPL-3.0-or-later
"""One server's state and the steps of a request: control or AWS, limits, rules, moto, log."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from . import identity_writes, policy_writes, reads, role_writes, service_linked, simulation
from .answer import Answer, AwsError, error_answer
from .authorization import authorize
from .call_record import CallRecord
from .iam import Iam
from .moto_bridge import other_answer
from .organization import Organization
from .permissions_needed import permissions_needed
from .request import Call, HttpRequest, parse_call
from .security_hub import security_hub_answer
from .seed import seed
from .settings import Settings
from .store import account_of, live_store
from .sts import sts_answer
from .traffic import CallLog, RateLimits

CONTROL = "/_local_aws/"
MANAGEMENT = "123456789012"
ACTIONS = (identity_writes, policy_writes, reads, role_writes, service_linked, simulation)
"""What registers the actions of IAM when it is imported."""


class Application:
    """Answers HTTP requests; one lock around all state, because moto has none."""

    def __init__(self, settings: Settings) -> None:
        self.iam = Iam()
        self.limits = RateLimits()
        self.log = CallLog(settings.log)
        self.record = CallRecord()
        self.authorizes = False
        self.latency = settings.latency
        self.organization = Organization(MANAGEMENT, settings.members)
        self.endpoint = ""
        self._lock = threading.RLock()
        self.change(
            {
                "consistency_delay": settings.consistency_delay,
                "rate_limits": settings.rate_limits,
                "quotas": settings.quotas or {},
            }
        )

    def change(self, options: dict[str, Any]) -> None:
        """Set options of a running server."""
        known = {"consistency_delay", "latency", "rate_limits", "quotas", "page_limit", "authorize"}
        if unknown := sorted(set(options) - known):
            raise ValueError(f"unknown option {', '.join(unknown)}; known are {', '.join(sorted(known))}")
        if "quotas" in options:
            self.iam.quotas.change(options["quotas"])
        if "consistency_delay" in options:
            self.iam.visibility.delay = float(options["consistency_delay"])
            self.iam.visibility.forget()
        if "latency" in options:
            self.latency = float(options["latency"])
        if "rate_limits" in options:
            self.limits.set(options["rate_limits"])
        if "authorize" in options:
            self.authorizes = bool(options["authorize"])
        if "page_limit" in options:
            self.iam.page_limit = options["page_limit"]

    def reset(self) -> None:
        """Restore the fresh organization and quotas; other options, sessions and the log do not change."""
        self.organization.restore()
        self.iam.reset()
        self.iam.quotas.reset()

    def answer(self, request: HttpRequest) -> Answer:
        """Answer one request."""
        if request.path.startswith(CONTROL):
            return self._control(request)
        started = time.time()
        call = parse_call(request)
        with self._lock:
            call.account = account_of(call.access_key, self.organization.management)
        answer = self._answer_call(call, request)
        self.log.add(call, answer.status, answer.error, started)
        return answer

    def _answer_call(self, call: Call, request: HttpRequest) -> Answer:
        if self.latency and not call.observer:
            time.sleep(self.latency)
        try:
            if not call.observer:
                self.limits.check(call)
            with self._lock:
                self._check_permissions(call)
                if call.service == "iam":
                    return self.iam.answer(call)
                if call.service == "sts":
                    return sts_answer(self.iam, call, request)
                if call.service == "securityhub" and (found := security_hub_answer(call, request)):
                    return found
                return other_answer(call, request)
        except AwsError as error:
            return error_answer(call.service, error, call.json_protocol)
        except Exception as failure:  # an error of this server must be visible as one, not as a closed connection
            text = f"The local AWS failed in {call.service}:{call.action}: {type(failure).__name__}: {failure}"
            return error_answer(call.service, AwsError("LocalAwsFailure", text, 501), call.json_protocol)

    def _check_permissions(self, call: Call) -> None:
        """Record the permissions that the call needs. With `authorize`, refuse it if the caller lacks them."""
        checks = self.authorizes and not call.observer
        if not checks and not (self.record.wanted and call.caller):
            return
        needed = permissions_needed(call, live_store(call.account, call.partition), self.organization.management)
        self.record.add(call, needed)
        if checks:
            authorize(call, needed)

    def _control(self, request: HttpRequest) -> Answer:
        what = request.path.removeprefix(CONTROL)
        try:
            with self._lock:
                result = self._controlled(request.method, what, json.loads(request.body or b"{}"))
        except AwsError as error:
            return _json(error.status, {"error": error.code, "message": error.message})
        except (KeyError, TypeError, ValueError) as error:
            return _json(400, {"error": "BadRequest", "message": f"{type(error).__name__}: {error}"})
        return _json(200, result) if result is not None else _json(404, {"error": "NotFound", "message": what})

    def _controlled(self, method: str, what: str, given: dict[str, Any]) -> Any:
        match method, what:
            case "GET", "calls":
                return self.log.entries()
            case "DELETE", "calls":
                self.log.clear()
            case "POST", "options":
                self.change(given)
            case "POST", "reset":
                self.reset()
            case "POST", "seed":
                seed(self.iam, given)
            case "GET", "organization":
                return self.organization.describe(self.endpoint)
            case _:
                return None
        return {}


def _json(status: int, document: Any) -> Answer:
    return Answer(status, json.dumps(document).encode(), {"Content-Type": "application/json"})
