# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures between a task and AWS: each says what is wrong and the next step, in the worker and as a module.

getting_in.yml has the cases. One playbook runs them all, one task for each; as modules a few of them, which take long.
"""

from __future__ import annotations

import hashlib
import json
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.playbook_runs import Playbook, Run
from preloaded_ansible import ANSIBLE
from spoilt_replies import SpoilingProxy

from local_aws import LocalAws
from local_aws.environment import OPERATOR

CASES: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("getting_in.yml").read_text("utf-8"))
SECRET = "GEHEIM"
CONFIG = """
[profile plain]
aws_access_key_id = AKIAPLAIN
aws_secret_access_key = GEHEIM
[profile mfa]
role_arn = arn:aws:iam::111111111111:role/admin
source_profile = plain
mfa_serial = arn:aws:iam::111111111111:mfa/me
[profile orphan]
role_arn = arn:aws:iam::111111111111:role/admin
source_profile = gone
[profile half]
aws_access_key_id = AKIAHALF
[profile sso]
sso_session = corp
sso_account_id = 111111111111
sso_role_name = Admin
[profile sso-expired]
sso_session = old
sso_account_id = 111111111111
sso_role_name = Admin
[profile role-by-sso]
role_arn = arn:aws:iam::111111111111:role/admin
source_profile = sso
[profile sso-old]
sso_start_url = https://corp.awsapps.com/start
sso_region = us-east-1
sso_account_id = 111111111111
sso_role_name = Admin
[sso-session corp]
sso_region = us-east-1
sso_start_url = https://corp.awsapps.com/start
[sso-session old]
sso_region = us-east-1
sso_start_url = https://old.awsapps.com/start
[profile process-missing]
credential_process = /no/such/program
[profile process-fails]
credential_process = sh -c "echo GEHEIM; echo GEHEIM >&2; exit 3"
[profile process-garbage]
credential_process = sh -c "echo '{\\"SecretAccessKey\\": \\"GEHEIM\\"'; echo GEHEIM >&2"
"""
WORKER, MODULE = "worker", "module"
OF = {WORKER: CASES, MODULE: {name: case for name, case in CASES.items() if case.get("module")}}


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws(members=1) as running:
        yield running


@pytest.fixture(scope="module")
def proxy(aws: LocalAws) -> Iterator[SpoilingProxy]:
    with SpoilingProxy(aws.endpoint) as spoiling:
        yield spoiling


@pytest.fixture(scope="module")
def untrusted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of a server with a self-signed certificate."""
    folder = tmp_path_factory.mktemp("tls")
    certificate = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(["openssl", *certificate, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    server = _Quiet(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


class _Quiet(HTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not trust the certificate closes the connection, which is what is tested."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with a configuration of AWS, and an SSO login that has expired."""
    folder = tmp_path_factory.mktemp("home")
    cache = folder / ".aws" / "sso" / "cache"
    cache.mkdir(parents=True)
    (folder / ".aws" / "config").write_text(CONFIG, encoding="utf-8")
    (folder / "broken").write_text("this is no configuration\n", encoding="utf-8")
    token = {"accessToken": SECRET, "expiresAt": "2026-01-01T00:00:00Z", "startUrl": "https://old.awsapps.com/start"}
    (cache / f"{hashlib.sha1(b'old').hexdigest()}.json").write_text(json.dumps(token), encoding="utf-8")
    ANSIBLE.executable(folder / "python")
    return folder


Runs = Callable[[str], Run]


@pytest.fixture(scope="module")
def runs(aws: LocalAws, proxy: SpoilingProxy, untrusted: str, home: Path) -> Runs:
    """The run of all cases in the worker, or of a few as modules; each is made once."""

    @cache
    def run(way: str) -> Run:
        tasks = [task(name, case, proxy, untrusted, home) for name, case in OF[way].items()]
        variables = {"ansible_python_interpreter": str(home / "python") if way == MODULE else sys.executable}
        play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "vars": variables, "tasks": tasks}
        environment = {
            **dict.fromkeys((*aws.environment(), "AWS_SESSION_TOKEN"), ""),
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "HOME": str(home),
            "AWS_CONFIG_FILE": str(home / ".aws" / "config"),
            "ANSIBLE_LOG_PATH": str(home / f"{way}.log"),
        }
        (home / way).mkdir()
        playbook = Playbook(home / way, environment)
        return playbook("\n" + yaml.safe_dump([play]), {"all": {"hosts": {"localhost": {}}}})

    return run


def task(name: str, case: dict[str, Any], proxy: SpoilingProxy, untrusted: str, home: Path) -> dict[str, Any]:
    options = {"name": "worker", "state": "absent", **case.get("options", {})}
    reply = case.get("reply")
    if reply is not None:
        options["endpoint_url"] = proxy.spoil(reply)[0] if isinstance(reply, str) else proxy.refuse(*reply)
    if case.get("tls"):
        options["endpoint_url"] = untrusted
    if case.get("once"):
        options["aws_config"] = {"retries": {"total_max_attempts": 1}}
    keys = {} if "profile" in options else {name.upper(): value for name, value in OPERATOR.items()}
    environment = {**keys, **case.get("environment", {})}
    environment = {key: value.replace("~", str(home)) for key, value in environment.items()}
    keywords = {"environment": environment, "ignore_errors": True}
    return {"name": f"Case {name}", "aws_ml.permissions.iam_role": options, **keywords}


@pytest.mark.parametrize(("way", "name"), [(way, name) for way in OF for name in OF[way]])
def test_what_is_said(runs: Runs, way: str, name: str) -> None:
    result = runs(way).results(f"Case {name}")["localhost"]
    assert result["failed"] is True
    assert [part for part in CASES[name]["said"] if part not in result["msg"]] == []


@pytest.mark.parametrize("way", OF)
def test_nothing_secret_and_no_traceback_is_shown(runs: Runs, home: Path, way: str) -> None:
    ran = runs(way)
    log = (home / f"{way}.log").read_text(encoding="utf-8")
    assert "localhost" in log
    for told in (ran.stdout, ran.stderr, log):
        assert SECRET not in told and "geheim" not in told
        assert "Traceback" not in told
