"""Child processes: ready before use, a clear error when they are not, and nothing left afterwards."""

import os
import socket
import sys
import time
from pathlib import Path

import pytest

from local.processes import (
    LOOPBACK,
    ProcessFailedError,
    answers,
    free_port,
    listens,
    minimal_environment,
    run,
    running,
)


def _serve(port: int) -> list[str]:
    return [sys.executable, "-m", "http.server", str(port), "--bind", LOOPBACK]


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_process_answers_inside_the_block_and_is_gone_after_it(tmp_path: Path) -> None:
    port = free_port()
    ready = answers(f"http://{LOOPBACK}:{port}/")
    with running(_serve(port), log=tmp_path / "log", environment=minimal_environment(), ready=ready, cwd=tmp_path):
        assert ready()
    assert not listens(port)()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
def test_children_of_the_process_go_with_it(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, pathlib, signal\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit())\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
        "pathlib.Path('pid').write_text(str(child.pid)); pathlib.Path('done').touch()\n"
        "signal.pause()\n"
    )
    with running(
        [sys.executable, "-c", code],
        log=tmp_path / "log",
        environment=minimal_environment(),
        ready=(tmp_path / "done").exists,
        cwd=tmp_path,
    ):
        child = int((tmp_path / "pid").read_text("ascii"))
        assert _alive(child)
    deadline = time.monotonic() + 5  # killed, but its end is the kernel's to see to
    while _alive(child) and time.monotonic() < deadline:
        pass
    assert not _alive(child)


def test_end_before_ready_is_an_error_with_the_log(tmp_path: Path) -> None:
    with (
        pytest.raises(ProcessFailedError, match=r"(?s)ended with 3 .*no such bank"),
        running(
            [sys.executable, "-c", "import sys; print('no such bank'); sys.exit(3)"],
            log=tmp_path / "log",
            environment=minimal_environment(),
            ready=lambda: False,
        ),
    ):
        pass


def test_never_ready_is_an_error(tmp_path: Path) -> None:
    with (
        pytest.raises(ProcessFailedError, match=r"not ready in 0\.1 s"),
        running(
            [sys.executable, "-c", "import signal; signal.pause()"],
            log=tmp_path / "log",
            environment=minimal_environment(),
            ready=lambda: False,
            limit_seconds=0.1,
        ),
    ):
        pass


def test_failed_command_says_its_last_lines(tmp_path: Path) -> None:
    with pytest.raises(ProcessFailedError, match=r"(?s)ended with 2.*broken"):
        run(
            [sys.executable, "-c", "print('broken'); raise SystemExit(2)"],
            log=tmp_path / "log",
            environment=minimal_environment(),
            cwd=tmp_path,
        )


def test_environment_carries_nothing_of_the_caller_but_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "real")
    environment = minimal_environment({"PORT": "1"})
    assert environment["PATH"] == os.environ["PATH"]
    assert environment["PORT"] == "1"
    assert "AWS_PROFILE" not in environment


def test_free_port_can_be_bound() -> None:
    with socket.socket() as server:
        server.bind((LOOPBACK, free_port()))
