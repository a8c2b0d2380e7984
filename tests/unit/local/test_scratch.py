"""What a killed run left is cleared by the next, and nothing that anybody still uses."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.scratch import clear_left_behind, scratch_folder

_RUNS = """
import subprocess, sys
from pathlib import Path
from local.scratch import scratch_folder
with scratch_folder(Path(sys.argv[1])) as (folder, lock):
    if sys.argv[2] == "with a worker":
        subprocess.Popen([sys.executable, "-c", "input()"], pass_fds=[lock])
    print(folder.name, flush=True)
    input()
"""
ROOT = Path(__file__).parents[3]


class Run:
    """Another process with a scratch folder, and maybe one that works there."""

    def __init__(self, parent: Path, kind: str) -> None:
        command = [sys.executable, "-c", _RUNS, str(parent), kind]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.folder = self.process.stdout.readline().strip()
        assert (parent / self.folder / "lock").exists()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def let_the_worker_end(self) -> None:
        """Close what it reads, and wait until nobody writes to us any more."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        assert self.process.stdout.read() == ""


@pytest.fixture
def run(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Run]:
    made = Run(tmp_path, request.param)
    with made.process:
        yield made
        made.kill()


@pytest.mark.parametrize("run", ["alone"], indirect=True)
def test_the_folder_of_a_killed_run_is_cleared_and_not_that_of_a_living_one(run: Run, tmp_path: Path) -> None:
    assert clear_left_behind(tmp_path) == []
    run.kill()
    assert clear_left_behind(tmp_path) == [run.folder]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("run", ["with a worker"], indirect=True)
def test_a_folder_is_kept_while_a_process_of_the_killed_run_works_there(run: Run, tmp_path: Path) -> None:
    run.kill()
    assert clear_left_behind(tmp_path) == []
    run.let_the_worker_end()
    assert clear_left_behind(tmp_path) == [run.folder]


def test_what_holds_no_lock_and_what_is_not_ours_is_left(tmp_path: Path) -> None:
    (tmp_path / "statsbidrag-older").mkdir()
    (tmp_path / "another").mkdir()
    (tmp_path / "another" / "lock").touch()
    (tmp_path / "statsbidrag-linked").symlink_to(tmp_path / "another", target_is_directory=True)
    assert clear_left_behind(tmp_path) == []
    assert len(list(tmp_path.iterdir())) == 3


def test_a_run_takes_its_own_folder_away(tmp_path: Path) -> None:
    with scratch_folder(tmp_path) as (folder, _):
        (folder / "some").write_text("thing")
        assert clear_left_behind(tmp_path) == []
    assert list(tmp_path.iterdir()) == []
