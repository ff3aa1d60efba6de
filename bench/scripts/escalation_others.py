# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who can become an administrator, by PMapper or by Cloudsplaining. It runs in an environment that has these.

Usage: escalation_others.py pmapper|cloudsplaining < FILE; the file has accounts as GetAccountAuthorizationDetails lists
them

It prints one JSON list for each account: the ARNs of those who can, as the tool says. PMapper does not see what runs
already, because it would have to ask the services.
"""

from __future__ import annotations

import collections
import collections.abc
import io
import json
import logging
import sys
from contextlib import redirect_stdout
from importlib import import_module
from typing import Any


def _nodes(common: Any, listing: dict[str, Any]) -> tuple[list[Any], list[Any], list[Any]]:
    """The users and roles of an account, its policies and its groups, as PMapper has them."""
    own = {
        one["Arn"]: common.Policy(one["Arn"], one["PolicyName"], one["PolicyVersionList"][0]["Document"])
        for one in listing["Policies"]
    }

    def held(one: dict[str, Any], title: str) -> list[Any]:
        inline = [
            common.Policy(one["Arn"], each["PolicyName"], each["PolicyDocument"]) for each in one[f"{title}PolicyList"]
        ]
        return inline + [own[each["PolicyArn"]] for each in one["AttachedManagedPolicies"] if each["PolicyArn"] in own]

    groups = {one["GroupName"]: common.Group(one["Arn"], held(one, "Group")) for one in listing["GroupDetailList"]}
    nodes = []
    for title in ("User", "Role"):
        for one in listing[f"{title}DetailList"]:
            boundary = one.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
            of_user = title == "User"
            nodes.append(
                common.Node(
                    one["Arn"],
                    one[f"{title}Id"],
                    held(one, title),
                    [groups[name] for name in one.get("GroupList", ())],
                    None if of_user else one["AssumeRolePolicyDocument"],
                    None if of_user else [profile["Arn"] for profile in one["InstanceProfileList"]] or None,
                    1 if of_user else 0,
                    of_user,
                    False,
                    own.get(boundary) if boundary else None,
                    False,
                    {},
                )
            )
    return nodes, list(own.values()), list(groups.values())


def pmapper(listing: dict[str, Any]) -> list[str]:
    # PMapper 1.1.5 takes these from where Python 3.10 does not have them any more.
    for name in ("Mapping", "MutableMapping"):
        setattr(collections, name, getattr(collections.abc, name))
    common = import_module("principalmapper.common")
    identification = import_module("principalmapper.graphing.edge_identification")
    gathering = import_module("principalmapper.graphing.gathering")
    presets = import_module("principalmapper.querying.presets.privesc")
    nodes, policies, groups = _nodes(common, listing)
    gathering.update_admin_status(nodes)
    edges = identification.obtain_edges(None, list(identification.checker_map), nodes)
    graph = common.Graph(nodes, edges, policies, groups, {"account_id": "1", "pmapper_version": "1.1.5"})
    # It counts who can write policies of itself as an administrator.
    return [node.arn for node in nodes if node.is_admin or presets.can_privesc(graph, node)[0]]


def cloudsplaining(listing: dict[str, Any]) -> list[str]:
    details = import_module("cloudsplaining.scan.authorization_details")
    results = details.AuthorizationDetails(listing).results
    risky = {
        key
        for kind in ("inline_policies", "aws_managed_policies", "customer_managed_policies")
        for key, policy in results[kind].items()
        if policy.get("PrivilegeEscalation", {}).get("findings")
    }
    found = []
    for kind in ("users", "roles", "groups"):
        for one in results[kind].values():
            attached = {
                key
                for name in ("inline_policies", "aws_managed_policies", "customer_managed_policies")
                for key in one.get(name, {})
            }
            if attached & risky:
                found.append(one["arn"])
    return found


def main() -> None:
    logging.disable(logging.CRITICAL)
    ask = {"pmapper": pmapper, "cloudsplaining": cloudsplaining}[sys.argv[1]]
    for listing in json.load(sys.stdin):
        with redirect_stdout(io.StringIO()):
            found = ask(listing)
        print(json.dumps(found), flush=True)


main()
