# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS says of a failed call, without the secrets that it quotes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest
from ansible_collections.aws_ml.permissions.plugins.module_utils.aws.connection import hide_secrets, redacted
from botocore.exceptions import ClientError

pytestmark = pytest.mark.both_generations

TOKEN = "IQoJb3JpZ2luX2VjEA//example+token=="


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Value 'vision' at 'externalId' failed", "Value '********' at 'externalId' failed"),
        ("ExternalId=vision. Try again", "ExternalId=********. Try again"),
        ("ExternalId:vision", "ExternalId:********"),
        ("user/vision may not enter role/vision-prod, vision.dev or my.vision", None),
        ("television and revision2", None),
        (f"x-amz-security-token:{TOKEN}\nhost", "x-amz-security-token:********\nhost"),
        ("", None),
    ],
)
def test_a_secret_is_replaced_where_it_stands_by_itself(text: str, expected: str | None) -> None:
    assert redacted(text, ["", "vision", TOKEN]) == (text if expected is None else expected)


@pytest.mark.parametrize("token", [TOKEN, TOKEN.encode()], ids=["text", "bytes"])
def test_errors_of_a_client_say_neither_what_was_given_nor_what_was_signed(token: Any) -> None:
    client = botocore.session.Session().create_client(
        "sts", "us-east-1", aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="x", aws_session_token=TOKEN
    )
    hide_secrets(client, "vision")

    def answer(request: Any, **dummy: Any) -> Any:
        request.headers["X-Amz-Security-Token"] = token
        message = f"Value 'vision': the canonical string was x-amz-security-token:{TOKEN} host"
        body = f"<ErrorResponse><Error><Code>Nope</Code><Message>{message}</Message></Error></ErrorResponse>"
        return SimpleNamespace(status_code=403, headers={}, content=body.encode(), text=body)

    client.meta.events.register_last("before-send.*.*", answer)
    client.meta.events.register_first("before-send.*.*", lambda request, **dummy: None)
    with pytest.raises(ClientError) as failed:
        client.get_caller_identity()
    assert str(failed.value).endswith("Value '********': the canonical string was x-amz-security-token:******** host")
