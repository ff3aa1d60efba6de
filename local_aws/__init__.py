# SPDX-License-Identifier: GPL-3.0-or-later
"""A local AWS for the demo and the tests: moto, preceded by the rules of IAM that moto lacks.

    with LocalAws(members=3, consistency_delay=2) as aws:
        aws.client("iam", account=aws.members[0]["id"]).list_roles()

or `python -m local_aws` in a shell. The code of each rule names its source; the sources
are the project's facts (parts C1 to C10) and AWS's documentation.

A running server is controlled over HTTP, below `/_local_aws/`:

- `POST options` sets consistency_delay, latency, rate_limits, quotas, page_limit, authorize (JSON object);
- `POST reset` restores the fresh organization;
- `POST seed` creates what the API cannot, see `seed`;
- `GET calls` and `DELETE calls` read and empty the log of calls;
- `GET organization` repeats the readiness line.

Its limits:

- Unless `authorize` is set it does not check permissions: every session in an account is an administrator. With it, a
  session may do what its role's policies, boundary and session policy allow; policies of resources and of the
  organization are ignored. AssumeRole always needs the role's trust policy, whose only condition that counts is
  `sts:ExternalId`.
- SimulatePrincipalPolicy answers by the evaluator of this project, not as the simulator of AWS does. No
  SimulateCustomPolicy, service-last-accessed reports, Access Analyzer, AcquireRole.
- Actions, resources and condition keys in documents are not checked for existence; IAM does not check them either.
- RoleLastUsed shows only what was seeded. A service-linked role is deleted at once, unless a
  seed says otherwise.
- Role, user and policy names are looked up by exact case; whether IAM does the same is not documented.
- The order of arrays in trust policies turns by one place with each read; AWS's own order is not known.
- With a consistency delay all of an account's state has the same delay; on AWS each endpoint has its own.
- The wording of a few errors is not documented and is the project's own guess: unknown principal types, a reserved
  path other than /aws-service-role/, and a syntax error inside a trust policy's conditions.
- ConcurrentModification and ServiceFailure never happen by themselves.
"""

from .process import LocalAws

__all__ = ["LocalAws"]
