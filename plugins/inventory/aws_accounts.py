# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventory of the accounts of an organization; the work is done in plugin_utils."""

from __future__ import annotations

DOCUMENTATION = r"""
name: aws_accounts
short_description: Accounts of AWS Organizations as hosts
version_added: 1.0.0
author: aws_ml.permissions contributors (@aws-ml)
description:
  - Every account of an organization is a host, and every organizational unit (OU) is a group. The variables of the host
    say how the modules of this collection access the account.
  - The source is a YAML file whose name ends with C(aws_accounts.yml) or C(aws_accounts.yaml). In its options, except
    O(compose), O(groups), O(keyed_groups) and O(external_id), Jinja2 templates are evaluated when the source is read,
    with the extra variables of the run. An option that does not exist is an error.
  - The credentials must belong to the management account or to a delegated administrator of the organization, or be
    able to assume O(assume_role_arn) there. They need C(organizations:DescribeOrganization),
    C(organizations:ListRoots), C(organizations:ListOrganizationalUnitsForParent),
    C(organizations:ListAccountsForParent) and, unless O(read_tags=false), C(organizations:ListTagsForResource).
  - It makes two calls, two for each OU and the root, one more for every 20 further OUs or accounts in one OU, and one
    for the tags of each account that passes the other filters. At most four calls run at once. Calls that AWS throttles
    are retried for a minute.
options:
  plugin:
    description: The name of this plugin, by which Ansible recognizes its source files.
    type: str
    required: true
    choices: [aws_ml.permissions.aws_accounts]
  hostname:
    description:
      - The name of the host. V(id) is the safest, because it cannot be changed. A name or an email is chosen in the
        account itself. Quote IDs in YAML.
      - Characters other than letters, digits and C(_.@+-) are replaced by a hyphen.
      - A host is called C(NAME-ID) if the name is that of several accounts, regardless of case, of a group, or of a
        host of another source; if it has a special meaning for Ansible, YAML or a file system, such as V(localhost),
        V(all), V(127.0.0.1) or V(x.yml); or if it ends like the C(NAME-ID) of another account. A warning lists these
        hosts.
      - A file in a folder C(host_vars), or a host of a static source, always belongs to the account whose
        C(aws_account_id) it states, regardless of the names of accounts. State C(aws_account_id) in each of them.
      - The host gets C(aws_account_name_problem), and no task of this collection runs for it, if such a file or host
        has a name that the account chose and does not state C(aws_account_id), or if variables for the account do not
        apply to it. A warning says what to do.
    type: str
    choices: [name, id, email]
    default: name
  assume_role_name:
    description:
      - Name of the role that the modules assume in each account, after its path if it has one, such as
        V(automation/deploy). It becomes C(aws_assume_role_arn) of the host, in the partition of the account.
      - The management account gets none, because AWS creates no such role there. Tasks use their own credentials there.
      - The default is the role that AWS Organizations creates in accounts that it creates. Only the management account
        can assume it. Invited accounts do not have it.
      - An empty string sets no C(aws_assume_role_arn) at all.
    type: str
    default: OrganizationAccountAccessRole
  external_id:
    description:
      - External ID for assuming that role, C(aws_external_id) of each host that has a C(aws_assume_role_arn).
      - It is passed to the hosts unchanged and never written to the cache. The tasks evaluate a template, because they
        have more variables, so C(ansible-inventory) shows the template and not the secret.
    type: str
  include_management_account:
    description: Whether the management account is a host too.
    type: bool
    default: true
  ous:
    description:
      - Only accounts in these OUs and in all OUs below them. Each is an ID, a name, or a path from below the root
        such as V(/Workloads/Prod). In a path, V(*), V(?) and V([]) are wildcards, and V(*) also stands for more than
        one level.
      - An OU that does not exist is an error. A name that several OUs have is an error too.
      - If omitted, accounts in the whole organization.
    type: list
    elements: str
    default: []
  exclude_ous:
    description: No accounts in these OUs and in all OUs below them, given as in O(ous).
    type: list
    elements: str
    default: []
  statuses:
    description: Only accounts in one of these states. AWS allows no access to an account that is not V(ACTIVE).
    type: list
    elements: str
    choices: [PENDING_ACTIVATION, ACTIVE, SUSPENDED, PENDING_CLOSURE, CLOSED]
    default: [ACTIVE]
  include:
    description:
      - Only accounts whose name, ID or email matches one of these patterns. V(*), V(?) and V([]) are wildcards.
        Patterns are case-sensitive. Put IDs in quotes, or YAML drops leading zeros. Twelve digits match IDs only.
      - A pattern without wildcards that matches no account causes a warning.
      - If omitted, all accounts.
    type: list
    elements: str
    default: []
  exclude:
    description: No accounts whose name, ID or email matches one of these patterns, written as in O(include).
    type: list
    elements: str
    default: []
  tags:
    description:
      - Only accounts with these tags, each given as V(KEY) or V(KEY=VALUE). In a value V(*), V(?) and V([]) are
        wildcards.
      - An account must have all of the keys. Entries with the same key are alternatives.
      - If omitted, accounts are not filtered by tags.
    type: list
    elements: str
    default: []
  exclude_tags:
    description: No accounts with any of these tags, given as in O(tags).
    type: list
    elements: str
    default: []
  read_tags:
    description:
      - Whether the tags of accounts are read, one call for each account.
      - If V(false), hosts have no C(aws_account_tags), and it is an error to use them in O(tags), O(exclude_tags),
        O(compose), O(groups) or O(keyed_groups).
    type: bool
    default: true
  ou_group_prefix:
    description:
      - The prefix of the group of each OU. The names on its path follow, joined by C(__). Characters other than
        letters, digits and C(_) are replaced by C(_). For example, C(/Workloads/Pre-Prod) is V(ou_Workloads__Pre_Prod),
        a child of V(ou_Workloads).
      - OUs whose groups would have the same name all get their ID appended to it, and a warning says so.
    type: str
    default: ou_
  assume_role_arn:
    description:
      - ARN of a role to assume for reading the organization, such as one in the management account. Tasks do not use
        it.
      - If omitted, the organization is read with the given credentials.
    type: str
    aliases: [iam_role_arn]
  aws_config:
    description:
      - Settings of C(botocore.config.Config) as in the modules, such as C(connect_timeout), C(read_timeout) and
        C(retries).
      - If omitted, the plugin waits 10 seconds for a connection and 20 seconds for a reply. A call without a reply is
        sent three times.
    type: dict
extends_documentation_fragment:
  - constructed
  - inventory_cache
  - amazon.aws.boto3
  - amazon.aws.common.plugins
  - amazon.aws.region.plugins
notes:
  - The groups that O(keyed_groups) creates from tags cannot have the name of a group of an OU or of Ansible, or of a
    host that belongs to an account. No task of this collection runs for an account with such tags. Give O(keyed_groups)
    a prefix.
  - "Variables of each host: C(aws_account_id), C(aws_account_name), C(aws_account_email), C(aws_account_arn),
    C(aws_account_status), C(aws_account_joined) (ISO 8601, UTC), C(aws_account_joined_method) (V(CREATED) or
    V(INVITED)), C(aws_account_is_management), C(aws_account_tags), C(aws_organization_id), C(aws_ou_id),
    C(aws_ou_name) and C(aws_ou_path) (V(/) and empty for accounts directly below the root), C(aws_assume_role_arn),
    C(aws_external_id). O(compose) can change any of them, but no task of this collection runs if C(aws_account_arn)
    does not end with C(aws_account_id)."
  - The group C(aws_organization) is the root and contains every account.
  - Ansible continues without the hosts of a source that fails. Set C(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=true) to
    end such runs.
  - The cache contains the data of AWS Organizations about the accounts, and no secrets. The accounts are read again if
    an option changes that selects accounts or the organization.
"""

EXAMPLES = r"""
---
# All active accounts of the organization.
plugin: aws_ml.permissions.aws_accounts

---
# Production accounts in two OUs, entered through a role of your own.
plugin: aws_ml.permissions.aws_accounts
assume_role_name: automation/ml-permissions
external_id: "{{ vault_external_id }}"
include_management_account: false
ous:
  - /Machine-Learning
  - Operations
exclude_ous:
  - /*/Sandbox
tags:
  - team
  - stage=prod
  - stage=staging
exclude_tags:
  - ml-permissions=off

---
# By name, ID and email, closed accounts too.
plugin: aws_ml.permissions.aws_accounts
hostname: id
statuses: [ACTIVE, SUSPENDED]
include:
  - vision-*
  - "*+warehouse@example.com"
exclude:
  - "111111111111"
read_tags: false
ou_group_prefix: org_

---
# Groups and variables from tags.
plugin: aws_ml.permissions.aws_accounts
hostname: email
strict: true
keyed_groups:
  - key: aws_account_tags.stage | default('none')
    prefix: stage
  - key: aws_account_joined_method | lower
    separator: ""
leading_separator: false
groups:
  payer: aws_account_is_management
  vision: aws_account_tags.team | default('') == 'vision'
compose:
  deeplens_iam_tags: "{'owner': aws_account_tags.team | default('nobody')}"

---
# From a pipeline whose credentials belong elsewhere, over a slow network, with a cache of ten minutes.
plugin: aws_ml.permissions.aws_accounts
region: us-east-1
aws_config:
  read_timeout: 40
assume_role_arn: "arn:aws:iam::{{ lookup('env', 'MANAGEMENT_ACCOUNT') }}:role/inventory-reader"
assume_role_name: pipeline
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: "~/.cache/aws_accounts"
cache_timeout: 600
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from difflib import get_close_matches
from typing import Any

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.service import Service
from ansible_collections.aws_ml.permissions.plugins.module_utils.converge.result import reading_failed
from ansible_collections.aws_ml.permissions.plugins.module_utils.errors import EngineError, shown
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.account_filters import AccountFilter
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.account_hosts import (
    role_problem,
    variables_of_hosts,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.account_names import (
    HostName,
    Trial,
    check_groups,
    host_names,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.account_selection import (
    FORMAT,
    Selection,
    WantedAccounts,
    select,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.connection import organizations
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.given_variables import (
    Elsewhere,
    elsewhere,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.organization.units import (
    ANSIBLE_GROUPS,
    group_names,
    lost_groups,
    renamed_units,
)
from ansible_collections.aws_ml.permissions.plugins.plugin_utils.worker.waiting_lines import notify_waiting

LISTS = ("statuses", "include", "exclude", "tags", "exclude_tags", "ous", "exclude_ous")

AS_THEY_STAND = ("compose", "groups", "keyed_groups", "external_id")
"""Options whose templates are for each host or for the tasks."""


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc]
    """The source as Ansible reads it."""

    NAME = "aws_ml.permissions.aws_accounts"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(("aws_accounts.yml", "aws_accounts.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        source = self._read_config_data(path)
        self.templar.available_variables = self._vars or {}
        options = {
            name: value if name in AS_THEY_STAND else self.templar.template(value)
            for name, value in self.get_options().items()
        }
        options["external_id"] = source.get("external_id")  # as an option, a vaulted one would be in clear
        try:
            self._check(source, options)
            self._populate(options, self._selection(options, path, cache), path)
        except EngineError as error:
            raise AnsibleParserError(error.message) from None
        except AnsibleError:
            raise
        except Exception as error:
            failure = reading_failed(error, "")
            told = f"{failure.message} failed_at: {', '.join(failure.fields.get('failed_at', ()))}"
            raise AnsibleParserError(told) from None

    def _check(self, source: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        """Refuse what would be ignored silently, or would fail only in the middle of a run."""
        definitions = self.option_definitions
        known = {*definitions, *(alias for each in definitions.values() for alias in each.get("aliases") or ())}
        problems = []
        for name in sorted(set(source) - known):
            close = get_close_matches(str(name), sorted(known), n=1)
            hint = (
                f"did you mean {close[0]}?" if close else "see ansible-doc -t inventory aws_ml.permissions.aws_accounts"
            )
            problems.append(f"{name}: there is no such option; {hint}")
        if role := options["assume_role_name"]:
            problems += filter(None, [role_problem(role)])
        elif options["external_id"]:
            problems.append("external_id: needs assume_role_name, the role to assume with it")
        if not re.fullmatch(r"[^\W\d]\w*", options["ou_group_prefix"]):
            problems.append(
                f"ou_group_prefix: {shown(options['ou_group_prefix'])} is not a valid beginning of a group name"
            )
        if not options["read_tags"]:
            names = [name for name in ("tags", "exclude_tags") if options[name]]
            names += [
                name for name in ("compose", "groups", "keyed_groups") if "aws_account_tags" in str(options[name])
            ]
            problems += [f"{name}: needs the tags of accounts, and read_tags is false" for name in names]
        if problems:
            raise EngineError("\n".join(problems))

    def _selection(self, options: Mapping[str, Any], path: str, cache: bool) -> Selection:
        """The accounts, from the cache if it contains the selection."""
        entries = {name: [str(entry) for entry in options[name]] for name in LISTS}
        wanted = WantedAccounts(
            AccountFilter(
                entries["statuses"],
                options["include_management_account"],
                **{name: entries[name] for name in ("include", "exclude", "tags", "exclude_tags")},
            ),
            entries["ous"],
            entries["exclude_ous"],
            options["read_tags"],
        )
        if not options["cache"]:
            return select(lambda: self._organizations(options), wanted)
        where = [options[name] for name in ("profile", "endpoint_url", "region", "assume_role_arn")]
        asked = json.dumps([FORMAT, asdict(wanted), where])
        key = self.get_cache_key(path)
        if cache:
            try:
                if self._cache[key]["asked"] == asked:
                    return Selection.from_plain(self._cache[key]["selection"])
            except (KeyError, TypeError):
                pass  # no cache, too old, or not from this plugin
        selection = select(lambda: self._organizations(options), wanted)
        self._cache[key] = {"asked": asked, "selection": selection.to_plain()}
        return selection

    def _organizations(self, options: Mapping[str, Any]) -> Service:
        return organizations(options, lambda waiting: notify_waiting("aws_accounts", waiting))

    def _populate(self, options: Mapping[str, Any], selection: Selection, path: str) -> None:
        others = elsewhere(self.loader, self.inventory, path)
        groups = self._add_groups(selection, options["ou_group_prefix"], others)
        variables = variables_of_hosts(selection, options)
        rows = [(account.id, groups[account.unit_id], variables[account.id]) for account in selection.accounts]

        def hosts(made: Collection[str] = ()) -> dict[str, HostName]:
            known = {*others.groups, *groups.values(), *made}
            return host_names(selection.accounts, options["hostname"], known, others.given)

        first = hosts()
        barred = {*ANSIBLE_GROUPS, *groups.values(), *(each.name for each in others.given if each.is_taken)}
        tried = [(first[account].name, group, values) for account, group, values in rows]
        trial = self._try_groups(tried, options, barred)
        names = hosts(trial.groups - barred)
        check_groups(names.values(), {*others.groups, *groups.values(), *(trial.groups - barred)})
        lost = lost_groups(
            selection.units, options["ou_group_prefix"], lambda group: others.group_place(self.loader, group)
        )
        for account, group, values in rows:
            refused = trial.problems.get(first[account].name, ())
            if problems := [*names[account].problems, *refused, *lost.get(values["aws_ou_id"], ())]:
                values["aws_account_name_problem"] = " ".join(problems)
            self.inventory.add_host(names[account].name, group=group)
            self._construct(names[account].name, values, options, keyed=not refused)
        self._check_hosts(names.values(), others)
        self._tell(selection, names, variables)

    def _check_hosts(self, names: Collection[HostName], others: Elsewhere) -> None:
        """Remove the hosts again if one has the name of a group that was created only now."""
        try:
            check_groups(names, {*others.groups, *self.inventory.groups})
        except EngineError:
            for each in names:
                self.inventory.remove_host(self.inventory.hosts[each.name])
            raise

    def _add_groups(self, selection: Selection, prefix: str, others: Elsewhere) -> dict[str, str]:
        """A group for each unit, inside that of its parent; returns their names by the ID of the unit."""
        groups = group_names(selection.units, prefix)
        if hosts := sorted({each.name for each in others.given if each.is_host}.intersection(groups.values())):
            raise EngineError(
                f"ou_group_prefix: with this prefix, groups of OUs have the same names as hosts: {', '.join(hosts)}"
            )
        for unit in selection.units:
            self.inventory.add_group(groups[unit.id])
            if unit.parent_id:
                self.inventory.add_child(groups[unit.parent_id], groups[unit.id])
        if alike := [unit for units in renamed_units(selection.units, prefix).values() for unit in units]:
            told = ", ".join(f"{shown(unit.path)} ({groups[unit.id]})" for unit in alike)
            self._warn(
                f"the groups of several OUs would have the same name, so their names contain the OU's ID: {told}"
            )
        return groups

    def _try_groups(
        self, hosts: Sequence[tuple[str, str, Mapping[str, Any]]], options: Mapping[str, Any], barred: Collection[str]
    ) -> Trial:
        """Create all groups separately, because names of hosts depend on them and tags may define names of groups.

        `barred` are names of groups that tags may not create, or add an account to.
        """
        real: Any = self.inventory
        self.inventory: Any = InventoryData()
        problems = {}
        try:
            for host, group, variables in hosts:
                self.inventory.add_host(host, self.inventory.add_group(group))
                for name, value in (real.hosts[host].vars if host in real.hosts else {}).items():
                    self.inventory.set_variable(host, name, value)
                self._construct(host, variables, options, keyed=False)
                if problem := self._keyed_problem(host, variables, options, barred):
                    problems[host] = [problem]
            return Trial(set(self.inventory.groups), problems)
        finally:
            self.inventory = real

    def _keyed_problem(
        self, host: str, variables: Mapping[str, Any], options: Mapping[str, Any], barred: Collection[str]
    ) -> str:
        """The problem with the groups that `keyed_groups` creates for a host, or nothing."""
        before = {group.name for group in self.inventory.hosts[host].get_groups()}
        try:
            self._add_host_to_keyed_groups(options["keyed_groups"], variables, host, strict=options["strict"])
        except Exception as error:  # a group inside itself is no AnsibleError
            if options["strict"]:
                raise
            return (
                f"keyed_groups cannot create its groups: {shown(str(error))}. To fix: change its tags or keyed_groups."
            )
        written = {entry.get("parent_group") for entry in options["keyed_groups"] if isinstance(entry, Mapping)}
        joined = [group for group in self.inventory.hosts[host].get_groups() if group.name not in before]
        foreign = {each.name for each in joined if each.name not in written or host in each.host_names}
        if foreign := foreign.intersection(barred):
            return (
                f"keyed_groups would put it into {', '.join(sorted(foreign))}, which is the group of an OU, a group of"
                " Ansible, or the name of a host. To fix: change its tags, or give keyed_groups a prefix."
            )
        return ""

    def _construct(self, host: str, variables: Mapping[str, Any], options: Mapping[str, Any], keyed: bool) -> None:
        for name, value in variables.items():
            self.inventory.set_variable(host, name, value)
        strict = options["strict"]
        self._set_composite_vars(options["compose"], variables, host, strict=strict)
        self._add_host_to_composed_groups(options["groups"], variables, host, strict=strict)
        if keyed:
            self._add_host_to_keyed_groups(options["keyed_groups"], variables, host, strict=strict)

    def _tell(
        self, selection: Selection, names: Mapping[str, HostName], variables: Mapping[str, Mapping[str, Any]]
    ) -> None:
        if changed := sorted(each.name for account, each in names.items() if each.name.endswith(f"-{account}")):
            self._warn(
                "hosts are called NAME-ID if the name is reserved, or is the name of a group or of several accounts:"
                f" {', '.join(changed)}"
            )
        problems = {each.name: variables[account].get("aws_account_name_problem") for account, each in names.items()}
        if refused := [f"{host}: {problem}" for host, problem in problems.items() if problem]:
            self._warn("no task of this collection runs for these hosts:" + "".join(f"\n- {each}" for each in refused))
        for idle in selection.idle_names:
            self._warn(f"{idle} matches no account")
        if not selection.accounts:
            self._warn(f"no account matches; the filters exclude {selection.left_out}")

    def _warn(self, message: str) -> None:
        self.display.warning(f"aws_accounts: {message}")
