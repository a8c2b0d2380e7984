"""Scratch folders of embedded runs: one's own while it lasts, and an end to those of runs that were killed.

A run holds the lock of its folder and hands it on to the processes that work there, so that the lock is free when the
last of them is dead, whatever became of the others.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX, _LOCK = "statsbidrag-", "lock"


@contextmanager
def scratch_folder(parent: Path | None) -> Iterator[tuple[Path, int]]:
    """Make a folder, and take it away when the block ends; gives it with the descriptor that holds its lock.

    Parameters
    ----------
    parent
        Where; the system's own place for such when None.
    """
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=parent, ignore_cleanup_errors=True) as made:
        folder, unnamed = Path(made), Path(made) / "lock-not-held-yet"
        with unnamed.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            unnamed.rename(folder / _LOCK)
            yield folder, lock.fileno()


def clear_left_behind(parent: Path) -> list[str]:
    """Take away the folders whose lock nobody holds; gives their names. One without a lock is left: who knows whose."""
    return [folder.name for folder in sorted(parent.glob(f"{_PREFIX}*")) if _cleared(folder)]


def _cleared(folder: Path) -> bool:
    if folder.is_symlink() or not folder.is_dir() or folder.stat().st_uid != os.getuid():
        return False
    with suppress(FileNotFoundError, BlockingIOError), (folder / _LOCK).open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
        return True
    return False
