"""Child processes of the embedded run: on loopback, with a small environment, and gone afterwards."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

LOOPBACK = "127.0.0.1"
_KEPT = ("PATH", "HOME", "LD_LIBRARY_PATH", "OPENBLAS_CORETYPE")
_POLL_SECONDS = 0.02
_STOP_SECONDS = 5.0


class ProcessFailedError(RuntimeError):
    """A child process ended, or did not become ready within its limit; says where its log is."""


def free_port() -> int:
    """Return a TCP port of loopback that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def minimal_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment with nothing of the caller's but the paths, so that no run depends on the shell.

    Parameters
    ----------
    extra
        Variables to add, or to set instead.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {"LANG": "C.UTF-8", "TZ": "UTC", "PYTHONUNBUFFERED": "1"} | dict(extra or {})


def answers(url: str) -> Callable[[], bool]:
    """Return a ready probe: true once `url` answers 200."""

    def probe() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=1) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    return probe


def listens(port: int) -> Callable[[], bool]:
    """Return a ready probe: true once someone listens on the loopback port."""

    def probe() -> bool:
        with socket.socket() as client:
            return client.connect_ex((LOOPBACK, port)) == 0

    return probe


def run(command: Sequence[str | Path], *, log: Path, environment: Mapping[str, str], cwd: Path) -> None:
    """Run a command to its end; all it prints goes to `log`.

    Raises
    ------
    ProcessFailedError
        When it ends with anything but 0; carries the last lines of the log.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        code = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=cwd,
            check=False,
        ).returncode
    if code:
        raise ProcessFailedError(f"{Path(command[0]).name} {command[1]} ended with {code}, see {log}:\n{_tail(log)}")


@contextmanager
def running(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    ready: Callable[[], bool],
    limit_seconds: float = 30.0,
    cwd: Path | None = None,
    keeps: Sequence[int] = (),
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process, wait until it is ready, and end it with all its children when the block ends.

    Parameters
    ----------
    command
        Program and arguments.
    log
        File for all that it prints; its folder is made.
    environment
        The whole environment, see `minimal_environment`.
    ready
        Probe that is asked until it says true.
    limit_seconds
        How long the probe may say false.
    cwd
        Working folder; the caller's when None.
    keeps
        Descriptors of ours that stay open in it, such as a lock's.

    Raises
    ------
    ProcessFailedError
        When the process ends before it is ready, or is not ready in time.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=cwd,
            pass_fds=keeps,
            start_new_session=True,  # Ctrl-C reaches us alone, and the whole group can be ended
        )
    try:
        _wait_until_ready(process, ready, limit_seconds, log)
        yield process
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that `running` started: SIGTERM to it, then SIGKILL to what is left of its group."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _wait_until_ready(
    process: subprocess.Popen[bytes], ready: Callable[[], bool], limit_seconds: float, log: Path
) -> None:
    name = Path(str(process.args[0] if isinstance(process.args, list) else process.args)).name
    deadline = time.monotonic() + limit_seconds
    while not ready():
        with suppress(subprocess.TimeoutExpired):
            code = process.wait(_POLL_SECONDS)
            raise ProcessFailedError(f"{name} ended with {code} before it was ready, see {log}:\n{_tail(log)}")
        if time.monotonic() > deadline:
            raise ProcessFailedError(f"{name} was not ready in {limit_seconds:g} s, see {log}:\n{_tail(log)}")


def _tail(log: Path, lines: int = 20) -> str:
    return "\n".join(log.read_text("utf-8", errors="replace").splitlines()[-lines:])
