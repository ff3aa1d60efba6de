# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fork of a Python that has imported something is a program like any other."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws.preloaded_python import PreloadedPython

ROOT = Path(__file__).resolve().parents[3]
TELLS = """
import json, os, random, sys
print(json.dumps({
    "name": __name__, "arguments": sys.argv, "path": sys.path[0], "folder": os.getcwd(), "random": random.random(),
    "environment": dict(os.environ), "loaded": "colorsys" in sys.modules, "input": sys.stdin.read(),
}))
print("to the other", file=sys.stderr)
sys.exit(7)
"""


@pytest.fixture(scope="module")
def python() -> Iterator[PreloadedPython]:
    made = PreloadedPython("colorsys")
    yield made
    made.close()


def script(folder: Path, text: str) -> str:
    path = folder / "program"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_program_has_all_of_its_own(python: PreloadedPython, tmp_path: Path) -> None:
    program = script(tmp_path, TELLS)
    here = tmp_path / "here"
    here.mkdir()
    done = python.run([program, "--flag", "a b"], env={"ONLY": "this"}, cwd=here, timeout=60)
    assert (done.returncode, done.stderr) == (7, "to the other\n")
    told = json.loads(done.stdout)
    again = json.loads(python.run([program], timeout=60).stdout)
    assert told.pop("random") != again["random"]
    assert told.pop("environment").items() >= {"ONLY": "this"}.items()
    assert "PATH" in again["environment"]
    assert told == {
        "name": "__main__",
        "arguments": [program, "--flag", "a b"],
        "path": str(tmp_path),
        "folder": str(here),
        "loaded": True,
        "input": "",
    }


def test_a_module_runs_as_a_program(python: PreloadedPython) -> None:
    done = python.run(["-m", "json.tool", "--help"], timeout=60)
    assert done.returncode == 0
    assert "json" in done.stdout


@pytest.mark.parametrize(
    ("end", "status", "said"),
    [
        ("", 0, "begun\nat exit\n"),
        ("sys.exit()", 0, "begun\nat exit\n"),
        ("sys.exit(3)", 3, "begun\nat exit\n"),
        ("sys.exit('why')", 1, "begun\nat exit\nwhy\n"),
        ("threading.Thread(target=lambda: (time.sleep(0.2), print('thread'))).start()", 0, "begun\nthread\nat exit\n"),
    ],
)
def test_the_end_is_python_s(python: PreloadedPython, tmp_path: Path, end: str, status: int, said: str) -> None:
    text = f"import atexit, sys, threading, time; atexit.register(print, 'at exit'); print('begun'); {end}"
    for ended in (
        python.run([script(tmp_path, text)], timeout=60),
        subprocess.run(
            [sys.executable, script(tmp_path, text)], capture_output=True, text=True, timeout=60, check=False
        ),
    ):
        assert (ended.returncode, ended.stdout + ended.stderr) == (status, said)


@pytest.mark.parametrize("of_the_program", [False, True])
def test_an_executable_stands_in_for_the_interpreter_or_a_program(
    python: PreloadedPython, tmp_path: Path, of_the_program: bool
) -> None:
    program = script(tmp_path, TELLS)
    here = tmp_path / "here"
    here.mkdir()
    before, after = ([program], []) if of_the_program else ([], [program])
    command = [python.executable(tmp_path / "a python", *before), *after, "--flag", "a b"]
    done = subprocess.run(
        command,
        env={"ONLY": "this"},
        cwd=here,
        input="to read",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (7, "to the other\n")
    told = json.loads(done.stdout)
    assert told["environment"].items() >= {"ONLY": "this"}.items()
    assert told["arguments"] == [program, "--flag", "a b"]
    assert (told["folder"], told["loaded"], told["input"]) == (str(here), True, "to read")


def test_an_executable_ends_as_the_program_does(python: PreloadedPython, tmp_path: Path) -> None:
    executable = python.executable(tmp_path / "python")
    killed = script(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert subprocess.run([executable, killed], timeout=60, check=False).returncode == 128 + signal.SIGKILL
    raising = script(tmp_path, "raise ValueError('the reason')")
    done = subprocess.run([executable, raising], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("ValueError: the reason")


def test_an_exception_is_shown_and_is_a_failure(python: PreloadedPython, tmp_path: Path) -> None:
    done = python.run([script(tmp_path, "raise ValueError('the reason')")], timeout=60)
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("ValueError: the reason")


def test_a_program_that_hangs_is_ended(python: PreloadedPython, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    text = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    with pytest.raises(subprocess.TimeoutExpired):
        python.run([script(tmp_path, text)], timeout=2)
    assert ended(int(pid.read_text(encoding="utf-8")))


def test_a_signal_is_reported(python: PreloadedPython, tmp_path: Path) -> None:
    program = python.start([script(tmp_path, "import time; time.sleep(60)")])
    assert program.poll() is None
    program.terminate()
    assert program.wait(10) == program.poll() == -signal.SIGTERM


PREPARES = """
import os

prepared_by = begun_by = None

def settings_of(order):
    return order["environment"].get("KIND")

def prepare():
    global prepared_by
    prepared_by = os.getpid()
    prepared_for.append(os.environ["KIND"])
    return begin

def begin():
    global begun_by
    begun_by = os.getpid()

prepared_for = []
"""
TELLS_OF_PREPARATION = """
import json, os, prepares, sys
own = prepares.begun_by == os.getpid()
print(json.dumps([prepares.prepared_by, prepares.prepared_for, own, os.environ.get("KIND"), os.getcwd(), sys.argv[1:]]))
"""


@pytest.fixture
def preparing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PreloadedPython]:
    """Prepares a process for each value of KIND in the environment."""
    (tmp_path / "prepares.py").write_text(PREPARES, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{ROOT}")
    made = PreloadedPython("prepares")
    yield made
    made.close()


def test_programs_with_the_same_settings_share_a_prepared_process(preparing: PreloadedPython, tmp_path: Path) -> None:
    program = script(tmp_path, TELLS_OF_PREPARATION)

    def told(kind: str | None, folder: str) -> list[object]:
        (tmp_path / folder).mkdir()
        environment = {} if kind is None else {"KIND": kind}
        done = preparing.run([program, folder], env=environment, cwd=tmp_path / folder, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")
        server, *others = json.loads(done.stdout)
        assert others == [[kind] if server else [], bool(server), kind, str(tmp_path / folder), [folder]]
        return [server, kind]

    ran = [told(kind, f"run{number}") for number, kind in enumerate((None, "a", "b", "a", "b", "a", None))]
    assert [server is not None for server, _kind in ran] == [False, False, False, True, True, True, False]
    [a, _], [b, _] = ran[3], ran[4]
    assert ran[5] == [a, "a"] and a != b
    preparing.close()
    assert all(isinstance(server, int) and ended(server) for server in (a, b))


def test_a_prepared_process_holds_nothing_of_the_program_that_it_was_made_for(
    preparing: PreloadedPython, tmp_path: Path
) -> None:
    """Otherwise the output of that program has no end while the process lives."""
    executable = preparing.executable(tmp_path / "python")
    for _time in range(3):
        done = subprocess.run(
            [executable, script(tmp_path, TELLS_OF_PREPARATION)],
            env={"KIND": "a"},
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    assert json.loads(done.stdout)[1] == ["a"]


def test_it_ends_with_the_one_that_made_it() -> None:
    text = (
        "from local_aws.preloaded_python import PreloadedPython; import time\n"
        "python = PreloadedPython(); print(python.pid(), flush=True); time.sleep(60)"
    )
    maker = subprocess.Popen(
        [sys.executable, "-c", text], env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE
    )
    assert maker.stdout is not None
    with maker.stdout:
        pid = int(maker.stdout.readline())
    os.kill(pid, 0)
    maker.kill()
    maker.wait()
    assert ended(pid)


def ended(pid: int) -> bool:
    """Whether a process has gone, or will soon."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False
