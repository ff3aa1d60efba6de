# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values for the variables of a service, right and wrong, for hypothesis."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.service import ServiceDefinition
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.value_kinds import KINDS
from ansible_collections.aws_ml.permissions.plugins.module_utils.catalogue.variables import Variable
from hypothesis import strategies as st

TEMPLATES = ["${state}", "x-${profile}-y", "{{ state }}", "${a", "${", "$", "*", "`[`", "@", "<account_id>"]
"""Texts that would mean something, were they read as a template."""

STATEMENT = {"Sid": "Mine", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::${state}/*"]}

EXAMPLES = {
    "account": ["012345678901", "<account_id>"],
    "region": ["us-east-1", "us-gov-west-1"],
    "region_or_all": ["*", "eu-west-1"],
    "bucket": ["images", "my.bucket-1"],
    "bucket_pattern": ["images*", "my.bucket-1"],
    "prefix": ["out", "out/more/"],
    "function": ["classify"],
    "function_pattern": ["classify", "cl*"],
    "job_pattern": ["train-*"],
    "stream_pattern": ["camera-*"],
    "topic": ["done", "done.fifo"],
    "project_pattern": ["parts*"],
    "resource_pattern": ["detector/one", "*", "a-?"],
    "key": ["arn:aws:kms:us-east-1:012345678901:key/ab-12"],
    "role_name": ["AWSDeepLensExtra", "camera", "Camera", "l4e-role"],
    "role_pattern": ["camera*", "service-role/camera"],
    "user_name": ["ana", "bob"],
    "group_name": ["people", "ana"],
    "policy_name": ["own", "Own"],
    "policy": ["own", "arn:aws:iam::aws:policy/ReadOnlyAccess"],
    "component_pattern": ["com.example.*"],
    "namespace": ["Mine", ""],
    "namespace_pattern": ["Mine*"],
    "device_pattern": ["device-*"],
    "path": ["/", "/service-role/", "/a/"],
}

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 10**20)
    | st.floats(allow_nan=True)
    | st.text(max_size=12)
    | st.sampled_from(["", "a,b", "[", '["a"]', '{"users": ["ana"]}', *TEMPLATES]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def right(variable: Variable) -> st.SearchStrategy[Any]:
    """Values that are of the type of a variable, as data or as the text that surveys and `-e` bring."""
    if variable.type == "bool":
        return st.sampled_from([True, False, "yes", "False"])
    if variable.type == "int":
        return st.sampled_from([3600, "7200", 43200])
    if variable.type == "people":
        return st.fixed_dictionaries({}, optional={name: right(of) for name, of in variable.options.items()})
    if variable.type == "dict":
        return st.dictionaries(st.sampled_from(["team", "Owner"]), st.sampled_from(["vision", *TEMPLATES]), max_size=2)
    if variable.type == "list" and variable.elements == "dict":
        return st.lists(_entry(variable), max_size=3)
    if variable.type == "list":
        lists = st.lists(_text(variable), max_size=3, unique=True)
        return lists | lists.map(",".join)
    return _text(variable)


def _entry(variable: Variable) -> st.SearchStrategy[Any]:
    if not variable.options:
        return st.just(STATEMENT)
    needed = {name: right(of) for name, of in variable.options.items() if of.required}
    others = {name: right(of) for name, of in variable.options.items() if not of.required}
    return st.fixed_dictionaries(needed, optional=others)


def _text(variable: Variable) -> st.SearchStrategy[str]:
    if variable.choices:
        return st.sampled_from(variable.choices)
    return st.sampled_from(EXAMPLES[variable.kind] if variable.kind else ["text", *TEMPLATES])


def values(service: ServiceDefinition, *, wrong: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Values for some variables of a service; with `wrong`, now and then of any type."""
    kinds = {name: right(of) | ANYTHING if wrong else right(of) for name, of in service.variables.items()}
    return st.fixed_dictionaries({}, optional=kinds)


assert set(EXAMPLES) == set(KINDS)
